import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../ids.ts'
import { createTestApp, signHeaders, type TestApp, type TestKey, type TestMember } from '../test-app.ts'
import { claimDeliveries, failQueues, nextDueAt } from '../webhooks/delivery-queries.ts'
import { EVENT_TYPES } from '../webhooks/event-types.ts'
import { endAbsent } from './loops.ts'

const PATH = '/v1/test/webhook-listeners'
const FORWARD_TO = 'http://localhost:3000/hook'
let t: TestApp
let base: string
let ada: TestMember
let key: TestKey

beforeAll(async () => {
  t = await createTestApp()
  base = await t.app.listen({ port: 0, host: '127.0.0.1' })
  ada = await t.signUp('Ada')
  key = await t.createKey(ada)
})
afterAll(() => t.stop())

type Delivery = { delivery_id: string; event_id: string; event_type: string; number: number; body: string }

async function createListener(input: Record<string, unknown> = {}, by = key) {
  return t.signed(by, 'POST', PATH, { body: { forward_to: FORWARD_TO, ...input } })
}

/** Connects like the command line does, and reads what comes. */
async function connect(id: string, by = key) {
  const path = `${PATH}/${id}/stream`
  const headers = signHeaders(by, { method: 'GET', path, payload: undefined, nowMs: t.clock.now() })
  // Not fetch, which has its own idea of Host.
  const request = get(base + path, { headers: { ...headers, host: 'localhost:4747' } })
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  let text = ''
  let ended = false
  answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  answer.on('close', () => (ended = true)).on('error', () => {})
  const deliveries = () =>
    [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data!) as Delivery)
  return {
    status: answer.statusCode,
    deliveries,
    isEnded: () => ended,
    async gets(count: number) {
      await expect.poll(deliveries, { timeout: 5_000 }).toHaveLength(count)
    },
    leave: () => request.destroy(),
  }
}

const publish = async (type = 'api_key.expired') =>
  (await t.signed(key, 'POST', '/v1/test/events', { body: { event_type: type } })).body.event_id as string

const answerOf = (delivery: Delivery, status: number | null = 200) => ({
  event_id: delivery.event_id,
  number: delivery.number,
  at: '2025-11-23T12:00:00Z',
  duration_ms: 12,
  request_headers: [['webhook-id', delivery.event_id]],
  status_code: status,
  response_headers: status === null ? null : [['content-type', 'text/plain']],
  response_body: status === null ? null : Buffer.from('thanks').toString('base64'),
  response_truncated: false,
  error: status === null ? 'refused' : null,
  error_detail: null,
})
const tell = (id: string, body: unknown, by = key) => t.signed(by, 'POST', `${PATH}/${id}/attempts`, { body })
const logOf = async (id: string) => (await ada.request('GET', `/v1/webhook-logs/${id}`)).body

