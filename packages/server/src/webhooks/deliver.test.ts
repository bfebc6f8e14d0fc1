import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { claimDeliveries, completeDeliveries } from './delivery-queries.ts'
import { sealSecret } from './endpoint-secrets.ts'
import { listAttempts } from './log-queries.ts'
import { findEndpoint, insertSecret, updateEndpoint } from './queries.ts'
import { requeueDelivery, wakeDeliverers } from './resend-queries.ts'
import { newWebhookSecret } from './sign.ts'
import { outcome } from './test-outcome.ts'
import { createWebhookWorld, type WebhookWorld } from './test-webhooks.ts'

let world: WebhookWorld
beforeAll(async () => {
  world = await createWebhookWorld()
})
afterEach(() => world.reset())
afterAll(() => world.close())

const status = async (eventId: string) => (await world.logs({ eventId })).map((row) => row.status)
const wait = { timeout: 8_000, interval: 10 }

test('an event reaches its endpoint with a signature that an independent library accepts', async () => {
  const listener = await world.listen()
  const { id, secret } = await world.endpoint(listener.url, { headers: { 'x-token': 'open sesame' } })
  await world.deliver()
  const eventId = await world.publish({ objectId: 'txn_1', requestId: 'req_1' })

  await vi.waitFor(async () => expect(await status(eventId)).toEqual(['delivered']), wait)
  const [hook] = listener.received
  expect(new Webhook(secret).verify(hook!.body, hook!.headers)).toMatchObject({
    id: eventId,
    type: 'transaction.created',
    mode: 'test',
    sequence: 1,
    data: { amount: '10.00', currency: 'USD' },
  })
  expect(hook!.headers['x-token']).toBe('open sesame')

  const [attempt] = await listAttempts(world.database.pool, eventId, id)
  expect(attempt).toMatchObject({
    number: 1,
    statusCode: 200,
    remoteAddress: '127.0.0.1',
    requestBody: hook!.body,
    responseBody: Buffer.from('ok'),
    error: null,
  })
  expect(attempt!.connectMs).toBeGreaterThan(0)
  expect(attempt!.firstByteMs).toBeGreaterThan(0)
  const sent = attempt!.requestHeaders.flat().map((text) => (text === '[redacted]' ? 'open sesame' : text))
  expect(sent).toEqual(hook!.rawHeaders)
  expect(JSON.stringify(attempt!.requestHeaders)).not.toContain('open sesame')
})

test('a thin endpoint gets the id of the object alone, signed over what was sent and kept so; a resend follows the setting', async () => {
  const listener = await world.listen()
  const { id, secret } = await world.endpoint(listener.url, { payload: 'thin' })
  await world.deliver()
  const eventId = await world.publish({ objectId: 'txn_1' })
  await vi.waitFor(async () => expect(await status(eventId)).toEqual(['delivered']), wait)
  const [thin] = listener.received
  const { rows } = await world.database.pool.query<{ body: string }>(
    'select body from events where id = $1',
    [eventId],
  )
  const whole = JSON.parse(rows[0]!.body) as Record<string, unknown>
  expect(whole).toMatchObject({ data: { amount: '10.00' } })
  expect(thin!.body).toBe(JSON.stringify({ ...whole, data: { id: 'txn_1' } }))
  expect(Object.keys(JSON.parse(thin!.body) as object)).toEqual(Object.keys(whole))
  expect(new Webhook(secret).verify(thin!.body, thin!.headers)).toMatchObject({ id: eventId })
  expect((await listAttempts(world.database.pool, eventId, id))[0]!.requestBody).toBe(thin!.body)

  await updateEndpoint(world.database.pool, id, { payload: 'full' }, new Date())
  await requeueDelivery(world.database.pool, { eventId, endpointId: id, now: new Date() })
  await wakeDeliverers(world.database.pool)
  await vi.waitFor(() => expect(listener.received).toHaveLength(2), wait)
  expect(listener.received[1]!.body).toBe(rows[0]!.body)
  expect(new Webhook(secret).verify(listener.received[1]!.body, listener.received[1]!.headers)).toBeTruthy()
  await vi.waitFor(async () => {
    const attempts = await listAttempts(world.database.pool, eventId, id)
    expect(attempts.map((attempt) => attempt.requestBody)).toEqual([thin!.body, rows[0]!.body])
  }, wait)
})

