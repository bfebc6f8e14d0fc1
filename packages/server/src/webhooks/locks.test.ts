// What changes at once in the tables of webhooks never ends somebody's statement for a deadlock.
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../clock.ts'
import { openDatabase } from '../database/database.ts'
import { updateEndpoint } from './change-endpoint.ts'
import { claimDeliveries, completeDeliveries, failQueues, stepBack } from './delivery-queries.ts'
import { EVENT_TYPES } from './event-types.ts'
import { pruneWebhooks, splitComingDays } from './partitions.ts'
import { publishEvent } from './publish-event.ts'
import { outcome } from './test-outcome.ts'
import { createWebhookWorld, loopbackGuard, type WebhookWorld } from './test-webhooks.ts'

const DAY_MS = 86_400_000
let world: WebhookWorld
beforeAll(async () => {
  world = await createWebhookWorld()
})
afterEach(() => world.reset())
afterAll(() => world.close())

test('a change of partitions waits for one table while it holds none: whoever has the others comes through', async () => {
  const other = new pg.Client({ connectionString: world.url })
  await other.connect()
  // Theirs is looked for long before ours would give up.
  await other.query("set deadlock_timeout = '20ms'")
  await other.query('begin')
  await other.query('lock table finished_deliveries in row exclusive mode')
  const splitting = splitComingDays(world.database, { nowMs: Date.now(), retentionDays: 12 })
  await delay(150)
  await other.query('select from events limit 1')
  await other.query('commit')
  await splitting
  const { rows } = await other.query("select from pg_class where relname ~ '^events_\\d{8}$'")
  expect(rows.length).toBeGreaterThan(0)
  await other.end()
})

test('a change of order that meets a deliverer’s record in a circle begins anew instead of failing', async () => {
  const { id } = await world.endpoint('http://127.0.0.1:1/', { ordering: 'object' })
  const eventIds = [await world.publish({ objectId: 'txn_1' }), await world.publish({ objectId: 'txn_1' })]
  // Its own wait is looked into first, and so it is the one that is ended.
  const database = openDatabase({ connectionString: world.url, options: '-c deadlock_timeout=400ms' })
  const other = new pg.Client({ connectionString: world.url })
  await other.connect()
  await other.query("set deadlock_timeout = '20s'")
  await other.query('begin')
  const lock = (eventId: string | undefined) =>
    other.query('select from pending_deliveries where event_id = $1 for update', [eventId])
  await lock(eventIds[1])
  const record = async () => {}
  const deps = {
    database,
    clock: systemClock,
    sealer: world.sealer,
    guard: loopbackGuard,
    recordChange: record,
  }
  const acting = { scope: world.scope, currencyType: null, requestId: 'req_1', record }
  const changed = updateEndpoint(deps, acting, id, { ordering: 'none' })
  await delay(150)
  await lock(eventIds[0])
  await other.query('commit')
  expect(await changed).toMatchObject({ id, ordering: 'none' })
  const { rows } = await database.pool.query(
    'select object_id from pending_deliveries where endpoint_id = $1',
    [id],
  )
  expect(rows).toEqual([{ object_id: null }, { object_id: null }])
  await other.end()
  await database.close()
})

test('claims, records, publishers, failing queues and partitions that come and go end nobody for a deadlock', async () => {
  // Everybody but who changes the partitions: they would be ended long before it gives way.
  const database = openDatabase({ connectionString: world.url, options: '-c deadlock_timeout=20ms' })
  const { pool } = database
  const living = await world.endpoint('http://127.0.0.1:1/')
  const ordered = await world.endpoint('http://127.0.0.1:1/', { ordering: 'object' })
  const off = await world.endpoint('http://127.0.0.1:1/')
  await pool.query('update webhook_endpoints set enabled = false where id = $1', [off.id])
  const end = performance.now() + 3_000
  let day = 3
  let published = 0
  const lives = { publish: 0, deliver: 0, fail: 0, split: 0 }
  const until = async (life: keyof typeof lives, work: () => Promise<unknown>) => {
    while (performance.now() < end) {
      await work()
      lives[life] += 1
    }
  }
  const deliver = (leaseId: string) => async () => {
    const now = new Date()
    const leasedUntil = new Date(now.getTime() + 60_000)
    const rows = await claimDeliveries(pool, {
      now,
      leasedUntil,
      leaseId,
      rowsMax: 40,
      roomDefault: 20,
      rooms: new Map(),
    })
    const outcomes = rows.map((row) =>
      outcome({
        endpoint_id: row.endpointId,
        event_id: row.eventId,
        lease_id: leaseId,
        workspace_id: world.workspaceId,
      }),
    )
    await completeDeliveries(pool, outcomes, now)
    await stepBack(pool, { now, rowsMax: 100 })
  }
  const fail = async () => {
    // What was skipped for the endpoint that is off becomes a queue, again and again.
    await pool.query(
      `with taken as (delete from finished_deliveries where endpoint_id = $1 returning event_id)
       insert into pending_deliveries (endpoint_id, event_id, next_at, created_at)
       select $1, event_id, now(), now() from taken`,
      [off.id],
    )
    await failQueues(pool, { now: new Date(), rowsMax: 100 })
  }
  const publish = async () => {
    published += 1
    await publishEvent(pool, {
      workspaceId: world.workspaceId,
      mode: 'test',
      currencyType: 'fiat',
      type: 'transaction.created',
      objectId: `txn_${published % 5}`,
      requestId: null,
      now: Date.now(),
      data: { ...EVENT_TYPES['transaction.created'].example, mode: 'test' },
    })
  }
  const split = async () => {
    day += 3
    await pruneWebhooks(world.database, { nowMs: Date.now() + day * DAY_MS, retentionDays: 12 }).catch(
      (err: { code?: string }) => {
        // In use for too long: the next round tries again.
        if (err.code !== '55P03') throw err
      },
    )
    await delay(20)
  }
  await Promise.all([
    ...[1, 2, 3].map(() => until('publish', publish)),
    ...['11', '12'].map((leaseId) => until('deliver', deliver(leaseId))),
    ...[1, 2].map(() => until('fail', fail)),
    until('split', split),
  ])
  for (const [life, count] of Object.entries(lives)) expect(count, life).toBeGreaterThan(5)
  expect((await world.logs({ endpointId: living.id, limit: 10 })).length).toBeGreaterThan(0)
  expect((await world.logs({ endpointId: ordered.id, limit: 10 })).length).toBeGreaterThan(0)
  await database.close()
})
