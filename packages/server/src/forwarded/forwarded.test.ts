import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, signHeaders, type TestApp, type TestKey, type TestMember } from '../test-app.ts'
import {
  openProduction,
  setUpOperator,
  signedOverSocket,
  signUpPerson,
  type TestPerson,
} from '../test-production.ts'

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

type Described = {
  method: string
  authority: string
  target: string
  headers: [string, string][]
  body_digest: unknown
}

function described(
  key: Pick<TestKey, 'publicKey' | 'secretKey'>,
  {
    method = 'GET',
    path = '/orders',
    payload,
    ...more
  }: { method?: string; path?: string; payload?: string } & Record<string, unknown> = {},
): Described & Record<string, unknown> {
  const headers = signHeaders(key, { method, path, payload, nowMs: t.clock.now(), authority: AUTHORITY })
  return {
    method,
    authority: AUTHORITY,
    target: path,
    headers: [
      ...Object.entries(headers),
      ...(payload === undefined ? [] : ([['content-length', String(payload.length)]] as [string, string][])),
    ],
    body_digest: payload === undefined ? null : { 'sha-256': sha256(payload) },
    client_ip: '203.0.113.9',
    scheme: 'https',
    ...more,
  }
}

/** Asks as the platform's service does: operator keys, like production keys, need a connection that nobody reads. */
const ask = (body: unknown, key: TestKey = platform) =>
  signedOverSocket(t, key, 'POST', '/v1/operator/verify-request', { body })