test('a change that is rolled back leaves no event, delivery or count behind', async () => {
  const listener = await world.listen()
  await world.endpoint(listener.url)
  await world.deliver()
  await expect(
    world.database.transaction(async (client) => {
      await client.query(
        "select publish_event('evt_1', $1, 'test', 'fiat', 'transaction.created', 'txn_1', null, '{}', now())",
        [world.workspaceId],
      )
      throw new Error('changed my mind')
    }),
  ).rejects.toThrow('changed my mind')
  const eventId = await world.publish({ objectId: 'txn_1' })
  await vi.waitFor(async () => expect(await status(eventId)).toEqual(['delivered']), wait)
  expect(listener.received.map((hook) => JSON.parse(hook.body).sequence)).toEqual([1])
  expect((await world.logs()).map((row) => row.eventId)).toEqual([eventId])
})

test('a failed attempt is tried again by the schedule, and every attempt is kept', async () => {
  let tries = 0
  const listener = await world.listen((_request, response) => {
    tries += 1
    if (tries === 2) return void response.destroy()
    response.writeHead(tries === 1 ? 500 : 200, { 'x-try': String(tries) }).end(`try ${tries}`)
  })
  const { id } = await world.endpoint(listener.url)
  await world.deliver()
  const eventId = await world.publish()
  await vi.waitFor(async () => expect(await status(eventId)).toEqual(['delivered']), wait)
  const attempts = await listAttempts(world.database.pool, eventId, id)
  expect(attempts.map(({ number, statusCode, error }) => [number, statusCode, error])).toEqual([
    [1, 500, 'status'],
    [2, null, 'reset'],
    [3, 200, null],
  ])
  expect(attempts[0]!.responseBody?.toString()).toBe('try 1')
  // Every attempt carries the same id, and a signature of its own time.
  expect(new Set(listener.received.map((hook) => hook.headers['webhook-id']))).toEqual(new Set([eventId]))
})

test('a delivery fails for good when the schedule is used up, and a resend starts it anew', async () => {
  const listener = await world.listen(500)
  const { id } = await world.endpoint(listener.url)
  await world.deliver()
  const eventId = await world.publish()
  await vi.waitFor(async () => expect(await status(eventId)).toEqual(['failed']), wait)
  expect(await world.logs({ eventId })).toMatchObject([
    { attemptCount: 3, reason: 'attempts_exhausted', lastStatusCode: 500 },
  ])

  listener.answer = 204
  await requeueDelivery(world.database.pool, { eventId, endpointId: id, now: new Date() })
  await wakeDeliverers(world.database.pool)
  await vi.waitFor(async () => expect(await status(eventId)).toEqual(['delivered']), wait)
  expect((await listAttempts(world.database.pool, eventId, id)).map((attempt) => attempt.number)).toEqual([
    1, 2, 3, 4,
  ])
})

test('an endpoint that does not answer in time has failed', async () => {
  const listener = await world.listen(() => {})
  const { id } = await world.endpoint(listener.url)
  await world.deliver({ attemptTimeoutMs: 150, retrySchedule: [0] })
  const eventId = await world.publish()
  await vi.waitFor(async () => expect(await status(eventId)).toEqual(['failed']), wait)
  expect(await listAttempts(world.database.pool, eventId, id)).toMatchObject([
    { error: 'timeout', statusCode: null },
  ])
})

test('a response that drips or never ends does not outlast the limit, and one that is too long is cut', async () => {
  const drip = await world.listen((_request, response) => {
    response.writeHead(200)
    const timer = setInterval(() => response.write('.'), 20)
    response.on('close', () => clearInterval(timer))
  })
  const flood = await world.listen(
    (_request, response) => void response.writeHead(200).end(Buffer.alloc(5_000_000, 'x')),
  )
  const dripId = (await world.endpoint(drip.url)).id
  const floodId = (await world.endpoint(flood.url)).id
  await world.deliver({ attemptTimeoutMs: 200, retrySchedule: [0] })
  const eventId = await world.publish()
  await vi.waitFor(
    async () => expect((await status(eventId)).toSorted()).toEqual(['delivered', 'failed']),
    wait,
  )
  expect(await listAttempts(world.database.pool, eventId, dripId)).toMatchObject([
    { error: 'timeout', statusCode: 200 },
  ])
  const [flooded] = await listAttempts(world.database.pool, eventId, floodId)
  expect(flooded).toMatchObject({ error: null, responseTruncated: true })
  expect(flooded!.responseBody!.length).toBe(64 * 1024)
})

test('a redirect is a failure and is not followed', async () => {
  const other = await world.listen()
  const listener = await world.listen(
    (_request, response) => void response.writeHead(302, { location: other.url }).end(),
  )
  const { id } = await world.endpoint(listener.url)
  await world.deliver({ retrySchedule: [0] })
  const eventId = await world.publish()
  await vi.waitFor(async () => expect(await status(eventId)).toEqual(['failed']), wait)
  expect(await listAttempts(world.database.pool, eventId, id)).toMatchObject([
    { error: 'redirect', statusCode: 302 },
  ])
  expect(other.received).toEqual([])
})

