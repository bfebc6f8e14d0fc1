import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { claimDeliveries, completeDeliveries, type ClaimInput } from './delivery-queries.ts'
import { markEndpointDeleted } from './queries.ts'
import { outcome } from './test-outcome.ts'
import { createWebhookWorld, type WebhookWorld } from './test-webhooks.ts'
import { ALIVE_LOCK_CLASS } from './wake-signal.ts'

let world: WebhookWorld
beforeAll(async () => {
  world = await createWebhookWorld()
})
afterEach(() => world.reset())
afterAll(() => world.close())

const wait = { timeout: 15_000, interval: 10 }
const claim = (leaseId: string, more: Partial<ClaimInput> = {}) => {
  const now = more.now ?? new Date()
  return claimDeliveries(world.database.pool, {
    now,
    leasedUntil: new Date(now.getTime() + 30_000),
    leaseId,
    rowsMax: 256,
    roomDefault: 64,
    rooms: new Map(),
    ...more,
  })
}
const health = async (id: string) =>
  (await world.database.pool.query('select * from webhook_endpoint_health where endpoint_id = $1', [id]))
    .rows[0]

test('deliverers that claim at the same moment never get the same row', async () => {
  await world.endpoint('http://127.0.0.1:1/')
  await world.endpoint('http://127.0.0.1:1/')
  for (let index = 0; index < 60; index += 1) await world.publish()
  const claims = await Promise.all(
    Array.from({ length: 6 }, (_, index) => claim(String(index + 1), { roomDefault: 9 })),
  )
  const rows = claims.flat().map((row) => `${row.endpointId} ${row.eventId}`)
  expect(rows.length).toBeGreaterThan(60)
  expect(new Set(rows).size).toBe(rows.length)
})

test('of several deliverers that see a breaker half open at the same moment, one probes', async () => {
  const { id } = await world.endpoint('http://127.0.0.1:1/')
  for (let index = 0; index < 10; index += 1) await world.publish()
  for (let round = 0; round < 5; round += 1) {
    await world.database.pool.query(
      "update webhook_endpoint_health set breaker_open_until = now() - interval '1 second' where endpoint_id = $1",
      [id],
    )
    const claims = await Promise.all(Array.from({ length: 4 }, (_, index) => claim(String(index + 1))))
    expect(claims.flat().map((row) => row.probe)).toEqual([true])
  }
})

test('after the probe that closes the breaker, an endpoint is trusted with 1, 2, 4, … at a time, for all deliverers', async () => {
  const { id } = await world.endpoint('http://127.0.0.1:1/')
  for (let index = 0; index < 200; index += 1) await world.publish()
  const start = new Date(Date.now() + 1_000)
  const at = (ms: number) => new Date(start.getTime() + ms)
  await world.database.pool.query(
    'update webhook_endpoint_health set breaker_open_until = $2, breaker_openings = 3, consecutive_failures = 30 where endpoint_id = $1',
    [id, start],
  )
  const [probe] = await claim('1', { now: start })
  const ids = { endpoint_id: id, event_id: probe!.eventId, lease_id: '1', workspace_id: world.workspaceId }
  await completeDeliveries(world.database.pool, [outcome({ ...ids, probe: true })], start)
  expect(await health(id)).toMatchObject({
    breaker_open_until: null,
    recovered_at: start,
    consecutive_failures: 0,
  })
  const taken: number[] = []
  for (const second of [0, 1, 2, 3, 4, 5, 6]) {
    const rows = await claim('2', { now: at(second * 1_000) })
    taken.push(rows.length)
    await world.database.pool.query('update pending_deliveries set lease_id = null, leased_until = null')
  }
  expect(taken).toEqual([1, 2, 4, 8, 16, 32, 64])
  // What runs already counts.
  const rooms = new Map([[id, { free: 20, running: 3 }]])
  expect((await claim('2', { now: at(2_000), rooms })).length).toBe(1)
})

test('what a deliverer had claimed that vanished is sent by the others within seconds, without a start', async () => {
  const listener = await world.listen()
  await world.endpoint(listener.url)
  const { url } = world
  const vanishing = new pg.Client({ connectionString: url })
  await vanishing.connect()
  await vanishing.query('select pg_advisory_lock($1, $2)', [ALIVE_LOCK_CLASS, 4_711])
  await world.publish()
  const leasedUntil = new Date(Date.now() + 3_600_000)
  expect((await claim(String((4_711n << 32n) + 1n), { leasedUntil })).length).toBe(1)
  await world.deliver()
  await delay(1_500)
  // It lives: its claim is respected.
  expect(listener.received.length).toBe(0)
  await vanishing.end()
  await vi.waitFor(() => expect(listener.received.length).toBe(1), wait)
})

test('deliverers that record failures of the same endpoints at once do not wait for each other in a circle', async () => {
  const ids = [
    (await world.endpoint('http://127.0.0.1:1/')).id,
    (await world.endpoint('http://127.0.0.1:1/')).id,
  ]
  for (let index = 0; index < 40; index += 1) await world.publish()
  const batches = await Promise.all(
    Array.from({ length: 4 }, (_, index) => claim(String(index + 1), { roomDefault: 10 })),
  )
  await Promise.all(
    batches.map((rows) =>
      completeDeliveries(
        world.database.pool,
        rows.map((row) =>
          outcome({
            endpoint_id: row.endpointId,
            event_id: row.eventId,
            lease_id: row.leaseId,
            workspace_id: world.workspaceId,
            outcome: 'failed',
            error: 'status',
          }),
        ),
        new Date(),
      ),
    ),
  )
  const failures = await Promise.all(ids.map(async (id) => Number((await health(id)).consecutive_failures)))
  expect(failures.reduce((sum, count) => sum + count, 0)).toBe(batches.flat().length)
})

test('a deleted endpoint leaves nothing that waits and no secret; what was under way is recorded', async () => {
  let letGo = () => {}
  const listener = await world.listen((_request, response) => void (letGo = () => response.end()))
  const { id } = await world.endpoint(listener.url, { headers: { 'x-token': 'hush' }, ordering: 'object' })
  const first = await world.publish({ objectId: 'txn_1' })
  await world.deliver()
  await vi.waitFor(() => expect(listener.received.length).toBe(1), wait)
  for (let index = 0; index < 20; index += 1) await world.publish({ objectId: 'txn_1' })
  await world.database.transaction((client) => markEndpointDeleted(client, id, new Date()))
  const counts = async () => {
    const { rows } = await world.database.pool.query<{ status: string; reason: string; count: number }>(
      'select status, reason, count(*)::int as count from finished_deliveries where endpoint_id = $1 group by 1, 2 order by 1',
      [id],
    )
    return rows
  }
  await vi.waitFor(
    async () => expect(await counts()).toEqual([{ status: 'failed', reason: 'endpoint_deleted', count: 20 }]),
    wait,
  )
  letGo()
  await vi.waitFor(
    async () => expect((await world.logs({ eventId: first }))[0]?.status).toBe('delivered'),
    wait,
  )
  const { rows } = await world.database.pool.query(
    `select (select count(*)::int from pending_deliveries where endpoint_id = $1) as waiting,
       (select count(*)::int from webhook_endpoint_secrets where endpoint_id = $1) as secrets,
       (select sealed_headers from webhook_endpoints where id = $1) as headers`,
    [id],
  )
  expect(rows).toEqual([{ waiting: 0, secrets: 0, headers: null }])
  expect(listener.received.length).toBe(1)
  // What happens afterwards does not know it.
  const later = await world.publish()
  expect((await world.logs({ eventId: later })).map((row) => row.reason)).toEqual(['no_endpoint'])
})
