import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { newPublicKey } from './keys/credentials.ts'
import { CAUSES } from './signatures/causes.ts'
import { createTestApp, type TestApp, type TestKey, type TestMember } from './test-app.ts'

const AUTHORITY = 'localhost:4747'
let t: TestApp
let ada: TestMember
let key: TestKey
let other: TestKey
let port: number

beforeAll(async () => {
  t = await createTestApp()
  await t.app.listen({ host: '127.0.0.1', port: 0 })
  port = (t.app.server.address() as AddressInfo).port
  ada = await t.signUp()
  key = await t.createKey(ada)
  other = await t.createKey(ada)
})
afterAll(() => t.stop())
beforeEach(() => t.clock.advance(61_000))

/** What a mistaken client signs, where that differs from what it sends. */
type Mistake = {
  method?: string
  target?: string
  body?: string
  sentBody?: string
  sentTarget?: string
  sentMethod?: string
  sentHost?: string
  signed?: Record<string, string>
  order?: string[]
  secret?: string | Buffer
  signer?: TestKey
  ageSeconds?: number
  created?: number
  parameters?: (parameters: string) => string
  base?: (base: string) => string
  digest?: (body: string) => string
  encode?: (mac: Buffer) => string
  port?: number
}
type Sent = { method: string; target: string; headers: [string, string][]; body: string }

function made(mistake: Mistake): Sent {
  const { method = mistake.body === undefined ? 'GET' : 'POST', target = '/v1/accounts?limit=1&cursor=' } =
    mistake
  const signer = mistake.signer ?? key
  const [path = '', query] = target.split(/\?(.*)/s)
  const headers: [string, string][] = [['Host', mistake.sentHost ?? AUTHORITY]]
  if (mistake.body !== undefined) {
    const digest = (mistake.digest ?? ((text) => createHash('sha256').update(text).digest('base64')))(
      mistake.body,
    )
    headers.push(['Content-Type', 'application/json'], ['Content-Digest', `sha-256=:${digest}:`])
  }
  const values: Record<string, string> = {
    '@method': method,
    '@authority': AUTHORITY,
    '@path': path,
    '@query': `?${query ?? ''}`,
    ...Object.fromEntries(headers.slice(1).map(([name, value]) => [name.toLowerCase(), value])),
    ...mistake.signed,
  }
  const names = Object.keys(values)
  const created = mistake.created ?? Math.floor(t.clock.now() / 1000) - (mistake.ageSeconds ?? 0)
  const list = `(${names.map((name) => `"${name}"`).join(' ')})`
  const sentParameters = `${list};created=${created};nonce="${randomBytes(12).toString('hex')}";keyid="${signer.publicKey}";alg="hmac-sha256"`
  const parameters = (mistake.parameters ?? ((text) => text))(sentParameters)
  const lines = (mistake.order ?? names).map((name) => `"${name}": ${values[name]}`)
  const base = (mistake.base ?? ((text) => text))([...lines, `"@signature-params": ${parameters}`].join('\n'))
  const mac = createHmac('sha256', mistake.secret ?? signer.secretKey)
    .update(base)
    .digest()
  const encode = mistake.encode ?? ((bytes: Buffer) => bytes.toString('base64'))
  headers.push(['Signature-Input', `sig1=${sentParameters}`], ['Signature', `sig1=:${encode(mac)}:`])
  return {
    method: mistake.sentMethod ?? method,
    target: mistake.sentTarget ?? target,
    headers,
    body: mistake.sentBody ?? mistake.body ?? '',
  }
}