describe('POST /v1/operator/verify-request', () => {
  it('tells who signed, and writes a row that the outcome completes, once', async () => {
    const { status, body } = await ask(
      described(customer, { method: 'POST', payload: '{"a":1}', path: '/orders?x=1' }),
    )
    expect(status).toBe(200)
    expect(body).toMatchObject({
      verified: true,
      workspace_id: ada.workspaceId,
      key: { id: customer.id, public_key: customer.publicKey, secret_version: 1 },
      mode: 'test',
      currency_type: 'fiat',
    })
    const headers = Object.fromEntries(body['headers'] as [string, string][])
    expect(headers['ratelimit']).toMatch(/^"key";r=\d+;t=\d+$/)
    const path = `/v1/transaction-logs/${body['request_id'] as string}`
    expect((await ada.request('GET', path)).body).toMatchObject({
      status: 0,
      method: 'POST',
      path: '/orders',
      query: 'x=1',
      ip: '203.0.113.9',
      secret_version: 1,
    })

    const tell = (outcome: object) =>
      signedOverSocket(
        t,
        platform,
        'POST',
        `/v1/operator/verify-request/${body['request_id'] as string}/outcome`,
        { body: outcome },
      )
    expect((await tell({ status: 99, duration_ms: 1 })).status).toBe(422)
    const outcome = {
      status: 201,
      duration_ms: 12.5,
      response_headers: [
        ['Set-Cookie', 'a=b'],
        ['X-A', '1'],
      ],
      response_body: '{"token":"t","ok":true}',
    }
    expect((await tell(outcome)).status).toBe(204)
    const row = (await ada.request('GET', path)).body
    expect(row).toMatchObject({ status: 201, duration_ms: 12.5 })
    expect(row['response'].headers).toEqual([
      ['set-cookie', '[redacted]'],
      ['x-a', '1'],
    ])
    expect(JSON.parse(row['response'].body.text)).toEqual({ token: '[redacted]', ok: true })
    expect(
      (await ada.request('GET', '/v1/transaction-logs?status=201')).body['data'].map((one: any) => one.id),
    ).toContain(body['request_id'])
    expect((await tell(outcome)).status).toBe(409)
  })

  it('takes the outcome of a read at once, before its row is written in a batch', async () => {
    const { body } = await ask(described(customer))
    const told = await signedOverSocket(
      t,
      platform,
      'POST',
      `/v1/operator/verify-request/${body['request_id'] as string}/outcome`,
      { body: { status: 404, code: 'not-found', duration_ms: 1 } },
    )
    expect(told.status).toBe(204)
    expect(
      (await ada.request('GET', `/v1/transaction-logs/${body['request_id'] as string}`)).body,
    ).toMatchObject({ status: 404, code: 'not-found' })
  })

  it('has no outcome for a request that was never verified, nor for one made to the API itself', async () => {
    const own = await t.signed(customer, 'GET', '/v1/me')
    await t.requestLog.flush()
    for (const [id, code] of [
      ['req_01kasqf0000000000000000000', 404],
      [String(own.headers['request-id']), 409],
    ] as const)
      expect(
        (
          await signedOverSocket(t, platform, 'POST', `/v1/operator/verify-request/${id}/outcome`, {
            body: { status: 200, duration_ms: 1 },
          })
        ).status,
      ).toBe(code)
  })

  it.each<[string, (d: any) => void, string]>([
    ['a tampered query', (d) => (d.target = '/orders?evil=1'), 'signature-invalid'],
    ['another method', (d) => (d.method = 'DELETE'), 'signature-invalid'],
    ['a host that is not declared', (d) => (d.authority = 'evil.example'), 'signature-invalid'],
    ['a header sent twice', (d) => d.headers.push(['Signature-Input', 'x']), 'signature-malformed'],
    ['an uncovered Idempotency-Key', (d) => d.headers.push(['Idempotency-Key', 'k']), 'signature-malformed'],
    ['a body that was not signed', (d) => (d.body_digest = { 'sha-256': sha256('x') }), 'digest-mismatch'],
    ['a target with two readings', (d) => (d.target = '/a%2fb'), 'signature-malformed'],
    [
      'a compressed body',
      (d) => d.headers.push(['Content-Encoding', 'gzip']),
      'content-encoding-unsupported',
    ],
    ['no signature', (d) => (d.headers = []), 'signature-malformed'],
  ])('refuses %s', async (_, tamper, code) => {
    const input = described(customer)
    tamper(input)
    const { status, body } = await ask(input)
    expect([status, body['verified'], body['problem'].body.code]).toEqual([200, false, code])
    expect(body['problem'].body.request_id).toBe(body['request_id'])
    expect(body['problem'].status).toBeGreaterThanOrEqual(400)
  })

  it('refuses another body than the signed one, a replay, and an old signature', async () => {
    const changed = described(customer, { method: 'POST', payload: '{"a":1}' })
    expect(
      (await ask({ ...changed, body_digest: { 'sha-256': sha256('{"a":2}') } })).body['problem'].body.code,
    ).toBe('digest-mismatch')
    expect((await ask({ ...changed, body_digest: null })).body['problem'].body.code).toBe('digest-mismatch')
    expect((await ask(changed)).body['verified']).toBe(true)
    expect((await ask(changed)).body['problem'].body).toMatchObject({
      code: 'signature-replayed',
      skew_seconds: 0,
    })
    const old = described(customer)
    t.clock.advance(301_000)
    expect((await ask(old)).body['problem'].body.code).toBe('signature-expired')
  })

  it('asks the caller for the digest that was signed, instead of blaming the customer', async () => {
    const input = described(customer, { method: 'POST', payload: '{}' })
    const sha512 = createHash('sha512').update('{}').digest('base64')
    const { status, body } = await ask({ ...input, body_digest: { 'sha-512': sha512 } })
    expect([status, body['errors'][0].pointer]).toEqual([422, '/body_digest/sha-256'])
  })

  it('checks scope, mode, currency type, allowlist and https as its own routes do', async () => {
    const code = async (key: TestKey, more: Record<string, unknown>) =>
      (await ask(described(key, more))).body['problem'].body.code as string
    expect(await code(customer, { scope: 'api-keys:write' })).toBe('scope-missing')
    expect(await code(customer, { mode: 'production' })).toBe('mode-mismatch')
    expect(await code(customer, { currency_type: 'crypto' })).toBe('currency-type-mismatch')
    const fenced = await t.createKey(ada, { ip_allowlist: ['198.51.100.0/24'] })
    expect(await code(fenced, {})).toBe('ip-not-allowed')
    const person = await signUpPerson(t, 'prod@acme.example')
    await openProduction(t, { operator: olga, person })
    const production = await t.createKey(person, { mode: 'production' })
    expect(await code(production, { scheme: 'http' })).toBe('https-required')
    expect((await ask(described(production))).body['mode']).toBe('production')
  })

  it('refuses a revoked customer key, an unknown one and an operator key behind the service', async () => {
    const revoked = await t.createKey(ada)
    await ada.request('DELETE', `/v1/api-keys/${revoked.id}`)
    expect((await ask(described(revoked))).body['problem'].body.code).toBe('key-revoked')
    expect((await ask(described(platform))).body['problem'].body.code).toBe('key-unknown')
  })

  it('is for operator keys with the scope: not for customers, operators, others or nobody', async () => {
    const body = described(customer)
    const path = '/v1/operator/verify-request'
    expect((await t.signed(customer, 'POST', path, { body })).body['code']).toBe('operator-required')
    expect((await olga.request('POST', path, { body })).body['code']).toBe('signature-missing')
    const other = await createOperatorKey({ scopes: ['operator:workspaces'] })
    expect((await ask(body, other)).body['code']).toBe('scope-missing')
    expect((await ask(body, { ...platform, secretKey: other.secretKey })).body['code']).toBe(
      'signature-invalid',
    )
    expect((await ask({ ...body, scheme: 'ftp' })).status).toBe(422)
  })
})

