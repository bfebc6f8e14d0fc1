import { createHash, generateKeyPairSync } from 'node:crypto'
import { connect, type AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { newId } from '../ids.ts'
import { createTestApp, signHeaders, type TestApp, type TestKey, type TestMember } from '../test-app.ts'
import { setUpOperator, signedOverSocket, type TestPerson } from '../test-production.ts'
import { testRecord } from '../transaction-logs/test-record.ts'

const AUTHORITY = 'pay.example.com'
const SECRET = 's'.repeat(40)
const sha256 = (text: string) => createHash('sha256').update(text).digest('base64')

let t: TestApp
let olga: TestPerson
let ada: TestMember
let customer: TestKey
let platform: TestKey

beforeAll(async () => {
  t = await createTestApp({ FORWARD_AUTHORITIES: AUTHORITY, FORWARD_AUTH_SECRET: SECRET })
  await t.app.listen({ host: '127.0.0.1', port: 0 })
  olga = await setUpOperator(t)
  ada = await t.signUp()
  customer = await t.createKey(ada)
  platform = await createOperatorKey()
})
afterAll(() => t.stop())

async function createOperatorKey(input: Record<string, unknown> = {}): Promise<TestKey> {
  const body = { name: 'Orders', scopes: ['operator:verify'], expires_at: null, ...input }
  const { status, body: made, text } = await olga.request('POST', '/v1/operator/keys', { body })
  if (status !== 201) throw new Error(text)
  return { id: made['id'], publicKey: made['public_key'], secretKey: made['secret_key'] }
}

type Sent = { method?: string; path?: string; payload?: string | undefined }

const signed = ({ method = 'GET', path = '/orders', payload }: Sent = {}) =>
  signHeaders(customer, { method, path, payload, nowMs: t.clock.now(), authority: AUTHORITY })

function described(sent: Sent = {}, more: Record<string, unknown> = {}): Record<string, unknown> {
  const { method = 'GET', path = '/orders', payload } = sent
  return {
    method,
    authority: AUTHORITY,
    target: path,
    headers: Object.entries(signed(sent)),
    body_digest: payload === undefined ? null : { 'sha-256': sha256(payload) },
    client_ip: '203.0.113.9',
    scheme: 'https',
    ...more,
  }
}

const VERIFY = '/v1/operator/verify-request'
const ask = (body: unknown, key: TestKey = platform, options: Record<string, unknown> = {}) =>
  signedOverSocket(t, key, 'POST', VERIFY, { body, ...options })
const outcomePath = (requestId: unknown) => `${VERIFY}/${String(requestId)}/outcome`
const TOLD = { status: 200, duration_ms: 1 }

/** Sends exactly these lines, as only a broken or hostile proxy would; resolves to status and problem code. */
function raw(lines: readonly string[], body = ''): Promise<[number, string | null, string]> {
  const { port } = t.app.server.address() as AddressInfo
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
    socket.on('error', reject)
    socket.on('close', () => {
      const code = /"code":"([a-z-]+)"/.exec(text)?.[1] ?? null
      resolve([Number(text.slice(9, 12)), code, text])
    })
    socket.write([...lines, 'Connection: close', '', body].join('\r\n'))
  })
}

const pairs = (headers: Record<string, string>) =>
  Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
const PROXY = {
  'X-Forwarded-Method': 'GET',
  'X-Forwarded-Uri': '/orders',
  'X-Forwarded-Host': AUTHORITY,
  'X-Forwarded-Proto': 'https',
  'X-Forwarded-For': '203.0.113.9',
  'Countersign-Forward-Secret': SECRET,
}
const nginxForm = (headers: Record<string, string>, more: string[] = []) => [
  'POST /forward-auth HTTP/1.1',
  'Host: countersign',
  ...pairs({ ...PROXY, ...headers }),
  ...more,
]
const ENVOY = {
  'X-Forwarded-Proto': 'https',
  'X-Forwarded-For': '203.0.113.9',
  'Countersign-Forward-Secret': SECRET,
}
const envoyForm = (target: string, { method = 'GET', payload }: Sent, more: string[] = []) => [
  `${method} /forward-auth${target} HTTP/1.1`,
  `Host: ${AUTHORITY}`,
  ...pairs({ ...ENVOY, ...signed({ method, path: target, payload }) }),
  ...more,
]