describe('a webhook listener', () => {
  it('gets the events of its workspace, and its answers are attempts in Webhook Logs', async () => {
    const { status, body: listener } = await createListener()
    expect(status).toBe(201)
    const connection = await connect(listener.id)
    const eventId = await publish()
    await connection.gets(1)
    const [delivery] = connection.deliveries()
    expect(delivery).toMatchObject({ event_id: eventId, event_type: 'api_key.expired', number: 1 })
    expect(JSON.parse(delivery!.body)).toMatchObject({ id: eventId, mode: 'test' })
    expect((await logOf(delivery!.delivery_id)).status).toBe('pending')
    expect((await tell(listener.id, answerOf(delivery!))).body).toEqual({ recorded: true })
    expect(await logOf(delivery!.delivery_id)).toMatchObject({
      status: 'delivered',
      last_status_code: 200,
      endpoint_url: `listener:${FORWARD_TO}`,
      attempts: [{ number: 1, status_code: 200, response: { body: 'thanks' } }],
    })
    connection.leave()
  })

  it('counts an attempt once, whoever tells it how often', async () => {
    const { body: listener } = await createListener()
    const connection = await connect(listener.id)
    await publish()
    await connection.gets(1)
    const [delivery] = connection.deliveries()
    const told = await Promise.all([1, 2, 3].map(() => tell(listener.id, answerOf(delivery!))))
    expect(told.filter(({ body }) => body.recorded)).toHaveLength(1)
    expect((await logOf(delivery!.delivery_id)).attempts).toHaveLength(1)
    connection.leave()
  })

  it('gets one attempt, and a resend reaches it as the next', async () => {
    const { body: listener } = await createListener()
    const connection = await connect(listener.id)
    await publish()
    await connection.gets(1)
    const [first] = connection.deliveries()
    await tell(listener.id, answerOf(first!, null))
    expect(await logOf(first!.delivery_id)).toMatchObject({
      status: 'failed',
      next_attempt_at: null,
      attempts: [{ error: 'refused', response: null }],
    })
    expect((await ada.request('POST', `/v1/webhook-logs/${first!.delivery_id}/resend`)).status).toBe(202)
    await connection.gets(2)
    expect(connection.deliveries()[1]).toMatchObject({ event_id: first!.event_id, number: 2 })
    connection.leave()
  })

  it('finds what waited while it was away, and again what it did not answer', async () => {
    const { body: listener } = await createListener()
    const before = await connect(listener.id)
    const first = await publish()
    await before.gets(1)
    before.leave()
    // Within one millisecond, ids have no order.
    t.clock.advance(1)
    const second = await publish()
    const after = await connect(listener.id)
    await after.gets(2)
    expect(after.deliveries().map(({ event_id }) => event_id)).toEqual([first, second])
    after.leave()
  })

  it('gets only the types that it asked for', async () => {
    const { body: listener } = await createListener({ event_types: ['api_key.revoked'] })
    const connection = await connect(listener.id)
    await publish('api_key.expired')
    await publish('api_key.revoked')
    await connection.gets(1)
    expect(connection.deliveries()[0]!.event_type).toBe('api_key.revoked')
    connection.leave()
  })

  it('is never claimed by a deliverer, wherever it points', async () => {
    await t.database.pool.query('truncate pending_deliveries')
    const { body: listener } = await createListener()
    await publish()
    const claimed = await claimDeliveries(t.database.pool, {
      now: new Date(t.clock.now() + 60_000),
      leasedUntil: new Date(t.clock.now() + 120_000),
      leaseId: '4294967297',
      rowsMax: 100,
      roomDefault: 16,
      rooms: new Map(),
    })
    expect(claimed).toEqual([])
    expect(await nextDueAt(t.database.pool)).toBeNull()
    expect((await connect(listener.id)).status).toBe(200)
  })

  it('is an endpoint that is listed when asked for, and that nobody edits or gives a secret', async () => {
    const { body: listener } = await createListener()
    const path = `/v1/webhook-endpoints/${listener.id}`
    const listed = await ada.request('GET', '/v1/webhook-endpoints?limit=100')
    expect(listed.body.data).toEqual([])
    const withListeners = await ada.request('GET', '/v1/webhook-endpoints?limit=100&include_listeners=true')
    expect(withListeners.body.data[0]).toMatchObject({
      id: listener.id,
      listener: true,
      url: `listener:${FORWARD_TO}`,
    })
    const eve = await t.signUp('Curious')
    expect((await eve.request('GET', '/v1/webhook-endpoints?include_listeners=true')).body.data).toEqual([])
    expect((await ada.request('GET', path)).body).toMatchObject({
      url: `listener:${FORWARD_TO}`,
      secret_version: 0,
    })
    expect((await ada.request('PATCH', path, { body: { url: 'https://example.com/' } })).body.code).toBe(
      'conflict',
    )
    expect((await ada.request('POST', `${path}/rotate-secret`, { body: {} })).body.code).toBe('conflict')
  })

  it('is gone after 15 minutes without a connection; another one catches up on what it missed', async () => {
    const { body: listener } = await createListener()
    const seen = await publish()
    t.clock.advance(15 * 60_000 + 1)
    await endAbsent(t, 30)
    expect((await connect(listener.id)).status).toBe(404)
    await failQueues(t.database.pool, { now: new Date(t.clock.now()), rowsMax: 1_000 })
    const missed = await publish()
    const { body: next } = await createListener({ after_event_id: seen })
    expect(next.caught_up).toBeGreaterThanOrEqual(1)
    expect(next.catch_up_capped).toBe(false)
    const connection = await connect(next.id)
    await expect.poll(() => connection.deliveries().map(({ event_id }) => event_id)).toContain(missed)
    connection.leave()
  })

  it('says when more happened than it catches up with', async () => {
    const many = await t.signUp('Busy')
    const busy = await t.createKey(many)
    const seen = (
      await t.signed(busy, 'POST', '/v1/test/events', { body: { event_type: 'api_key.expired' } })
    ).body.event_id as string
    await t.database.pool.query(
      `select publish_event('evt_' || substr($1, 5, 10) || lpad(n::text, 16, 'z'), $2, 'test', 'fiat', 'api_key.expired',
         'key_' || n, null, $3, now()) from generate_series(1, 1001) n`,
      [
        newId('evt', t.clock.now() + 1_000),
        many.workspaceId,
        JSON.stringify(EVENT_TYPES['api_key.expired'].example),
      ],
    )
    const { body: listener } = await createListener({ after_event_id: seen }, busy)
    expect(listener).toMatchObject({ caught_up: 1_000, catch_up_capped: true })
  })

  it('ends with DELETE, and its connection with its key', async () => {
    const other = await t.createKey(ada)
    const { body: listener } = await createListener({}, other)
    const connection = await connect(listener.id, other)
    await ada.request('DELETE', `/v1/api-keys/${other.id}`)
    t.keyCache.clear()
    await expect.poll(connection.isEnded, { timeout: 5_000 }).toBe(true)
    expect((await t.signed(key, 'DELETE', `${PATH}/${listener.id}`)).status).toBe(204)
    expect((await t.signed(key, 'DELETE', `${PATH}/${listener.id}`)).status).toBe(404)
  })
})