test('410 disables the endpoint, fails what waits for it, and tells the others', async () => {
  const gone = await world.listen((_request, response) => void response.writeHead(410).end())
  const other = await world.listen()
  const { id } = await world.endpoint(gone.url)
  await world.endpoint(other.url, { eventTypes: ['webhook_endpoint.disabled'] })
  await world.database.pool.query(
    `insert into pending_deliveries (endpoint_id, event_id, next_at, created_at) values ($1, $2, now() + interval '1 hour', now())`,
    [id, await world.publish({ currencyType: 'crypto', type: 'balance.updated', mode: 'production' })],
  )
  await world.deliver()
  const eventId = await world.publish()
  await vi.waitFor(
    async () =>
      expect((await findEndpoint(world.database.pool, world.scope, id))?.disabledReason).toBe('gone'),
    wait,
  )
  await vi.waitFor(
    async () => expect((await world.database.pool.query('select from pending_deliveries')).rowCount).toBe(0),
    wait,
  )
  expect((await world.logs({ endpointId: id, status: 'failed' })).map((row) => row.reason)).toEqual([
    'endpoint_gone',
    'endpoint_gone',
  ])
  expect(other.received.map((hook) => JSON.parse(hook.body).type)).toEqual(['webhook_endpoint.disabled'])
  expect(eventId).toBeTruthy()

  const later = await world.publish()
  expect((await world.logs({ eventId: later })).map((row) => [row.status, row.reason]).toSorted()).toEqual([
    ['skipped', 'endpoint_disabled'],
    ['skipped', 'event_type_not_selected'],
  ])
})

test('what does not fire is in the log with its reason: no endpoint, disabled, not selected', async () => {
  const lonely = await world.publish({ workspaceId: 'wks_lonely' })
  await world.endpoint('http://127.0.0.1:1/', { enabled: false })
  await world.endpoint('http://127.0.0.1:1/', { eventTypes: ['transaction.failed'] })
  await world.endpoint('http://127.0.0.1:1/', { currencyType: 'crypto' })
  const eventId = await world.publish()
  const reasons = (await world.logs({ eventId })).map((row) => [row.status, row.reason])
  expect(reasons.toSorted()).toEqual([
    ['skipped', 'currency_type_not_selected'],
    ['skipped', 'endpoint_disabled'],
    ['skipped', 'event_type_not_selected'],
  ])
  expect((await world.logs({ status: 'skipped' })).length).toBe(3)
  const { rows } = await world.database.pool.query('select skip_reason from events where id = $1', [lonely])
  expect(rows).toEqual([{ skip_reason: 'no_endpoint' }])
})

test('a deliverer that was robbed of its lease changes nothing with its late result', async () => {
  const { id } = await world.endpoint('http://127.0.0.1:1/')
  const eventId = await world.publish()
  const { pool } = world.database
  const claim = (leaseId: string, now: Date) =>
    claimDeliveries(pool, {
      now,
      leasedUntil: new Date(now.getTime() + 1000),
      leaseId,
      rowsMax: 10,
      roomDefault: 10,
      rooms: new Map(),
    })
  const now = new Date()
  expect(await claim('1', now)).toMatchObject([{ eventId, endpointId: id }])
  expect(await claim('2', now)).toEqual([])
  // The first one sleeps past the end of its lease.
  expect(await claim('2', new Date(now.getTime() + 1001))).toMatchObject([{ eventId }])

  await completeDeliveries(
    pool,
    [outcome({ workspace_id: world.workspaceId, endpoint_id: id, event_id: eventId, lease_id: '1' })],
    now,
  )
  expect(await status(eventId)).toEqual(['pending'])
  expect(await listAttempts(pool, eventId, id)).toEqual([])
  await completeDeliveries(
    pool,
    [outcome({ workspace_id: world.workspaceId, endpoint_id: id, event_id: eventId, lease_id: '2' })],
    now,
  )
  expect(await status(eventId)).toEqual(['delivered'])
})

test('what a killed deliverer had claimed is sent by the next start at once', async () => {
  const listener = await world.listen()
  await world.endpoint(listener.url)
  const eventId = await world.publish()
  const now = new Date()
  // A claim by a deliverer of which nothing is left: no connection, no lock.
  const leasedUntil = new Date(now.getTime() + 3_600_000)
  const claimed = await claimDeliveries(world.database.pool, {
    now,
    leasedUntil,
    leaseId: String(999n << 32n),
    rowsMax: 10,
    roomDefault: 10,
    rooms: new Map(),
  })
  expect(claimed.length).toBe(1)
  await world.deliver()
  await vi.waitFor(async () => expect(await status(eventId)).toEqual(['delivered']), wait)
})