describe('an operator key', () => {
  it('signs with Ed25519, and goes on doing so through a rotation of its pair', async () => {
    const pair = () => {
      const { privateKey, publicKey } = generateKeyPairSync('ed25519')
      const half = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64')
      return { privateKey, half }
    }
    const [first, second] = [pair(), pair()]
    const key = await createOperatorKey({ algorithm: 'ed25519', ed25519_public_key: first.half })
    expect(key.secretKey).toBeNull()
    const askWith = ({ privateKey }: typeof first) =>
      ask(described(), key, { privateKey }).then(({ status, body }) => [
        status,
        body['verified'] ?? body['code'],
      ])
    expect(await askWith(first)).toEqual([200, true])
    expect(await askWith(second)).toEqual([401, 'signature-invalid'])
    const rotated = await olga.request('POST', `/v1/operator/keys/${key.id}/rotate`, {
      body: { overlap_seconds: 60, ed25519_public_key: second.half },
    })
    expect(rotated.body).toMatchObject({
      secret_version: 2,
      secret_key: null,
      ed25519_public_key: second.half,
    })
    expect([await askWith(first), await askWith(second)]).toEqual([
      [200, true],
      [200, true],
    ])
    t.clock.advance(61_000)
    expect([await askWith(first), await askWith(second)]).toEqual([
      [401, 'signature-invalid'],
      [200, true],
    ])
  })

  it.each([
    ['disabled', 'key-disabled'],
    ['expired', 'key-expired'],
    ['revoked', 'key-revoked'],
  ])('that is %s neither verifies requests nor tells outcomes', async (state, code) => {
    const key = await createOperatorKey({ expires_at: new Date(t.clock.now() + 60_000).toISOString() })
    const { body } = await ask(described(), key)
    expect(body['verified']).toBe(true)
    const path = `/v1/operator/keys/${key.id}`
    if (state === 'disabled') await olga.request('PATCH', path, { body: { enabled: false } })
    if (state === 'expired') t.clock.advance(60_000)
    if (state === 'revoked') await olga.request('DELETE', path)
    expect((await ask(described(), key)).body['code']).toBe(code)
    const told = await signedOverSocket(t, key, 'POST', outcomePath(body['request_id']), { body: TOLD })
    expect([told.status, told.body['code']]).toEqual([401, code])
  })

  it('shows when and from where it was last used, refused uses left out', async () => {
    const key = await createOperatorKey()
    const path = `/v1/operator/keys/${key.id}`
    await ask(described(), { ...key, secretKey: platform.secretKey })
    await t.lastUse.flush()
    expect((await olga.request('GET', path)).body).toMatchObject({ last_used_at: null, last_used_ip: null })
    await ask(described(), key)
    await t.lastUse.flush()
    expect((await olga.request('GET', path)).body).toMatchObject({
      last_used_at: expect.stringMatching(/^\d{4}-/),
      last_used_ip: '127.0.0.1',
    })
  })

  it('changes nothing that the audit log holds: verifying and telling are rows of the Transaction Logs', async () => {
    const key = await createOperatorKey({ scopes: ['operator:verify', 'operator:workspaces'] })
    const newest = async () =>
      (await olga.request('GET', '/v1/operator/audit-log?limit=1')).body['data'][0].id as string
    const before = await newest()
    const { body } = await ask(described(), key)
    await signedOverSocket(t, key, 'POST', outcomePath(body['request_id']), { body: TOLD })
    await signedOverSocket(t, key, 'GET', '/v1/operator/workspaces')
    expect(await newest()).toBe(before)
  })
})

describe('the outcome of a verified request', () => {
  it('is taken from operator keys with the scope, whichever asked, and from nobody else', async () => {
    const { body } = await ask(described())
    const path = outcomePath(body['request_id'])
    const status = async (answer: Promise<{ status: number; body: Record<string, any> }>) => {
      const { status, body } = await answer
      return [status, body['code']]
    }
    const send = (key: TestKey) => status(signedOverSocket(t, key, 'POST', path, { body: TOLD }))
    const nobody = await t.app.inject({
      method: 'POST',
      url: path,
      headers: { host: 'localhost:4747' },
      payload: TOLD,
    })
    expect(nobody.statusCode).toBe(401)
    expect(await status(olga.request('POST', path, { body: TOLD }))).toEqual([401, 'signature-missing'])
    expect(await status(ada.request('POST', path, { body: TOLD }))).toEqual([401, 'signature-missing'])
    expect(await send(customer)).toEqual([403, 'operator-required'])
    const reader = await createOperatorKey({ scopes: ['operator:workspaces'] })
    expect(await send(reader)).toEqual([403, 'scope-missing'])
    expect(await send({ ...platform, secretKey: reader.secretKey })).toEqual([401, 'signature-invalid'])
    // None of them has told it. A service whose key was replaced meanwhile still can.
    const successor = await createOperatorKey({ name: 'Orders, next' })
    expect(await send(successor)).toEqual([204, undefined])
    expect(await send(platform)).toEqual([409, 'conflict'])
  })
})