describe('who may listen', () => {
  it('a key that may read events, in Test Mode; nobody else', async () => {
    const { body: listener } = await createListener()
    const eve = await t.createKey(await t.signUp('Eve'))
    const noEvents = await t.createKey(ada, { scopes: ['test:write'] })
    const noTest = await t.createKey(ada, { scopes: ['events:read'] })
    const crypto = await t.createKey(ada, { currency_type: 'crypto' })
    expect((await createListener({}, noEvents)).body.code).toBe('scope-missing')
    expect((await createListener({}, noTest)).body.code).toBe('scope-missing')
    expect((await connect(listener.id, noEvents)).status).toBe(403)
    for (const stranger of [eve, crypto]) {
      expect((await connect(listener.id, stranger)).status).toBe(404)
      const told = await tell(
        listener.id,
        answerOf({ event_id: newId('evt'), number: 1 } as Delivery),
        stranger,
      )
      expect(told.body.code).toBe('not-found')
    }
    expect((await ada.request('POST', PATH, { body: { forward_to: FORWARD_TO } })).status).toBe(401)
  })

  it('refuses what is no address, no answer, or an endpoint that is dialled', async () => {
    for (const forward_to of ['file:///etc/passwd', 'http://a:b@localhost/', 'nowhere'])
      expect((await createListener({ forward_to })).status, forward_to).toBe(422)
    const { body: listener } = await createListener()
    const one = answerOf({ event_id: newId('evt'), number: 1 } as Delivery)
    for (const change of [{ status_code: null }, { error: 'refused' }, { response_body: '!' }, { number: 0 }])
      expect((await tell(listener.id, { ...one, ...change })).status, JSON.stringify(change)).toBe(422)
    const unstorable = [{ response_headers: [['x', 'a\0b']] }, { request_headers: [['\ud800', 'b']] }]
    for (const change of unstorable)
      expect((await tell(listener.id, { ...one, ...change })).status, JSON.stringify(change)).toBe(422)
    expect((await tell(listener.id, one)).body).toEqual({ recorded: false })
    const endpoint = await ada.request('POST', '/v1/webhook-endpoints', {
      body: { url: 'http://localhost:59999/', event_types: ['*'] },
    })
    expect((await tell(endpoint.body.id, one)).status).toBe(404)
  })

  it('a workspace has at most 20', async () => {
    const eve = await t.createKey(await t.signUp('Many'))
    for (let count = 0; count < 20; count += 1) expect((await createListener({}, eve)).status).toBe(201)
    expect((await createListener({}, eve)).body.code).toBe('limit-reached')
  })
})

describe('POST /v1/test/events', () => {
  it('publishes the example of a type; refuses an unknown one, and Production Mode', async () => {
    const eventId = await publish('webhook_endpoint.disabled')
    const event = await t.signed(key, 'GET', `/v1/events/${eventId}`)
    expect(event.body).toMatchObject({ type: 'webhook_endpoint.disabled', data: { disabled_reason: 'gone' } })
    expect((await ada.request('POST', '/v1/test/events', { body: { event_type: 'no.such' } })).status).toBe(
      422,
    )
    const body = { event_type: 'api_key.expired' }
    const inProduction = await ada.request('POST', '/v1/test/events', { body, mode: 'production' })
    expect(inProduction.body.code).toBe('mode-mismatch')
  })
})

describe('what a listener tells', () => {
  it.each([
    'http://localhost:3000/\u0003\nrm -rf ~\n',
    'http://localhost:3000/\u001b[201~',
    'http://localhost:3000/\u202eabc',
    ' http://localhost:3000/hook',
  ])('an address holds nothing that a terminal would obey when it is copied: %j', async (forward_to) => {
    const { status, body } = await createListener({ forward_to })
    expect([status, body.code]).toEqual([422, 'invalid-input'])
  })

  it.each<[string, Record<string, unknown>]>([
    ['a header that interrupts a shell', { request_headers: [['x-a', '\u0003\nrm -rf ~\n']] }],
    ['a name that is none', { request_headers: [["x-a'\n", '1']] }],
    ['an answer with an escape sequence', { response_headers: [['x-a', '\u001b[2J']] }],
    ['half a surrogate pair in a header', { response_headers: [['x-a', '\ud800']] }],
    ['half a surrogate pair in a detail', { status_code: null, error: 'dns', error_detail: '\ud800' }],
    ['a NUL in a detail', { status_code: null, error: 'dns', error_detail: '\0' }],
    ['a year that cannot be written', { at: '0000-01-01T00:00:00Z' }],
    ['a year that an offset leads to', { at: '9999-12-31T23:59:59-23:59' }],
  ])('what could do harm where it is shown, or cannot be stored, is refused: %s', async (_name, change) => {
    const { body: listener } = await createListener()
    const event_id = await publish()
    const answered = answerOf({ event_id, number: 1 } as Delivery)
    const { status, body } = await tell(listener.id, { ...answered, ...change })
    expect([status, body.code]).toEqual([422, 'invalid-input'])
    expect((await tell(listener.id, answered)).body).toEqual({ recorded: true })
  })
})
