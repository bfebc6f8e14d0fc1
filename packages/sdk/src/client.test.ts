import { afterEach, describe, expect, it } from 'vitest'
import { Countersign, type CountersignOptions } from './client.ts'
import { ProblemError } from './problem-error.ts'
import { ConnectionError } from './retry.ts'
import { keyNamed } from './testing/conformance.ts'
import { startVerifyingServer, type TestAnswer } from './testing/verifying-server.ts'

const key = keyNamed('active')
const keys = { publicKey: key.public_key, secretKey: key.secret_keys[0]! }
const closers: (() => Promise<void>)[] = []

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()))
})

type Answerer = Parameters<typeof startVerifyingServer>[1]

async function serve(answer: Answerer, options: Partial<CountersignOptions> = {}) {
  const server = await startVerifyingServer(keys.secretKey, answer)
  closers.push(server.close)
  const client = new Countersign({ baseUrl: server.baseUrl, ...keys, ...options } as CountersignOptions)
  return { client, verified: server.verified }
}

const problem = (status: number, code: string, extra: object = {}): TestAnswer => ({
  status,
  body: {
    type: `/problems/${code}`,
    title: 'Refused',
    status,
    detail: 'Because.',
    code,
    request_id: 'req_1',
    ...extra,
  },
})

/** Refuses the first request with this and accepts the next. */
const firstThen =
  (first: ReturnType<Answerer>): Answerer =>
  (_request, count) =>
    count === 1 ? first : { body: { ok: true } }

describe('a call', () => {
  it('is signed so that an independent server verifies it, and answers the JSON', async () => {
    const { client, verified } = await serve(() => ({ body: { mode: 'test' } }))
    expect(await client.me()).toEqual({ mode: 'test' })
    expect(verified[0]).toMatchObject({ method: 'GET', target: '/v1/me' })
    expect(verified[0]!.headers['content-type']).toBeUndefined()
    expect(verified[0]!.headers['idempotency-key']).toBeUndefined()
  })

  it('carries query, JSON body, headers and an idempotency key of its own on POST', async () => {
    const { client, verified } = await serve(() => ({ status: 201, body: { id: 'txn_1' } }))
    await client.request('POST', '/v1/transactions', {
      query: { a: 'ü & b', none: undefined, empty: null, list: [1, 2], yes: true },
      body: { amount: '10.00' },
      headers: { 'X-Trace': 't' },
    })
    expect(verified[0]).toMatchObject({
      target: '/v1/transactions?a=%C3%BC+%26+b&list=1&list=2&yes=true',
      body: '{"amount":"10.00"}',
      headers: { 'content-type': 'application/json', 'x-trace': 't' },
    })
    expect(verified[0]!.headers['idempotency-key']).toMatch(/^[0-9a-f]{32}$/)
  })

  it('keeps the idempotency key that the caller chose', async () => {
    const { client, verified } = await serve(() => ({ body: {} }))
    await client.request('POST', '/v1/transactions', { body: {}, idempotencyKey: 'order-1' })
    await client.request('POST', '/v1/transactions', { body: {}, headers: { 'Idempotency-Key': 'order-2' } })
    expect(verified.map(({ headers }) => headers['idempotency-key'])).toEqual(['order-1', 'order-2'])
  })

  it('with an empty answer is undefined, with another type its text', async () => {
    const { client } = await serve(({ method }) =>
      method === 'DELETE' ? { status: 204 } : { headers: { 'Content-Type': 'text/csv' }, body: 'a,b' },
    )
    expect(await client.request('DELETE', '/v1/webhook-endpoints/ep_1')).toBeUndefined()
    expect(await client.request('GET', '/v1/transaction-logs/export')).toBe('a,b')
  })

  it.each([
    'v1/me',
    '//evil.example/v1/me',
    'https://evil.example/v1/me',
    '/v1/../me',
    '/v1\\me',
    '/v1/a b',
    '/v1/%6de',
  ])('is not sent to the path %s', async (path) => {
    const { client, verified } = await serve(() => ({}))
    await expect(client.request('GET', path)).rejects.toThrow(TypeError)
    expect(verified).toHaveLength(0)
  })
})