describe('a row without an outcome', () => {
  it('is found and exported as forwarded, and a live view shows it again with its outcome', async () => {
    const { port } = t.app.server.address() as AddressInfo
    const open = async (query: string) => {
      const socket = connect(port, '127.0.0.1')
      let text = ''
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
      const lines = [`GET /v1/transaction-logs/stream${query} HTTP/1.1`, 'Host: localhost:4747']
      socket.write([...lines, `Cookie: ${ada.cookie}`, '', ''].join('\r\n'))
      const until = async (wanted: string) => {
        await expect.poll(() => text, { timeout: 5_000 }).toContain(wanted)
        return text
      }
      await until('connected')
      return { until, close: () => socket.destroy() }
    }
    const [all, accepted] = await Promise.all([open(''), open('?status_class=2xx')])
    const { body } = await ask(described())
    const id = body['request_id'] as string
    await all.until(`"id":"${id}"`)
    const ids = async (query: string) => {
      const { body } = await ada.request('GET', `/v1/transaction-logs?${query}`)
      return body['data'].map((row: { id: string }) => row.id) as string[]
    }
    expect(await ids('status_class=forwarded')).toContain(id)
    expect(await ids('status_class=2xx')).not.toContain(id)
    const csv = await ada.request('GET', '/v1/transaction-logs/export?status_class=forwarded&format=csv')
    expect(csv.text).toMatch(new RegExp(`^${id},.*,GET,/orders,0,forwarded,`, 'm'))

    const later = newId('req', Date.now() + 10_000)
    await t.requestLog.recordDurably(testRecord({ id: later, workspaceId: ada.workspaceId }))
    await all.until(`id: ${later}`)
    await signedOverSocket(t, platform, 'POST', outcomePath(id), { body: { status: 201, duration_ms: 7 } })
    const told = new RegExp(`event: transaction_log\\ndata: {"id":"${id}".*"status":201,"outcome":"answered"`)
    // Late as it is, it names no id: a reader who connects again must not begin back there.
    expect(await all.until('"status":201')).toMatch(told)
    expect((await all.until('"status":201')).split(`id: ${id}\n`)).toHaveLength(2)
    expect(await accepted.until(id)).toMatch(told)
    expect(await ids('status_class=forwarded')).not.toContain(id)
    expect((await ada.request('GET', `/v1/transaction-logs/${id}`)).body).toMatchObject({
      status: 201,
      outcome: 'answered',
    })
    for (const view of [all, accepted]) view.close()
  })
})

describe('what a service describes', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['a name with a space', { headers: [['host ', 'x']] }, '/headers/0/0'],
    ['a name with a line break', { headers: [['a\r\nsignature', 'x']] }, '/headers/0/0'],
    ['a value with a line break', { headers: [['a', 'x\r\nSignature: y']] }, '/headers/0/1'],
    ['a value with NUL', { headers: [['a', 'x\0']] }, '/headers/0/1'],
    ['a made-up method', { method: 'ZZZ' }, '/method'],
  ])('is refused as the service’s fault: %s', async (_, more, pointer) => {
    const { status, body } = await ask(described({}, more))
    expect([status, body['errors'][0].pointer]).toEqual([422, pointer])
  })

  it('a second Content-Length does not hide behind a first that says 0', async () => {
    const input = described({ method: 'POST' })
    const headers = [...(input['headers'] as string[][]), ['Content-Length', '0'], ['Content-Length', '5']]
    const { body } = await ask({ ...input, headers })
    expect(body['problem'].body.code).toBe('signature-malformed')
  })

  it('an IPv4 address that arrived mapped into IPv6 is the same address', async () => {
    const fenced = await t.createKey(ada, { ip_allowlist: ['203.0.113.0/24'] })
    const headers = signHeaders(fenced, {
      method: 'GET',
      path: '/orders',
      payload: undefined,
      nowMs: t.clock.now(),
      authority: AUTHORITY,
    })
    const { body } = await ask(
      described({}, { headers: Object.entries(headers), client_ip: '::ffff:203.0.113.9' }),
    )
    expect(body['verified']).toBe(true)
  })
})