describe('an operator key', () => {
  it('reaches its routes under /v1/operator and nothing else', async () => {
    const reader = await createOperatorKey({ scopes: ['operator:workspaces'] })
    const code = async (method: string, path: string) => {
      const { status, body } = await signedOverSocket(
        t,
        reader,
        method,
        path,
        method === 'GET' ? {} : { body: {} },
      )
      return [status, body['code']]
    }
    expect((await signedOverSocket(t, reader, 'GET', '/v1/operator/workspaces')).status).toBe(200)
    for (const path of ['/v1/me', '/v1/transactions', '/v1/transaction-logs', '/v1/api-keys'])
      expect([path, ...(await code('GET', path))]).toEqual([path, 403, 'scope-missing'])
    for (const path of [
      '/v1/operator/settlements',
      '/v1/operator/mail',
      '/v1/operator/keys',
      '/v1/operator/audit-log',
      '/v1/operator/rails',
    ])
      expect([path, ...(await code('GET', path))]).toEqual([path, 403, 'member-required'])
    expect(await code('POST', '/v1/operator/settlements/txn_01kasqf0000000000000000000/settle')).toEqual([
      403,
      'member-required',
    ])
    expect(await code('POST', '/v1/operator/keys')).toEqual([403, 'member-required'])
  })

  it('is edited, rotated with an overlap, disabled and revoked, each at once and on record', async () => {
    const key = await createOperatorKey({ name: 'Cycle', scopes: ['operator:workspaces'] })
    const path = `/v1/operator/keys/${key.id}`
    const use = async (secretKey = key.secretKey) => {
      const { status, body } = await signedOverSocket(
        t,
        { ...key, secretKey },
        'GET',
        '/v1/operator/workspaces',
      )
      return status === 200 ? 'ok' : (body['code'] as string)
    }
    expect(await use()).toBe('ok')
    const rotated = await olga.request('POST', `${path}/rotate`, { body: { overlap_seconds: 60 } })
    expect(rotated.body).toMatchObject({
      secret_version: 2,
      secret_key: expect.stringMatching(/^sk_op_\w{49}$/),
    })
    const next = rotated.body['secret_key'] as string
    expect([await use(), await use(next)]).toEqual(['ok', 'ok'])
    t.clock.advance(61_000)
    expect([await use(), await use(next)]).toEqual(['signature-invalid', 'ok'])
    await olga.request('PATCH', path, { body: { enabled: false } })
    expect(await use(next)).toBe('key-disabled')
    await olga.request('PATCH', path, { body: { enabled: true, ip_allowlist: ['198.51.100.1'] } })
    expect(await use(next)).toBe('ip-not-allowed')
    const soon = new Date(t.clock.now() + 1_000).toISOString()
    await olga.request('PATCH', path, { body: { ip_allowlist: [], expires_at: soon } })
    expect(await use(next)).toBe('ok')
    t.clock.advance(1_000)
    expect(await use(next)).toBe('key-expired')
    expect((await olga.request('DELETE', path)).status).toBe(204)
    expect(await use(next)).toBe('key-revoked')
    expect((await olga.request('POST', `${path}/rotate`, { body: { overlap_seconds: 0 } })).status).toBe(409)
    expect((await olga.request('GET', path)).body).toMatchObject({ status: 'revoked', name: 'Cycle' })
    const log = await olga.request('GET', `/v1/operator/audit-log?target_id=${key.id}`)
    expect(log.body['data'].map((entry: any) => entry.action)).toEqual([
      'operator_key.revoked',
      ...Array.from({ length: 3 }, () => 'operator_key.updated'),
      'operator_key.rotated',
      'operator_key.created',
    ])
    expect(log.text).not.toContain('sk_op_')
  })

  it('is changed before the eyes of every server: each change notifies', async () => {
    const heard: (string | undefined)[] = []
    const listener = await t.database.pool.connect()
    listener.on('notification', ({ payload }) => heard.push(payload))
    await listener.query('listen api_keys')
    const key = await createOperatorKey()
    const told = async () => {
      await listener.query('select 1')
      return heard.splice(0).filter((one) => one === key.publicKey).length
    }
    expect(await told()).toBeGreaterThan(0)
    for (const [method, path, body] of [
      ['PATCH', '', { enabled: false }],
      ['POST', '/rotate', { overlap_seconds: 60 }],
      ['DELETE', '', undefined],
    ] as const) {
      await olga.request(method, `/v1/operator/keys/${key.id}${path}`, body ? { body } : {})
      expect([method, (await told()) > 0]).toEqual([method, true])
    }
    await listener.query('unlisten *')
    listener.release(true)
  })

  it('needs https, wherever the server is not loopback', async () => {
    const reader = await createOperatorKey({ scopes: ['operator:workspaces'] })
    const answer = await t.signed(reader, 'GET', '/v1/operator/workspaces', {})
    // app.inject has no socket of its own: neither peer nor listener is known to be loopback.
    expect([answer.status, answer.body['code']]).toEqual([403, 'https-required'])
  })

  it('is made and seen by operators only, and its secret is in no list', async () => {
    const body = { name: 'No', scopes: ['operator:verify'], expires_at: null }
    expect((await ada.request('POST', '/v1/operator/keys', { body })).body['code']).toBe('operator-required')
    expect((await ada.request('GET', '/v1/operator/keys')).status).toBe(403)
    expect((await t.signed(customer, 'POST', '/v1/operator/keys', { body })).body['code']).toBe(
      'operator-required',
    )
    expect(
      (await olga.request('POST', '/v1/operator/keys', { body: { ...body, scopes: ['transactions:read'] } }))
        .status,
    ).toBe(422)
    expect((await olga.request('POST', '/v1/operator/keys', { body: { ...body, scopes: [] } })).status).toBe(
      422,
    )
    const list = await olga.request('GET', '/v1/operator/keys')
    expect(list.body['data'].length).toBeGreaterThan(0)
    expect(list.text).not.toContain('sk_op_')
    const { rows } = await t.database.pool.query('select * from operator_key_secrets')
    expect(JSON.stringify(rows)).not.toContain('sk_op_')
  })
})

