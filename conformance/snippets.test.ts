import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { RequestCase } from './build-request.ts'
import { requestCases } from './generate.ts'
import { keys, type ConformanceKey } from './keys.ts'
import { driver, driversDir, present, run, snippetsDir, type Algorithm } from './snippet-programs.ts'

const LIMIT_MS = 180_000
const FILES: Record<string, string> = {
  curl: 'signed-request.sh',
  Node: 'signed-request.mjs',
  Python: 'signed_request.py',
  Go: 'signed_request.go',
  Java: 'SignedRequest.java',
}
// Characters that a URL may not hold as they are: these two encode or refuse them.
const UNENCODED_QUERY = 'GET with brackets, quotes and commas in the query'
const BEYOND: Record<string, string[]> = { Node: [UNENCODED_QUERY], Java: [UNENCODED_QUERY] }

type Accepted = Extract<RequestCase['expect'], { accepted: true }>
type SnippetCase = {
  name: string
  key: ConformanceKey
  secretIndex: number | null
  fields: [
    method: string,
    target: string,
    body: string,
    idempotencyKey: string,
    created: string,
    nonce: string,
  ]
  wanted: string
}

/** The case as a snippet takes it; null where no snippet could send it: other headers, coverage or parameters. */
function forSnippets({ name, request, expect: expected }: RequestCase): SnippetCase | null {
  const { public_key, secret_key_index, signature_base } = expected as Accepted
  const header = (wanted: string) =>
    request.headers.find(([each]) => each.toLowerCase() === wanted)?.[1] ?? ''
  const idempotencyKey = header('idempotency-key')
  const digest = header('content-digest')
  const covered = ['"@method"', '"@authority"', '"@path"', '"@query"']
  if (request.body_base64) covered.push('"content-digest"', '"content-type"')
  if (idempotencyKey) covered.push('"idempotency-key"')
  const [, created = '', nonce = '', keyid, alg] =
    /;created=(\d+);nonce="([^"\\]*)";keyid="([^"]*)";alg="([^"]*)"$/.exec(signature_base) ?? []
  const parameters = `sig1=(${covered.join(' ')});created=${created};nonce="${nonce}";keyid="${keyid}";alg="${alg}"`
  const isOwn =
    header('signature-input') === parameters &&
    header('host') === 'api.example.com' &&
    header('content-type') === (request.body_base64 ? 'application/json' : '') &&
    (digest === '' || /^sha-256=:[^:]*:$/.test(digest))
  if (!isOwn) return null
  const key = Object.values(keys).find((each) => each.public_key === public_key)!
  return {
    name,
    key,
    secretIndex: secret_key_index,
    fields: [request.method, request.target, request.body_base64 ?? '', idempotencyKey, created, nonce],
    wanted: [digest, parameters, header('signature')].join('\t'),
  }
}

const cases = requestCases()
  .filter((each) => 'accepted' in each.expect)
  .flatMap((each) => forSnippets(each) ?? [])

const environment = (key: ConformanceKey, secretIndex: number | null): Record<string, string> => ({
  COUNTERSIGN_URL: 'https://api.example.com',
  COUNTERSIGN_PUBLIC_KEY: key.public_key,
  COUNTERSIGN_SECRET_KEY: key.secret_keys[secretIndex ?? 0] ?? '',
  COUNTERSIGN_PRIVATE_KEY: key.ed25519_private_key_pem?.split('\n')[1] ?? '',
})

/** The cases that one process can sign: those of one secret. */
function bySecret(own: SnippetCase[]): SnippetCase[][] {
  const groups = new Map<string, SnippetCase[]>()
  for (const each of own) {
    const name = `${each.key.name} ${each.secretIndex}`
    groups.set(name, [...(groups.get(name) ?? []), each])
  }
  return [...groups.values()]
}

const folder = mkdtempSync(join(tmpdir(), 'countersign-snippet-cases-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function signWithShell(algorithm: Algorithm, own: SnippetCase[]): Promise<string[]> {
  const openssl = execFileSync('sh', ['-c', 'command -v openssl']).toString().trim()
  const lines: string[] = []
  for (const { key, secretIndex, fields } of own) {
    const [method, target, body, idempotencyKey, created, nonce] = fields
    const args = [method, target, Buffer.from(body, 'base64').toString(), idempotencyKey]
    const program = algorithm === 'ed25519' ? 'bash' : 'sh'
    const answer = await run([program, join(snippetsDir, algorithm, FILES['curl']!), ...args], {
      ...environment(key, secretIndex),
      PATH: `${join(driversDir, 'shell')}:${process.env['PATH']}`,
      REAL_OPENSSL: openssl,
      CASE_CREATED: created,
      CASE_NONCE: nonce,
    })
    lines.push(answer.trimEnd())
  }
  return lines
}

async function signWithDriver(language: string, algorithm: Algorithm, own: SnippetCase[]): Promise<string[]> {
  const built = join(folder, `${language}-${algorithm}`)
  const command = await driver(language, algorithm, built, FILES[language]!)
  const lines = new Map<SnippetCase, string>()
  for (const group of bySecret(own)) {
    const input = group.map(({ fields }) => `${fields.join('\t')}\n`).join('')
    const { key, secretIndex } = group[0]!
    const answer = (await run(command, environment(key, secretIndex), input)).trimEnd().split('\n')
    group.forEach((each, index) => lines.set(each, answer[index] ?? ''))
  }
  return own.map((each) => lines.get(each)!)
}

it('most good cases are such as a snippet can send', () => {
  const ofAlgorithm = (algorithm: Algorithm) => cases.filter(({ key }) => key.algorithm === algorithm)
  expect(ofAlgorithm('hmac-sha256').length).toBeGreaterThanOrEqual(25)
  expect(ofAlgorithm('ed25519').length).toBeGreaterThanOrEqual(2)
})

describe.each(['hmac-sha256', 'ed25519'] as const)('the snippets for %s keys', (algorithm) => {
  for (const language of Object.keys(FILES)) {
    it.skipIf(!present[language]!(algorithm))(
      `${language} makes the very digest, base and signature of every case that it can send`,
      { timeout: LIMIT_MS },
      async () => {
        const own = cases.filter(
          ({ name, key }) => key.algorithm === algorithm && !BEYOND[language]?.includes(name),
        )
        const signed =
          language === 'curl'
            ? await signWithShell(algorithm, own)
            : await signWithDriver(language, algorithm, own)
        expect(own.map(({ name }, index) => [name, signed[index]])).toEqual(
          own.map(({ name, wanted }) => [name, wanted]),
        )
      },
    )
  }
})