describe('the resources', () => {
  it('call the paths of the API', async () => {
    const { client, verified } = await serve(() => ({ body: { data: [], next_cursor: null } }))
    await client.currencies.list()
    await client.fees.list()
    await client.apiKeys.list({ limit: 5 })
    await client.apiKeys.create({ mode: 'test', currency_type: 'fiat', expires_at: null })
    await client.apiKeys.get('key_1')
    await client.apiKeys.update('key_1', { name: 'new' })
    await client.apiKeys.rotate('key_1', { overlap_seconds: 60 })
    await client.apiKeys.revoke('key_1')
    await client.transactionLogs.list()
    await client.transactionLogs.get('req_1')
    await client.transactions.create({ type: 'deposit', amount: '10.00', currency: 'USD' })
    await client.transactions.list({ status: 'completed' })
    await client.transactions.get('txn_1')
    await client.transactions.update('txn_1', { description: null, metadata: { order: 'A-1' } })
    await client.transactions.cancel('txn_1')
    await client.transactions.refund('txn_1')
    await client.transactions.refund('txn_1', { amount: '4.00', reference: 'rma-1' })
    await client.accounts.create({ currency: 'EUR' })
    await client.accounts.list({ currency: 'EUR' })
    await client.accounts.get('acc_1')
    await client.accounts.update('acc_1', { name: 'Savings' })
    await client.accounts.entries('acc_1', { limit: 2 })
    await client.balances.list({ currency: 'USD' })
    await client.events.list({ request_id: 'req_1' })
    await client.events.get('evt_1')
    await client.eventTypes.list()
    await client.webhookEndpoints.create({ url: 'https://example.com/hooks', event_types: ['*'] })
    await client.webhookEndpoints.list({ enabled: 'true' })
    await client.webhookEndpoints.get('ep_1')
    await client.webhookEndpoints.update('ep_1', { enabled: false })
    await client.webhookEndpoints.rotateSecret('ep_1', { overlap_seconds: 0 })
    await client.webhookEndpoints.ping('ep_1')
    await client.webhookEndpoints.recover('ep_1', { since: '2025-11-23T12:00:00Z', dry_run: true })
    await client.webhookEndpoints.delete('ep_1')
    await client.webhookLogs.list({ endpoint_id: 'ep_1' })
    await client.webhookLogs.get('dlv_1')
    await client.webhookLogs.resend('dlv_1')
    await client.test.cases()
    await client.test.settle('txn_1')
    await client.test.fail('txn_1', { code: 'declined' })
    await client.test.return('txn_1')
    await client.test.clock()
    await client.test.advanceClock(60)
    await client.test.freezeClock(null)
    await client.test.resetClock()
    await client.test.reset()
    await client.test.getReset()
    expect(verified.map(({ method, target, body }) => `${method} ${target} ${body}`.trim())).toEqual([
      'GET /v1/currencies',
      'GET /v1/fees',
      'GET /v1/api-keys?limit=5',
      'POST /v1/api-keys {"mode":"test","currency_type":"fiat","expires_at":null}',
      'GET /v1/api-keys/key_1',
      'PATCH /v1/api-keys/key_1 {"name":"new"}',
      'POST /v1/api-keys/key_1/rotate {"overlap_seconds":60}',
      'DELETE /v1/api-keys/key_1',
      'GET /v1/transaction-logs',
      'GET /v1/transaction-logs/req_1',
      'POST /v1/transactions {"type":"deposit","amount":"10.00","currency":"USD"}',
      'GET /v1/transactions?status=completed',
      'GET /v1/transactions/txn_1',
      'PATCH /v1/transactions/txn_1 {"description":null,"metadata":{"order":"A-1"}}',
      'POST /v1/transactions/txn_1/cancel {}',
      'POST /v1/transactions/txn_1/refund {}',
      'POST /v1/transactions/txn_1/refund {"amount":"4.00","reference":"rma-1"}',
      'POST /v1/accounts {"currency":"EUR"}',
      'GET /v1/accounts?currency=EUR',
      'GET /v1/accounts/acc_1',
      'PATCH /v1/accounts/acc_1 {"name":"Savings"}',
      'GET /v1/accounts/acc_1/entries?limit=2',
      'GET /v1/balances?currency=USD',
      'GET /v1/events?request_id=req_1',
      'GET /v1/events/evt_1',
      'GET /v1/event-types',
      'POST /v1/webhook-endpoints {"url":"https://example.com/hooks","event_types":["*"]}',
      'GET /v1/webhook-endpoints?enabled=true',
      'GET /v1/webhook-endpoints/ep_1',
      'PATCH /v1/webhook-endpoints/ep_1 {"enabled":false}',
      'POST /v1/webhook-endpoints/ep_1/rotate-secret {"overlap_seconds":0}',
      'POST /v1/webhook-endpoints/ep_1/ping {}',
      'POST /v1/webhook-endpoints/ep_1/recover {"since":"2025-11-23T12:00:00Z","dry_run":true}',
      'DELETE /v1/webhook-endpoints/ep_1',
      'GET /v1/webhook-logs?endpoint_id=ep_1',
      'GET /v1/webhook-logs/dlv_1',
      'POST /v1/webhook-logs/dlv_1/resend {}',
      'GET /v1/test/cases',
      'POST /v1/test/transactions/txn_1/settle {}',
      'POST /v1/test/transactions/txn_1/fail {"code":"declined"}',
      'POST /v1/test/transactions/txn_1/return {}',
      'GET /v1/test/clock',
      'POST /v1/test/clock {"advance_seconds":60}',
      'POST /v1/test/clock {"frozen_at":null}',
      'DELETE /v1/test/clock',
      'POST /v1/test/reset {}',
      'GET /v1/test/reset',
    ])
  })

  it('refuse an id that names another path', async () => {
    const { client, verified } = await serve(() => ({}))
    expect(() => client.apiKeys.get('../transactions')).toThrow('is not an id')
    expect(() => client.apiKeys.revoke('')).toThrow('is not an id')
    expect(verified).toHaveLength(0)
  })

  it('iterate over every page and keep the filters', async () => {
    const { client, verified } = await serve(({ target }) => {
      const cursor = new URL(target, 'http://x').searchParams.get('cursor')
      const next = { '': 'b', b: 'c', c: null }[cursor ?? '']
      return {
        body: { data: [{ id: `key_${cursor ?? 'a'}1` }, { id: `key_${cursor ?? 'a'}2` }], next_cursor: next },
      }
    })
    const ids: string[] = []
    for await (const each of client.apiKeys.iterate({ limit: 2 })) ids.push(each.id)
    expect(ids).toEqual(['key_a1', 'key_a2', 'key_b1', 'key_b2', 'key_c1', 'key_c2'])
    expect(verified.map(({ target }) => target)).toEqual([
      '/v1/api-keys?limit=2',
      '/v1/api-keys?limit=2&cursor=b',
      '/v1/api-keys?limit=2&cursor=c',
    ])
  })

  it('fetch no page that the loop did not reach', async () => {
    const { client, verified } = await serve(() => ({
      body: { data: [{ id: 'req_1' }], next_cursor: 'next' },
    }))
    for await (const row of client.transactionLogs.iterate()) if (row) break
    for await (const entry of client.accounts.iterateEntries('acc_1', { limit: 2 })) if (entry) break
    expect(verified.map(({ target }) => target)).toEqual([
      '/v1/transaction-logs',
      '/v1/accounts/acc_1/entries?limit=2',
    ])
  })

  it('stop at a cursor that leads to itself', async () => {
    const { client } = await serve(() => ({ body: { data: [], next_cursor: 'same' } }))
    await expect(client.apiKeys.iterate().next()).rejects.toThrow('repeats a cursor')
  })
})

