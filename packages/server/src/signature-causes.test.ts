import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { createHash, createHmac, generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { buildApp } from './app.ts'
import { newPublicKey } from './keys/credentials.ts'
import { createServices } from './services.ts'
import { CAUSES } from './signatures/causes.ts'
import { createTestApp, type TestApp, type TestKey, type TestMember } from './test-app.ts'
import { openProduction, setUpOperator, type TestPerson } from './test-production.ts'

const AUTHORITY = 'localhost:4747'
let t: TestApp
let ada: TestPerson
let key: TestKey
let other: TestKey
let port: number

beforeAll(async () => {
  t = await createTestApp()
  await t.app.listen({ host: '127.0.0.1', port: 0 })
  port = (t.app.server.address() as AddressInfo).port
  ada = await setUpOperator(t)
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
  nonce?: string
  alg?: string
  expires?: number
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
  const { nonce = randomBytes(12).toString('hex'), alg = 'hmac-sha256', expires } = mistake
  const sentParameters = `${list};created=${created};nonce="${nonce}";keyid="${signer.publicKey}";alg="${alg}"${expires === undefined ? '' : `;expires=${expires}`}`
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
  ['expires-passed', () => ({ ageSeconds: 20, expires: Math.floor(t.clock.now() / 1000) - 10 })],
  ['other-algorithm', () => ({ alg: 'ed25519' })],
  ['secret-newline', () => ({ secret: `${key.secretKey}\n` })],
  ['secret-quotes', () => ({ secret: `"${key.secretKey}"` })],
  ['secret-decoded', () => ({ secret: Buffer.from(key.secretKey, 'base64') })],
  ['secret-prefix-cut', () => ({ secret: key.secretKey.slice('sk_test_'.length) })],
  [
    'foreign-authority',
    () => ({ sentHost: 'elsewhere.example', signed: { '@authority': 'elsewhere.example' } }),
  ],
  ['proxy-changed-host', () => ({ sentHost: '127.0.0.1:4747' })],
  ['proxy-changed-host', () => ({ sentHost: 'upstream.internal:8080' })],
  ['authority-port', () => ({ sentHost: 'localhost' })],
  ['authority-port', () => ({ signed: { '@authority': 'localhost' } })],
  ['query-reordered', () => ({ sentTarget: '/v1/accounts?cursor=&limit=1' })],
  ['query-reencoded', () => ({ target: '/v1/accounts?text=a%20b', sentTarget: '/v1/accounts?text=a+b' })],
  ['query-reencoded', () => ({ target: '/v1/accounts?text=ü', sentTarget: '/v1/accounts?text=%C3%BC' })],
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

  it('nonce-reused, where a request is sent again as it is', async () => {
    const mistake = { nonce: randomBytes(12).toString('hex'), created: Math.floor(t.clock.now() / 1000) }
    expect((await send(mistake))['status']).toBe(200)
    expect(await causeOf(mistake)).toBe('nonce-reused')
  })

  it('hmac-instead-of-ed25519, where a key pair is used like a secret', async () => {
    const pair = generateKeyPairSync('ed25519')
    const publicHalf = pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
    const signer = await t.createKey(ada, {
      algorithm: 'ed25519',
      ed25519_public_key: publicHalf.toString('base64'),
    })
    const secret = pair.privateKey.export({ format: 'pem', type: 'pkcs8' })
    expect(await causeOf({ signer, secret, alg: 'ed25519' })).toBe('hmac-instead-of-ed25519')
  })

  it('old-secret, once the overlap is over', async () => {
    const rotated = await t.createKey(ada)
    await ada.request('POST', `/v1/api-keys/${rotated.id}/rotate`, { body: { overlap_seconds: 0 } })
    expect(await causeOf({ signer: rotated })).toBe('old-secret')
  })

  it('stands in the list of Transaction Logs, whether the signature held or not', async () => {
    const signer = await t.createKey(ada)
    const repeated = {
      signer,
      nonce: randomBytes(12).toString('hex'),
      created: Math.floor(t.clock.now() / 1000),
    }
    for (const mistake of [repeated, repeated, { signer, secret: `${signer.secretKey}\n` }])
      await send(mistake)
    await t.requestLog.flush()
    const list = await ada.request('GET', `/v1/transaction-logs?api_key_id=${signer.id}`)
    const causes = (list.body['data'] as { likely_cause_code: string | null }[]).map(
      (row) => row.likely_cause_code,
    )
    expect(causes).toEqual(['secret-newline', 'nonce-reused', null])
    const [newest] = list.body['data'] as { id: string }[]
    const one = await ada.request('GET', `/v1/transaction-logs/${newest!.id}`)
    expect(one.body['likely_cause_code']).toBe('secret-newline')
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
  const explain = (sent: Sent, member: TestMember = ada, more: object = {}) =>
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

  it('names the secret of the other mode', async () => {
    await openProduction(t, { operator: ada, person: ada })
    const production = await t.createKey(ada, { mode: 'production' })
    expect(codes(await explain(made({ secret: production.secretKey })))).toEqual(['wrong-mode-secret'])
  })

  it('names a changed Host instead of a foreign one, and alg beside the rest', async () => {
    expect(codes(await explain(made({ sentHost: 'upstream.internal:8080' })))).toEqual(['proxy-changed-host'])
    const elsewhere = made({ sentHost: 'elsewhere.example', signed: { '@authority': 'elsewhere.example' } })
    expect(codes(await explain(elsewhere))).toEqual(['foreign-authority'])
    expect(codes(await explain(made({ alg: 'ed25519' })))).toEqual(['other-algorithm'])
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
    const refused = await explain(sent)
    expect([refused.status, refused.body['code']]).toEqual([429, 'rate-limited'])
    expect(refused.body['detail']).toMatch(
      /^People of a workspace may ask for 60 explanations a minute. Ask again in \d+ s.$/,
    )
    expect(refused.headers['retry-after']).toMatch(/^\d+$/)
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
      // What nginx does where nobody tells it otherwise: Host becomes the address of the upstream.
      unset: `location / { proxy_pass http://127.0.0.1:${port}; }`,
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
    const port = ports['untouched']!
    const sent = { method: 'POST', target: '/v1/accounts', body: '{ "currency": "EUR" }', port }
    expect((await send(sent))['status']).toBe(201)
  })

  it.each([
    ['proxy-changed-host', 'unset', {}],
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

// Last, because it takes the memory of nonces over from the server of all other tests.
it('before-server-start, where a server starts between signing and sending', async () => {
  const early = made({ target: '/v1/me' })
  const accepted = made({ target: '/v1/me' })
  const headersOf = (sent: Sent) => Object.fromEntries(sent.headers)
  expect((await t.app.inject({ url: '/v1/me', headers: headersOf(accepted) })).statusCode).toBe(200)
  const services = await createServices({ ...t })
  const restarted = await buildApp({ ...services, dashboardDir: null })
  try {
    const answer = await restarted.inject({ url: '/v1/me', headers: headersOf(early) })
    expect([answer.statusCode, answer.json().likely_cause_code]).toEqual([401, 'before-server-start'])
  } finally {
    await restarted.close()
    await services.close()
  }
})

it('docs/signing.md tells of every cause, with the remedy that the server gives', () => {
  const text = readFileSync(new URL('../../../docs/signing.md', import.meta.url), 'utf8')
  const rows = [...text.matchAll(/^\| `([a-z0-9-]+)` +\| (.*?) +\|$/gm)].map(([, code, remedy]) => [
    code,
    remedy,
  ])
  const documented = Object.fromEntries(rows.filter(([code]) => code! in CAUSES))
  expect(documented).toEqual(CAUSES)
})
