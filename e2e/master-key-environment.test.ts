import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../packages/server/src/database/embedded.ts'
import { createSealer, masterKeyId } from '../packages/server/src/encryption.ts'
import { secretName } from '../packages/server/src/keys/key-cache.ts'
import { signRequest } from '../packages/sdk/src/index.ts'
import { signUpPerson, type Person } from '../scripts/tour/person.ts'
import { cleanUp, launchServer, makeFolder, type LaunchedServer } from './harness.ts'

const PROGRAM = fileURLToPath(new URL('../packages/server/dist/master-key.js', import.meta.url))
const ROUNDS = 5
// Several batches, so that a rotation has a middle.
const SECRETS = 6_000

let postgres: EmbeddedPostgres
let dataDir: string
let masterKeys: Buffer[] = [randomBytes(32)]
let server: LaunchedServer
let ada: Person
let key: { id: string; publicKey: string; secretKey: string }

const environment = () => ({
  DATABASE_URL: postgres.url,
  MASTER_KEY: masterKeys.map((one) => one.toString('base64')).join(','),
})
const launch = () => launchServer({ dataDir, env: environment() })

beforeAll(async () => {
  postgres = await startEmbeddedPostgres({ dataDir: join(await makeFolder(), 'data') })
  dataDir = join(await makeFolder(), 'data')
  server = await launch()
  ada = await signUpPerson(server.url)
  const made = await ada.createKey()
  key = { id: made.id, publicKey: made.public_key, secretKey: made.secret_key }
  await fill()
})
afterAll(cleanUp)

/** Many retired secrets of one key, sealed as the server seals. */
async function fill(): Promise<void> {
  const sealer = createSealer(masterKeys)
  const versions = Array.from({ length: SECRETS }, (_, index) => index + 2)
  const sealed = versions.map((version) =>
    sealer.seal(Buffer.from(`sk_test_${version}`), secretName({ keyId: key.id, mode: 'test', version })),
  )
  await withDatabase((client) =>
    client.query(
      `insert into api_key_secrets (api_key_id, version, sealed, created_at, expires_at)
       select $1, version, sealed, now(), now() from unnest($2::integer[], $3::text[]) as made (version, sealed)`,
      [key.id, versions, sealed],
    ),
  )
}

async function withDatabase<T>(use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: postgres.url })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

/** How many of the key's secrets are sealed under which master key. */
async function counts(): Promise<Record<string, number>> {
  const { rows } = await withDatabase((client) =>
    client.query<{ id: string; count: number }>(
      `select split_part(sealed, '.', 2) as id, count(*)::int as count from api_key_secrets group by 1`,
    ),
  )
  return Object.fromEntries(rows.map(({ id, count }) => [id, count]))
}

/** Runs the operator's command as it is shipped; with `killAt`, until its output says that. */
function masterKey(
  command: string,
  killAt?: RegExp,
): Promise<{ code: number | string | null; output: string }> {
  const child = spawn(process.execPath, [PROGRAM, command], {
    env: { PATH: process.env['PATH'], DATA_DIR: dataDir, ...environment() },
  })
  let output = ''
  const hear = (chunk: Buffer) => {
    output += chunk.toString()
    if (killAt?.test(output)) child.kill('SIGKILL')
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  return new Promise((resolve) =>
    child.once('close', (code, signal) => resolve({ code: code ?? signal, output })),
  )
}

async function statusOfRequest(): Promise<number> {
  const url = new URL('/v1/me', server.url.replace('127.0.0.1', 'localhost'))
  const headers = { ...(await signRequest({ method: 'GET', url, ...key })) }
  return (await fetch(url, { headers })).status
}

test(`keys from the environment: ${ROUNDS} rotations are killed in their middle, gone on with, and lose nothing`, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = masterKeys[0]!
    masterKeys = [randomBytes(32), before]
    await server.stop()
    server = await launch()

    const killed = await masterKey('rotate', new RegExp(`API key secrets: \\d+ moved, [1-9]\\d* to go`))
    expect(killed.code).toBe('SIGKILL')
    const [fresh, old] = masterKeys.map(masterKeyId) as [string, string]
    const half = await counts()
    expect(half[fresh]).toBeGreaterThan(0)
    expect(half[old]).toBeGreaterThan(0)
    // Both halves open meanwhile, and the operator is told that the work is not done.
    expect(await statusOfRequest()).toBe(200)
    const status = await masterKey('status')
    expect([status.code, status.output]).toEqual([1, expect.stringContaining('Run `master-key rotate`')])

    const finished = await masterKey('rotate')
    expect([finished.code, finished.output]).toEqual([
      0,
      expect.stringContaining('nothing. It may be removed.'),
    ])
    expect(await counts()).toEqual({ [fresh]: SECRETS + 1 })

    // Under the new key alone.
    masterKeys = [masterKeys[0]!]
    await server.stop()
    server = await launch()
    expect(await statusOfRequest()).toBe(200)
    const me = await fetch(new URL('/v1/me', server.url), { headers: { Cookie: ada.cookie } })
    expect(me.status).toBe(200)
  }
  const sealer = createSealer(masterKeys)
  const { rows } = await withDatabase((client) =>
    client.query<{ version: number; sealed: string }>(
      'select version, sealed from api_key_secrets where api_key_id = $1 and version > 1 order by version',
      [key.id],
    ),
  )
  expect(rows).toHaveLength(SECRETS)
  for (const { version, sealed } of rows)
    expect(sealer.open(sealed, secretName({ keyId: key.id, mode: 'test', version })).toString()).toBe(
      `sk_test_${version}`,
    )
})