describe('/forward-auth', () => {
  const PROXY = {
    'x-forwarded-method': 'GET',
    'x-forwarded-uri': '/orders',
    'x-forwarded-host': AUTHORITY,
    'x-forwarded-proto': 'https',
    'x-forwarded-for': '203.0.113.9',
    'countersign-forward-secret': SECRET,
  }
  const call = async (
    headers: Record<string, string>,
    { url = '/forward-auth', method = 'GET', remoteAddress = '127.0.0.1', host = 'countersign' } = {},
  ) => {
    const answer = await t.app.inject({
      method: method as 'GET',
      url,
      remoteAddress,
      headers: { host, ...headers },
    })
    return {
      status: answer.statusCode,
      headers: answer.headers,
      code: answer.body === '' ? null : (JSON.parse(answer.body) as { code: string }).code,
    }
  }
  const sign = () =>
    signHeaders(customer, {
      method: 'GET',
      path: '/orders',
      payload: undefined,
      nowMs: t.clock.now(),
      authority: AUTHORITY,
    })

  it('answers the form of nginx, Caddy and Traefik, and the form of Envoy', async () => {
    const first = await call({ ...sign(), ...PROXY })
    expect([first.status, first.headers['countersign-workspace-id']]).toEqual([200, ada.workspaceId])
    expect(first.headers['countersign-content-digest']).toBe(`sha-256=:${sha256('')}:`)
    const {
      'x-forwarded-proto': proto,
      'x-forwarded-for': from,
      'countersign-forward-secret': secret,
    } = PROXY
    const envoy = {
      ...sign(),
      'x-forwarded-proto': proto,
      'x-forwarded-for': from,
      'countersign-forward-secret': secret,
    }
    const second = await call(
      { ...envoy, 'x-forwarded-uri': '/other' },
      { url: '/forward-auth/orders', host: AUTHORITY },
    )
    expect([second.status, second.headers['countersign-key-id']]).toEqual([200, customer.id])
  })

  it('believes nobody without the secret, nor the secret from elsewhere', async () => {
    const { 'countersign-forward-secret': _, ...without } = PROXY
    expect((await call({ ...sign(), ...without })).code).toBe('forward-auth-refused')
    expect((await call({ ...sign(), ...PROXY, 'countersign-forward-secret': `${SECRET}x` })).code).toBe(
      'forward-auth-refused',
    )
    expect((await call({ ...sign(), ...PROXY }, { remoteAddress: '203.0.113.50' })).code).toBe(
      'forward-auth-refused',
    )
    expect((await call({ 'countersign-problem': 'e30' }, { url: '/forward-auth-refusal' })).code).toBe(
      'forward-auth-refused',
    )
  })

  it('refuses a proxy that leaves something out', async () => {
    for (const name of Object.keys(PROXY).filter((one) => one.startsWith('x-'))) {
      const { [name]: _, ...rest } = PROXY as Record<string, string>
      expect([name, (await call({ ...sign(), ...rest })).code]).toEqual([name, 'forward-auth-refused'])
    }
  })

  it('hands a refusal back whole where a proxy dropped its body', async () => {
    const refused = await call(PROXY)
    expect([refused.status, refused.code]).toEqual([401, 'signature-malformed'])
    const again = await call(
      {
        'countersign-problem': String(refused.headers['countersign-problem']),
        'countersign-forward-secret': SECRET,
      },
      { url: '/forward-auth-refusal' },
    )
    expect([again.status, again.code, again.headers['request-id']]).toEqual([
      401,
      'signature-malformed',
      refused.headers['request-id'],
    ])
    expect(
      (await call({ 'countersign-forward-secret': SECRET }, { url: '/forward-auth-refusal' })).status,
    ).toBe(503)
  })

  it('is not there until it is switched on', async () => {
    const off = await createTestApp({ FORWARD_AUTHORITIES: AUTHORITY })
    const answer = await off.app.inject({
      method: 'POST',
      url: '/forward-auth',
      headers: { host: 'localhost:4747', ...PROXY },
    })
    expect(answer.statusCode).toBe(404)
    await off.stop()
  })
})

describe('what a service tells', () => {
  it('cannot make the Transaction Logs of a customer unreadable', async () => {
    for (const change of [
      { authority: 'pay.example.com\0' },
      { authority: '\ud800' },
      { target: '/orders?\ud800' },
      { headers: [['x-a', '\ud800']] },
    ]) {
      const one = described(customer)
      const headers = [...one.headers, ...(change.headers ?? [])]
      // Covered, so that it stands in the base that the refusal is explained with.
      const covered = headers.map(([name, value]) =>
        name === 'signature-input' ? [name, value!.replace('"@query"', '"@query" "x-a"')] : [name, value],
      )
      await ask({ ...one, ...change, headers: change.headers ? covered : headers })
    }
    await t.requestLog.flush()
    expect((await ada.request('GET', '/v1/transaction-logs?limit=100')).status).toBe(200)
  })

  it('an outcome for a request of a year beyond all dates is refused by name', async () => {
    const path = `/v1/operator/verify-request/req_7${'z'.repeat(25)}/outcome`
    const { status, body } = await signedOverSocket(t, platform, 'POST', path, {
      body: { status: 200, duration_ms: 1 },
    })
    expect([status, body['code']]).toEqual([422, 'invalid-input'])
  })
})