describe('what a proxy describes', () => {
  it.each(Object.keys(PROXY))('%s sent twice is refused, whichever comes first', async (name) => {
    for (const value of ['evil.example', (PROXY as Record<string, string>)[name]])
      expect((await raw(nginxForm(signed(), [`${name}: ${value}`]))).slice(0, 2)).toEqual([
        403,
        'forward-auth-refused',
      ])
  })

  it.each(['X-Forwarded-Content-Length', 'X-Forwarded-Transfer-Encoding'])(
    '%s sent twice is refused: one of them is the sender’s own',
    async (name) => {
      const lines = nginxForm(signed(), [`${name}: 0`, `${name}: 5`])
      expect((await raw(lines)).slice(0, 2)).toEqual([403, 'forward-auth-refused'])
    },
  )

  it('a method that nobody knows makes no row', async () => {
    const [status, code] = await raw(nginxForm({ ...signed(), 'X-Forwarded-Method': 'A'.repeat(4_000) }))
    expect([status, code]).toEqual([403, 'forward-auth-refused'])
  })

  it('the host that it forwards counts only where it is declared and signed', async () => {
    for (const host of ['evil.example', `${AUTHORITY}, evil.example`, `${AUTHORITY}:444`])
      expect((await raw(nginxForm({ ...signed(), 'X-Forwarded-Host': host }))).slice(0, 2)).toEqual([
        401,
        'signature-invalid',
      ])
  })

  it('the address is the last that no trusted proxy has, not one that the sender put in front', async () => {
    const spoofed = await raw(nginxForm({ ...signed(), 'X-Forwarded-For': '127.0.0.1, 198.51.100.77' }))
    expect(spoofed[0]).toBe(200)
    const id = /countersign-request-id: (\S+)/i.exec(spoofed[2])?.[1]
    await t.requestLog.flush()
    expect((await ada.request('GET', `/v1/transaction-logs/${id}`)).body['ip']).toBe('198.51.100.77')
  })

  it('in the form with a prefix the sender’s X-Forwarded-* say nothing of what was sent', async () => {
    const mixed = [
      'X-Forwarded-Method: DELETE',
      'X-Forwarded-Uri: /other',
      'X-Forwarded-Host: evil.example',
      'X-Forwarded-Content-Length: 0',
    ]
    expect((await raw(envoyForm('/orders', {}, mixed)))[0]).toBe(200)
    const unsigned = envoyForm('/orders', { method: 'POST' }, [...mixed, 'Content-Length: 5'])
    expect((await raw(unsigned, 'evil!')).slice(0, 2)).toEqual([401, 'signature-malformed'])
  })

  it('in the form with a prefix the body is checked, also one that did not arrive', async () => {
    const payload = '{"a":1}'
    const sent = { method: 'POST', payload }
    const length = (text: string) => [`Content-Length: ${text.length}`]
    expect((await raw(envoyForm('/orders', sent, length(payload)), payload))[0]).toBe(200)
    const other = '{"a":2}'
    expect((await raw(envoyForm('/orders', sent, length(other)), other)).slice(0, 2)).toEqual([
      401,
      'digest-mismatch',
    ])
    expect((await raw(envoyForm('/orders', sent, length('')))).slice(0, 2)).toEqual([401, 'digest-mismatch'])
  })

  it('a prefixed target that reads two ways is the sender’s fault, and counts against nobody else', async () => {
    for (const target of ['/a%2fb', '//evil', '/../v1/me', '/a;b', '/a/..']) {
      const [status, code] = await raw(envoyForm(target, {}))
      expect([target, status, code]).toEqual([target, 401, 'signature-malformed'])
    }
    await t.requestLog.flush()
    const { body } = await ada.request('GET', '/v1/transaction-logs?code=signature-malformed&path=/a%252fb')
    expect(body['data'][0]).toMatchObject({ path: '/a%2fb', ip: '203.0.113.9', status: 401 })
    const detail = await ada.request('GET', `/v1/transaction-logs/${body['data'][0].id}`)
    expect(detail.text).not.toContain(SECRET)
  })

  it('a refusal to unpack must be whole', async () => {
    for (const packed of [
      null,
      'x',
      { status: 401 },
      { status: 200, headers: {}, body: { request_id: 'r' } },
    ])
      expect(
        (
          await raw([
            'GET /forward-auth-refusal HTTP/1.1',
            'Host: countersign',
            `Countersign-Forward-Secret: ${SECRET}`,
            `Countersign-Problem: ${Buffer.from(JSON.stringify(packed)).toString('base64url')}`,
          ])
        ).slice(0, 2),
      ).toEqual([403, 'forward-auth-refused'])
  })

  it('its secret is in no row, no answer and no line of the log', async () => {
    const lines: unknown[] = []
    for (const level of ['info', 'warn', 'error'] as const)
      vi.spyOn(t.log, level).mockImplementation((...line: unknown[]) => void lines.push(line))
    const [, , answer] = await raw(nginxForm(signed()))
    await raw(nginxForm({}, [`Countersign-Forward-Secret: ${SECRET}`]))
    const stranger = signed()
    stranger['signature-input'] = stranger['signature-input']!.replace('pk_test_', 'pk_test_0')
    await raw(nginxForm(stranger))
    await t.requestLog.flush()
    const { rows } = await t.database.pool.query('select * from transaction_log_payloads')
    expect(rows.length).toBeGreaterThan(0)
    expect(lines.length).toBeGreaterThan(0)
    expect(JSON.stringify(rows) + answer + inspect(lines, { depth: 9 })).not.toContain(SECRET)
  })
})