describe('a call that is safe to repeat', () => {
  it.each([
    ['503', problem(503, 'service-unavailable')],
    [
      '502 from a proxy',
      { status: 502, headers: { 'Content-Type': 'text/html' }, body: '<h1>Bad Gateway</h1>' },
    ],
    ['504', problem(504, 'timeout')],
    ['429', problem(429, 'rate-limited')],
    ['a first attempt that still runs', problem(409, 'idempotency-key-in-use')],
    ['a connection that breaks', 'cut' as const],
  ])('is sent again after %s, newly signed and under the same idempotency key', async (_name, first) => {
    const { client, verified } = await serve(firstThen(first))
    expect(await client.request('POST', '/v1/transactions', { body: { a: 1 } })).toEqual({ ok: true })
    expect(verified).toHaveLength(2)
    expect(verified[0]!.nonce).not.toBe(verified[1]!.nonce)
    expect(verified[0]!.headers['idempotency-key']).toBe(verified[1]!.headers['idempotency-key'])
    expect(verified[0]!.body).toBe(verified[1]!.body)
  })

  it('is sent again when no answer came within the time limit', async () => {
    const { client, verified } = await serve(firstThen('hang'), { timeoutSeconds: 0.3 })
    expect(await client.me()).toEqual({ ok: true })
    expect(verified).toHaveLength(2)
  })

  it('waits as long as Retry-After says', async () => {
    const { client } = await serve(
      firstThen({ ...problem(429, 'rate-limited'), headers: { 'Retry-After': '1' } }),
    )
    const start = performance.now()
    await client.me()
    expect(performance.now() - start).toBeGreaterThanOrEqual(990)
  })

  it('is given up at once when Retry-After is longer than 30 seconds', async () => {
    const { client, verified } = await serve(() => ({
      ...problem(429, 'rate-limited'),
      headers: { 'Retry-After': '31' },
    }))
    await expect(client.me()).rejects.toMatchObject({ code: 'rate-limited', retryAfterSeconds: 31 })
    expect(verified).toHaveLength(1)
  })

  it('is sent three times at most, and then throws what it saw last', async () => {
    const { client, verified } = await serve(() => problem(503, 'service-unavailable'))
    await expect(client.me()).rejects.toMatchObject({ code: 'service-unavailable', status: 503 })
    expect(verified).toHaveLength(3)
  })

  it('is sent once when retries are switched off', async () => {
    const { client, verified } = await serve(() => problem(503, 'service-unavailable'), { retriesMax: 0 })
    await expect(client.me()).rejects.toBeInstanceOf(ProblemError)
    expect(verified).toHaveLength(1)
  })
})