/** Sends it over a real connection, byte by byte as it was made. */
async function send(mistake: Mistake): Promise<Record<string, unknown>> {
  const { method, target, headers, body } = made(mistake)
  const lines = [
    ...headers,
    ['Connection', 'close'],
    ...(body ? [['Content-Length', String(Buffer.byteLength(body))]] : []),
  ]
  const head = `${method} ${target} HTTP/1.1\r\n${lines.map((pair) => `${pair.join(': ')}\r\n`).join('')}\r\n`
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(mistake.port ?? port, '127.0.0.1')
    let text = ''
    socket
      .on('data', (bytes) => (text += bytes.toString()))
      .on('close', () => resolve(text))
      .on('error', reject)
    socket.write(head + body)
  })
  const [, status] = /^HTTP\/1\.1 (\d+)/.exec(answer) ?? []
  const json = /\{[\s\S]*\}/.exec(answer.slice(answer.indexOf('\r\n\r\n')))?.[0] ?? '{}'
  return { status: Number(status), ...(JSON.parse(json) as object) }
}
const causeOf = async (mistake: Mistake) => (await send(mistake))['likely_cause_code']

const MISTAKES: [code: keyof typeof CAUSES, mistake: () => Mistake][] = [
  ['clock-behind', () => ({ ageSeconds: 400 })],
  ['clock-ahead', () => ({ ageSeconds: -90 })],
  ['created-unit', () => ({ created: t.clock.now() })],
  ['secret-newline', () => ({ secret: `${key.secretKey}\n` })],
  ['secret-quotes', () => ({ secret: `"${key.secretKey}"` })],
  ['secret-decoded', () => ({ secret: Buffer.from(key.secretKey, 'base64') })],
  ['secret-prefix-cut', () => ({ secret: key.secretKey.slice('sk_test_'.length) })],
  ['foreign-authority', () => ({ sentHost: 'elsewhere.example' })],
  ['proxy-changed-host', () => ({ sentHost: '127.0.0.1:4747' })],
  ['authority-port', () => ({ signed: { '@authority': 'localhost' } })],
  ['query-reordered', () => ({ sentTarget: '/v1/accounts?cursor=&limit=1' })],
  ['query-reencoded', () => ({ target: '/v1/accounts?text=a%20b', sentTarget: '/v1/accounts?text=a+b' })],
  ['query-mark-missing', () => ({ signed: { '@query': 'limit=1&cursor=' } })],
  ['query-mark-missing', () => ({ target: '/v1/me', signed: { '@query': '' } })],
  ['query-dropped', () => ({ target: '/v1/accounts', sentTarget: '/v1/accounts?limit=1' })],
  ['path-with-query', () => ({ signed: { '@path': '/v1/accounts?limit=1&cursor=' } })],
  ['path-slash', () => ({ target: '/v1/accounts', sentTarget: '/v1/accounts/' })],
  ['path-prefix', () => ({ target: '/api/v1/accounts', sentTarget: '/v1/accounts' })],
  ['method-case', () => ({ signed: { '@method': 'get' } })],
  ['method-changed', () => ({ method: 'PATCH', sentMethod: 'POST' })],
  ['component-order', () => ({ order: ['@query', '@path', '@authority', '@method'] })],
  [
    'parameter-order',
    () => ({
      parameters: (text) => text.replace(/(;nonce="[^"]*")(;keyid="[^"]*")(;alg="[^"]*")$/, '$2$3$1'),
    }),
  ],
  ['params-with-label', () => ({ parameters: (text) => `sig1=${text}` })],
  ['base-newline', () => ({ base: (text) => `${text}\n` })],
  ['base-crlf', () => ({ base: (text) => text.replaceAll('\n', '\r\n') })],
  ['base-unquoted', () => ({ base: (text) => text.replace(/^"([^"]+)": /gm, '$1: ') })],
  ['hex-instead-of-base64', () => ({ encode: (mac) => mac.toString('hex') })],
  ['base64url-instead-of-base64', () => ({ encode: (mac) => `${mac.toString('base64url').slice(0, 42)}_=` })],
  [
    'base64-unpadded',
    () => ({ encode: (mac) => mac.toString('base64').replace(/\+|\//g, 'a').replace('=', '') }),
  ],
  ['signature-length', () => ({ encode: (mac) => mac.subarray(0, 20).toString('base64') })],
  ['body-reserialised', () => ({ body: '{"a":1,"b":[1,2]}', sentBody: '{"a": 1, "b": [1, 2]}' })],
  ['body-reserialised', () => ({ body: '{"a": 1, "b": [1, 2]}', sentBody: '{"a":1,"b":[1,2]}' })],
  ['body-changed', () => ({ body: '{"a":1}', sentBody: '{"a":2}' })],
  ['digest-of-nothing', () => ({ body: '{}', digest: () => createHash('sha256').digest('base64') })],
  [
    'digest-in-hex',
    () => ({
      body: '{}',
      digest: (text) => Buffer.from(createHash('sha256').update(text).digest('hex')).toString('base64'),
    }),
  ],
  ['digest-unreadable', () => ({ body: '{}', digest: () => 'not base64!' })],
  ['unknown', () => ({ secret: other.secretKey })],
]

describe('a refusal names its likely cause and the remedy', () => {
  it.each(MISTAKES)('%s', async (code, mistake) => {
    const answer = await send(mistake())
    expect([answer['likely_cause_code'], answer['remedy']]).toEqual([code, CAUSES[code]])
  })

  it('old-secret, once the overlap is over', async () => {
    const rotated = await t.createKey(ada)
    await ada.request('POST', `/v1/api-keys/${rotated.id}/rotate`, { body: { overlap_seconds: 0 } })
    expect(await causeOf({ signer: rotated })).toBe('old-secret')
  })

  it('says the same whether a wrong secret agrees in no character or in all but one', async () => {
    const last = key.secretKey.at(-1) === 'A' ? 'B' : 'A'
    const told = []
    for (const secret of ['x', key.secretKey.slice(0, -1) + last, key.secretKey.slice(0, 20)]) {
      const { status, code, detail, likely_cause, likely_cause_code } = await send({ secret })
      told.push({ status, code, detail, likely_cause, likely_cause_code })
    }
    expect(told).toEqual([told[0], told[0], told[0]])
    expect(told[0]).toMatchObject({ code: 'signature-invalid', likely_cause_code: 'unknown' })
  })
})

describe('POST /v1/test/explain-signature', () => {
  const explain = (sent: Sent, member = ada, more: object = {}) =>
    member.request('POST', '/v1/test/explain-signature', {
      body: {
        method: sent.method,
        target: sent.target,
        headers: sent.headers.map(([name, value]) => ({ name, value })),
        ...(sent.body ? { body: sent.body } : {}),
        received_at: new Date(t.clock.now()).toISOString(),
        ...more,
      },
    })
  const codes = (answer: { body: Record<string, unknown> }) =>
    (answer.body['findings'] as { likely_cause_code: string }[]).map((one) => one.likely_cause_code)

  it('finds nothing in a right request, and leaves its nonce unused', async () => {
    const sent = made({ target: '/v1/me' })
    const answer = await explain(sent)
    expect(answer.body).toMatchObject({ verifies: true, findings: [], api_key_id: key.id })
    expect(answer.body['signature_base']).toContain('"@path": /v1/me')
    const headers = Object.fromEntries(sent.headers)
    expect((await t.app.inject({ url: sent.target, headers })).statusCode).toBe(200)
  })

  it("names another key's secret, and the other findings beside it", async () => {
    expect(codes(await explain(made({ secret: other.secretKey })))).toEqual(['another-keys-secret'])
    const late = made({ body: '{"a":1}', sentBody: '{"a":2}', ageSeconds: 400, secret: `${key.secretKey}\n` })
    expect(codes(await explain(late))).toEqual(['clock-behind', 'secret-newline', 'body-changed'])
    expect(
      codes(await explain(made({ encode: (mac) => `${mac.toString('base64url').slice(0, 42)}_=` }))),
    ).toEqual(['base64url-instead-of-base64'])
  })

  it("answers another workspace's key like one that does not exist", async () => {
    const eve = await t.signUp('Eve')
    const foreign = await explain(made({ target: '/v1/me' }), eve)
    const unknown = await explain(
      made({ target: '/v1/me', signer: { ...key, publicKey: newPublicKey('test') } }),
      eve,
    )
    expect([foreign.status, foreign.body['findings'], foreign.body['api_key_id']]).toEqual([
      200,
      unknown.body['findings'],
      null,
    ])
    expect(codes(foreign)).toEqual(['key-unknown'])
  })

  it('refuses bad input, and more than a person asks', async () => {
    const answer = await explain({ ...made({}), method: 'G T' })
    expect([answer.status, answer.body['code']]).toEqual([422, 'invalid-input'])
    const sent = made({})
    for (let count = 0; count < 60; count += 1) await explain(sent)
    expect((await explain(sent)).status).toBe(429)
  })
})

const hasNginx = spawnSync('nginx', ['-v']).status === 0
describe.skipIf(!hasNginx)('behind a real nginx', () => {
  let folder: string
  let nginx: ChildProcess
  const ports: Record<string, number> = {}

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-nginx-'))
    const locations: Record<string, string> = {
      untouched: `location / { proxy_set_header Host $http_host; proxy_pass http://127.0.0.1:${port}; }`,
      host: `location / { proxy_set_header Host 127.0.0.1:4747; proxy_pass http://127.0.0.1:${port}; }`,
      prefix: `location /api/ { proxy_set_header Host $http_host; proxy_pass http://127.0.0.1:${port}/; }`,
      query: `location / { proxy_set_header Host $http_host; rewrite ^(.*)$ $1?limit=1&cursor=? break; proxy_pass http://127.0.0.1:${port}; }`,
    }
    for (const name of Object.keys(locations)) ports[name] = await freePort()
    const servers = Object.entries(locations).map(
      ([name, location]) => `server { listen 127.0.0.1:${ports[name]}; ${location} }`,
    )
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (kind) => `${kind}_temp_path ${folder}/${kind};`,
    )
    writeFileSync(
      join(folder, 'nginx.conf'),
      `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log; events {}
       http { access_log off; ${temporary.join(' ')} ${servers.join('\n')} }`,
    )
    nginx = spawn(
      'nginx',
      ['-p', folder, '-e', join(folder, 'error.log'), '-c', join(folder, 'nginx.conf')],
      { stdio: 'ignore' },
    )
    await vi.waitFor(async () => expect((await send({ port: ports['untouched']! }))['status']).toBe(200), {
      timeout: 10_000,
    })
  })
  afterAll(() => {
    nginx?.kill('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
  })

  it('a request that is passed on untouched verifies, body and all', async () => {
    const sent = { method: 'POST', target: '/v1/test/reset', body: '{ }', port: ports['untouched']! }
    expect((await send(sent))['status']).toBe(200)
  })

  it.each([
    ['proxy-changed-host', 'host', {}],
    ['path-prefix', 'prefix', { target: '/api/v1/accounts?limit=1' }],
    ['query-reordered', 'query', { target: '/v1/accounts?cursor=&limit=1' }],
  ] as const)('%s is named', async (code, server, mistake) => {
    expect(await causeOf({ ...mistake, port: ports[server]! })).toBe(code)
  })
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port: free } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return free
}

it('docs/signing.md tells of every cause, with the remedy that the server gives', () => {
  const text = readFileSync(new URL('../../../docs/signing.md', import.meta.url), 'utf8')
  const rows = [...text.matchAll(/^\| `([a-z0-9-]+)` +\| (.*?) +\|$/gm)].map(([, code, remedy]) => [
    code,
    remedy,
  ])
  const documented = Object.fromEntries(rows.filter(([code]) => code! in CAUSES))
  expect(documented).toEqual(CAUSES)
})