test('a dead endpoint with a long queue does not delay the others', async () => {
  const dead = await world.listen(() => {})
  const healthy = await world.listen()
  const deadId = (await world.endpoint(dead.url, { eventTypes: ['balance.updated', 'transaction.created'] }))
    .id
  await world.endpoint(healthy.url, { eventTypes: ['transaction.created'] })
  for (let index = 0; index < 300; index += 1) await world.publish({ type: 'balance.updated' })
  await world.deliver({ attemptTimeoutMs: 2_000, retrySchedule: [0, 60] })
  const delays: number[] = []
  for (let index = 0; index < 50; index += 1) {
    const published = Date.now()
    await world.publish()
    await vi.waitFor(() => expect(healthy.received.length).toBe(index + 1), wait)
    delays.push(healthy.received.at(-1)!.at - published)
  }
  expect(delays.toSorted((a, b) => a - b)[45]).toBeLessThan(500)
  expect((await world.logs({ endpointId: deadId, status: 'delivered' })).length).toBe(0)
})

test('after many failures the breaker parks the queue, and a success lets all of it out', async () => {
  const listener = await world.listen(503)
  const { id } = await world.endpoint(listener.url)
  await world.deliver({ retrySchedule: Array.from({ length: 200 }, () => 0) })
  const eventIds = []
  for (let index = 0; index < 30; index += 1) eventIds.push(await world.publish())
  await vi.waitFor(async () => {
    const endpoint = await findEndpoint(world.database.pool, world.scope, id)
    expect(endpoint?.breakerOpenUntil?.getTime()).toBeGreaterThan(Date.now())
  }, wait)
  const seen = listener.received.length
  await new Promise((resolve) => setTimeout(resolve, 500))
  // Those that were under way when it opened, and no more.
  expect(listener.received.length - seen).toBeLessThan(20)
  listener.answer = 200
  await vi.waitFor(async () => expect((await world.logs({ status: 'delivered' })).length).toBe(30), wait)
  expect((await findEndpoint(world.database.pool, world.scope, id))?.breakerOpenUntil).toBeNull()
})

test('during the overlap of a rotation both secrets verify, afterwards only the new one', async () => {
  const listener = await world.listen()
  const { id, secret } = await world.endpoint(listener.url)
  const rotate = async (version: number, overlapMs: number) => {
    const next = newWebhookSecret()
    const now = new Date()
    await world.database.transaction((client) =>
      insertSecret(client, {
        endpointId: id,
        version,
        sealed: sealSecret(world.sealer, { endpointId: id, mode: 'test' }, version, next),
        now,
        previousExpireAt: new Date(now.getTime() + overlapMs),
      }),
    )
    return next
  }
  const second = await rotate(2, 60_000)
  await world.deliver()
  await world.publish()
  await vi.waitFor(() => expect(listener.received.length).toBe(1), wait)
  const [first] = listener.received
  expect(first!.headers['webhook-signature']!.split(' ').length).toBe(2)
  for (const each of [secret, second]) new Webhook(each).verify(first!.body, first!.headers)

  const third = await rotate(3, 0)
  await world.publish()
  await vi.waitFor(() => expect(listener.received.length).toBe(2), wait)
  const last = listener.received[1]!
  new Webhook(third).verify(last.body, last.headers)
  expect(() => new Webhook(second).verify(last.body, last.headers)).toThrow()
})

test('a stop waits for the tries that run, and several deliverers share the work without doubling it', async () => {
  const listener = await world.listen((_request, response) => void setTimeout(() => response.end(), 30))
  await world.endpoint(listener.url)
  const [first, second] = [await world.deliver(), await world.deliver()]
  const eventIds: string[] = []
  for (let index = 0; index < 100; index += 1) eventIds.push(await world.publish())
  await first.stop()
  await vi.waitFor(async () => expect((await world.logs({ status: 'delivered' })).length).toBe(100), wait)
  expect(listener.received.map((hook) => hook.headers['webhook-id']).toSorted()).toEqual(eventIds.toSorted())
  expect(listener.connections).toBeLessThan(60)
  await second.stop()
})

test('an event published while every deliverer sleeps is sent at once, not at the next look', async () => {
  const listener = await world.listen()
  await world.endpoint(listener.url)
  await world.deliver()
  // Longer than a deliverer stays awake after its last delivery.
  await new Promise((resolve) => setTimeout(resolve, 1_300))
  const delays: number[] = []
  for (let index = 0; index < 3; index += 1) {
    const published = Date.now()
    await world.publish()
    await vi.waitFor(() => expect(listener.received.length).toBe(index + 1), { timeout: 3_000, interval: 2 })
    delays.push(listener.received[index]!.at - published)
    await new Promise((resolve) => setTimeout(resolve, 1_300))
  }
  expect(Math.min(...delays)).toBeLessThan(150)
})