describe('a call that is refused', () => {
  it.each([400, 401, 403, 404, 409, 422, 500])('with %i is not repeated', async (status) => {
    const { client, verified } = await serve(() => problem(status, 'some-code'))
    await expect(client.request('POST', '/v1/x', { body: {} })).rejects.toMatchObject({
      status,
      code: 'some-code',
    })
    expect(verified).toHaveLength(1)
  })

  it.each(['PATCH', 'DELETE'])('with 503 is not repeated when it is a %s', async (method) => {
    const { client, verified } = await serve(() => problem(503, 'service-unavailable'))
    await expect(client.request(method, '/v1/x')).rejects.toMatchObject({ status: 503 })
    expect(verified).toHaveLength(1)
  })

  it('for its clock is not repeated, and says what the server measured', async () => {
    const skew = problem(401, 'signature-expired', {
      server_time: '2025-11-23T00:00:00Z',
      likely_cause: 'Your clock is 400 seconds slow.',
    })
    const { client, verified } = await serve(() => skew)
    await expect(client.me()).rejects.toThrow('Likely cause: Your clock is 400 seconds slow.')
    expect(verified).toHaveLength(1)
  })

  it('because the server started later is signed again once, a second later, whatever its method', async () => {
    const early = problem(401, 'signature-expired', { reason: 'before-server-start' })
    const { client, verified } = await serve(firstThen(early))
    expect(await client.request('PATCH', '/v1/x', { body: {} })).toEqual({ ok: true })
    expect(verified[1]!.created).toBeGreaterThan(verified[0]!.created)
    expect(verified[1]!.nonce).not.toBe(verified[0]!.nonce)
  })

  it('twice because the server started later is thrown', async () => {
    const { client, verified } = await serve(() =>
      problem(401, 'signature-expired', { reason: 'before-server-start' }),
    )
    await expect(client.me()).rejects.toMatchObject({ code: 'signature-expired' })
    expect(verified).toHaveLength(2)
  })

  it('by a redirect names the address to use', async () => {
    const { client, verified } = await serve(() => ({
      status: 308,
      headers: { Location: 'https://other.example/v1/me' },
    }))
    await expect(client.me()).rejects.toThrow('redirects to https://other.example/v1/me')
    expect(verified).toHaveLength(1)
  })
})

