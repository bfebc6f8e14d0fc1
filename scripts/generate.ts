import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { buildApp } from '../packages/server/src/app.ts'
import { systemClock } from '../packages/server/src/clock.ts'
import { readConfig } from '../packages/server/src/config.ts'
import type { Database } from '../packages/server/src/database/database.ts'
import { createSealer } from '../packages/server/src/encryption.ts'
import { createLog } from '../packages/server/src/log.ts'
import { PROBLEMS } from '../packages/server/src/problems.ts'
import { createServices } from '../packages/server/src/services.ts'

import { eventTypesPage } from './event-types-page.ts'
import { withTestCases } from './test-cases-table.ts'

/**
 * Writes what is made from the code: `openapi.json`, `docs/problems.md`, `docs/event-types.md` and the table
 * in `docs/test-mode.md`. With `--check` it writes nothing and
 * fails when a file is not current.
 */
const root = new URL('../', import.meta.url)
const check = process.argv.includes('--check')
const stale: string[] = []
for (const [path, text] of [
  ['openapi.json', await openApi()],
  ['docs/problems.md', await problemsPage()],
  ['docs/event-types.md', await formatted('docs/event-types.md', eventTypesPage())],
  ['docs/test-mode.md', await formatted('docs/test-mode.md', withTestCases(await testModePage()))],
] as const) {
  const current = await readFile(new URL(path, root), 'utf8').catch(() => '')
  if (current === text) continue
  stale.push(path)
  if (!check) await writeFile(new URL(path, root), text)
}
if (check && stale.length > 0) {
  process.stderr.write(`${stale.join(', ')} not current: run npx tsx scripts/generate.ts\n`)
  process.exit(1)
}
process.stdout.write(`${stale.length === 0 ? 'current' : `wrote ${stale.join(', ')}`}\n`)

/** The document of the application as it is built for production, without a database: no route runs. */
async function openApi(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'countersign-openapi-'))
  const services = await createServices({
    config: readConfig({ DATA_DIR: dataDir }),
    database: absentDatabase(),
    databaseUrl: null,
    clock: systemClock,
    sealer: createSealer([Buffer.alloc(32)]),
    log: createLog('silent'),
    authSecrets: [{ version: 1, value: 'x'.repeat(43) }],
  })
  const app = await buildApp({ ...services, dashboardDir: null })
  await app.ready()
  const document = app.swagger()
  await app.close()
  await rm(dataDir, { recursive: true })
  return `${JSON.stringify(document, null, 2)}\n`
}

/** Answers every statement with no rows: building the application reads a few settings and writes none. */
function absentDatabase(): Database {
  const query = () => Promise.resolve({ rows: [], rowCount: 0 })
  return {
    pool: {
      query,
      connect: () => Promise.reject(new Error('no database')),
      on: () => {},
      end: async () => {},
    },
    transaction: () => Promise.reject(new Error('no database')),
    close: async () => {},
  } as unknown as Database
}

function testModePage(): Promise<string> {
  return readFile(new URL('docs/test-mode.md', root), 'utf8')
}

async function problemsPage(): Promise<string> {
  const sections = Object.entries(PROBLEMS)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([code, { status, title, detail, remedy }]) =>
        `## ${code}\n\n**${status} ${title}.** ${detail}\n\n${remedy}\n`,
    )
  const text = `# Problems

Every error of the API is a problem (RFC 9457): \`application/problem+json\` with \`type\`, \`title\`, \`status\`, \`detail\`, \`code\` and \`request_id\`; invalid input adds \`errors\`, a refused signature adds \`server_time\`, \`skew_seconds\`, \`likely_cause\` and, for a mismatch, the \`signature_base\` that the server computed. The same texts answer at \`/problems/<code>\` on every server.

${sections.join('\n')}`
  return formatted('docs/problems.md', text)
}

async function formatted(path: string, text: string): Promise<string> {
  const file = new URL(path, root)
  return format(text, { ...(await resolveConfig(file)), filepath: file.pathname })
}