describe('no answer', () => {
  it('is a ConnectionError that names the address', async () => {
    const client = new Countersign({ baseUrl: 'http://127.0.0.1:9', ...keys, retriesMax: 0 })
    await expect(client.me()).rejects.toThrow(ConnectionError)
    await expect(client.me()).rejects.toThrow('http://127.0.0.1:9')
  })

  it('within the time limit is a ConnectionError that names the limit', async () => {
    const { client } = await serve(() => 'hang', { timeoutSeconds: 0.2, retriesMax: 0 })
    await expect(client.me()).rejects.toThrow('no answer within 0.2 seconds')
  })

  it("is waited for no longer than the caller's signal says", async () => {
    const { client, verified } = await serve(() => 'hang')
    const controller = new AbortController()
    const call = client.me({ signal: controller.signal })
    setTimeout(() => controller.abort(new Error('enough')), 100)
    await expect(call).rejects.toThrow('enough')
    await expect(client.me({ signal: controller.signal })).rejects.toThrow('enough')
    expect(verified).toHaveLength(1)
  })

  it('is not waited for between retries once the caller aborts', async () => {
    const { client } = await serve(() => ({
      ...problem(503, 'service-unavailable'),
      headers: { 'Retry-After': '20' },
    }))
    const call = client.me({ signal: AbortSignal.timeout(300) })
    await expect(call).rejects.toMatchObject({ name: 'TimeoutError' })
  })
})

describe('the constructor', () => {
  it.each(['localhost:4747', 'ftp://x', 'http://x/api', 'http://x/?a', 'http://u:p@x', ''])(
    'refuses the base URL %j',
    (baseUrl) => {
      expect(() => new Countersign({ baseUrl, ...keys })).toThrow('baseUrl must be')
    },
  )

  it('uses the fetch that it is given', async () => {
    const seen: string[] = []
    const client = new Countersign({
      baseUrl: 'https://api.example.com/',
      ...keys,
      fetch: (input) => {
        seen.push(input as string)
        return Promise.resolve(Response.json({ mode: 'test' }))
      },
    })
    await client.me()
    expect(seen).toEqual(['https://api.example.com/v1/me'])
  })

  it('shows no secret when the client is printed', async () => {
    const { inspect } = await import('node:util')
    const client = new Countersign({ baseUrl: 'http://localhost:4747', ...keys })
    expect(inspect(client, { depth: 9, showHidden: true })).not.toContain('sk_')
    expect(JSON.stringify(client)).not.toContain('sk_')
  })
})
