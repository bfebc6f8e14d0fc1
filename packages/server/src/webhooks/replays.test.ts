import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock, testClock } from '../clock.ts'
import { createLog } from '../log.ts'
import { createTestApp, type TestApp, type TestKey, type TestMember } from '../test-app.ts'
import { startWorker, type Worker } from '../worker.ts'
import type { Deliverer } from './deliver.ts'
import { EVENT_TYPES } from './event-types.ts'
import { publishEvent } from './publish-event.ts'
import { replayLoop } from './replay-loop.ts'
import { deliverFor, listen, type Listener } from './test-webhooks.ts'

let t: TestApp
let member: TestMember
let eve: TestMember
let key: TestKey
let listener: Listener
let endpointId: string
let deliverer: Deliverer | undefined
let worker: Worker | undefined
const wait = { timeout: 15_000, interval: 20 }
const log = createLog('silent')
const since = new Date(Date.now() - 3_600_000).toISOString()

beforeAll(async () => {
  t = await createTestApp()
  eve = await t.signUp('Eve')
  listener = await listen()
})
beforeEach(async () => {
  member = await t.signUp('Ada')
  key = await t.createKey(member, { scopes: ['webhook-endpoints:read', 'webhook-endpoints:write'] })
  listener.answer = 200
  t.clock.advance(10)
  const created = await member.request('POST', '/v1/webhook-endpoints', {
    body: { url: listener.url, event_types: ['*'] },
  })
  endpointId = created.body['id']
  listener.received.length = 0
})
afterEach(async () => {
  await worker?.stop()
  await deliverer?.stop()
  worker = undefined
  deliverer = undefined
  await t.database.pool.query(
    "update webhook_replays set status = 'canceled', finished_at = now() where status = 'running'",
  )
  await t.database.pool.query('truncate pending_deliveries')
})
afterAll(async () => {
  await listener.close()
  await t.stop()
})

async function deliver() {
  deliverer = await deliverFor(t, { retrySchedule: [0] })
  return deliverer
}
const work = () =>
  (worker = startWorker([replayLoop({ database: t.database, clock: systemClock, log })], { log }))

async function publish(count: number, options: Partial<Parameters<typeof publishEvent>[1]> = {}) {
  const ids: string[] = []
  for (let index = 0; index < count; index += 1)
    ids.push(
      await publishEvent(t.database.pool, {
        workspaceId: member.workspaceId,
        mode: 'test',
        currencyType: 'fiat',
        type: 'transaction.created',
        objectId: `txn_${index}`,
        requestId: null,
        data: EVENT_TYPES[options.type ?? 'transaction.created'].example,
        now: t.clock.now(),
        ...options,
      }),
    )
  return ids
}
/** Ends what waits without a deliverer: the replay starts from here. */
async function finish(ids: string[], status = 'delivered') {
  await t.database.pool.query(
    `with gone as (delete from pending_deliveries where event_id = any ($1) returning *)
     insert into finished_deliveries (event_id, endpoint_id, workspace_id, mode, currency_type, event_type, status,
       attempt_count, created_at, finished_at)
     select v.id, endpoint_id, v.workspace_id, v.mode, v.currency_type, v.type, $2, 0, now(), now()
     from gone join events v on v.id = gone.event_id`,
    [ids, status],
  )
}
const settled = async () => {
  const { rows } = await t.database.pool.query('select 1 from pending_deliveries where endpoint_id = $1', [
    endpointId,
  ])
  expect(rows).toHaveLength(0)
}
const start = (body: Record<string, unknown> = {}) => {
  // What the deliverer and the database finished by their own clock lies before it.
  t.clock.advance(Math.max(1, Date.now() - t.clock.now() + 1))
  return member.request('POST', `/v1/webhook-endpoints/${endpointId}/replays`, {
    body: { created_after: since, rate_per_second: 500, ...body },
  })
}
const get = async (id: string) => (await member.request('GET', `/v1/webhook-replays/${id}`)).body
const receivedIds = () => listener.received.map((hook) => hook.headers['webhook-id']!).toSorted()

describe('a replay', () => {
  it('counts first, then sends again exactly what was counted, with the same bytes and id', async () => {
    await deliver()
    const ids = await publish(12)
    await vi.waitFor(settled, wait)
    const bodies = new Map(listener.received.map((hook) => [hook.headers['webhook-id'], hook.body]))
    listener.received.length = 0

    const dry = await start({ dry_run: true })
    expect([dry.status, dry.body]).toEqual([200, { dry_run: true, count: 12, count_capped: false }])
    expect(listener.received).toHaveLength(0)

    const started = await start()
    expect([started.status, started.body]).toMatchObject([
      202,
      { status: 'running', count: 12, queued: 0, endpoint_id: endpointId, finished_at: null },
    ])
    work()
    await vi.waitFor(async () => {
      expect(await get(started.body['id'])).toMatchObject({ status: 'completed', queued: 12 })
      expect(receivedIds()).toEqual(ids.toSorted())
    }, wait)
    for (const hook of listener.received) expect(hook.body).toBe(bodies.get(hook.headers['webhook-id']!))
  })

  it.each([
    ['an event type', { event_type: 'balance.updated' }, 2],
    ['a status', { status: 'failed' }, 3],
    ['an object', { object_id: 'acc_1' }, 2],
    ['an object and a status', { object_id: 'acc_1', status: 'failed' }, 0],
    ['a time', { created_before: since }, 0],
    ['nothing but the time', {}, 9],
  ])('takes only what matches %s', async (_, filter, count) => {
    const [created, failed, balances] = [
      await publish(4),
      await publish(3),
      await publish(2, { type: 'balance.updated', objectId: 'acc_1' }),
    ]
    await finish([...created, ...balances])
    await finish(failed, 'failed')
    expect((await start({ ...filter, dry_run: true })).body['count']).toBe(count)
    const { id } = (await start(filter)).body
    work()
    await vi.waitFor(
      async () => expect(await get(id)).toMatchObject({ status: 'completed', queued: count }),
      wait,
    )
    const { rows } = await t.database.pool.query<{ id: string }>(
      'select event_id as id from pending_deliveries where endpoint_id = $1',
      [endpointId],
    )
    expect(rows).toHaveLength(count)
  })

  it('leaves to itself what still waited when it began, also once that has arrived', async () => {
    const [first, waiting] = [await publish(2), await publish(3)]
    await finish(first)
    const { id } = (await start()).body
    await new Promise((resolve) => setTimeout(resolve, 5))
    await finish(waiting)
    work()
    await vi.waitFor(
      async () => expect(await get(id)).toMatchObject({ status: 'completed', count: 2, queued: 2 }),
      wait,
    )
  })

  it('leaves out what the endpoint no longer takes, what still waits, and the examples of test events', async () => {
    const ping = await member.request('POST', `/v1/webhook-endpoints/${endpointId}/ping`, {
      body: { event_type: 'transaction.created' },
    })
    await finish([
      ping.body['event_id'],
      ...(await publish(2)),
      ...(await publish(2, { type: 'balance.updated' })),
    ])
    await publish(1)
    expect((await start({ dry_run: true })).body['count']).toBe(4)
    await member.request('PATCH', `/v1/webhook-endpoints/${endpointId}`, {
      body: { event_types: ['transaction.created'] },
    })
    expect((await start({ dry_run: true })).body['count']).toBe(2)
  })

  it('that cannot go on holds up nobody else', async () => {
    const [id = ''] = await publish(1)
    await finish([id])
    const stuck = (await start()).body
    // As no path of ours leaves it: the delivery is finished and waits at once.
    await t.database.pool.query(
      `insert into pending_deliveries (endpoint_id, event_id, currency_type, next_at, created_at)
       values ($1, $2, 'fiat', now() + interval '1 day', now())`,
      [endpointId, id],
    )
    const other = await member.request('POST', '/v1/webhook-endpoints', {
      body: { url: listener.url, event_types: ['*'] },
    })
    endpointId = other.body['id']
    await finish(await publish(2))
    const { id: fine } = (await start()).body
    work()
    await vi.waitFor(
      async () => expect(await get(fine)).toMatchObject({ status: 'completed', queued: 2 }),
      wait,
    )
    expect(await get(stuck.id)).toMatchObject({ status: 'running', queued: 0 })
  })

  it('keeps to its rate', async () => {
    await finish(await publish(40))
    const { id } = (await start({ rate_per_second: 10 })).body
    const clock = testClock(Date.parse((await get(id))['created_at']))
    const round = () => replayLoop({ database: t.database, clock, log }).run(new AbortController().signal)
    const queuedAfter = async (ms: number) => {
      clock.advance(ms)
      while ((await round()) === 'more');
      return (await get(id))['queued']
    }
    expect(await queuedAfter(99)).toBe(0)
    expect(await queuedAfter(1)).toBe(1)
    expect(await queuedAfter(450)).toBe(5)
    expect(await queuedAfter(450)).toBe(10)
    // A pause is not made up for by a burst of more than a second's worth.
    expect(await queuedAfter(60_000)).toBe(20)
    // A clock that was set back holds nothing up.
    expect(await queuedAfter(-3_600_000)).toBe(30)
  })

  it('goes on where a killed worker stopped: every delivery once, none left out', async () => {
    await deliver()
    const ids = await publish(120)
    await vi.waitFor(settled, wait)
    listener.received.length = 0
    const { id } = (await start({ rate_per_second: 60 })).body
    work()
    await vi.waitFor(async () => expect((await get(id))['queued']).toBeGreaterThan(10), wait)
    // As kill -9 would: the transaction that runs is cut off in the middle, and nobody says goodbye.
    await worker!.stop()
    const halfway = (await get(id))['queued']
    expect(halfway).toBeLessThan(120)
    const broken = vi.spyOn(t.database, 'transaction').mockImplementationOnce(async (step) => {
      const client = await t.database.pool.connect()
      client.on('error', () => {})
      await client.query('begin')
      await step(client)
      await client.query('select pg_terminate_backend(pg_backend_pid())').catch(() => {})
      client.release(true)
      throw new Error('killed')
    })
    await replayLoop({ database: t.database, clock: systemClock, log }).run(new AbortController().signal)
    expect(broken).toHaveBeenCalled()
    broken.mockRestore()
    expect(await get(id)).toMatchObject({ status: 'running', queued: halfway })

    work()
    await vi.waitFor(async () => {
      expect(await get(id)).toMatchObject({ status: 'completed', queued: 120 })
      expect(receivedIds()).toEqual(ids.toSorted())
    }, wait)
  })

  it('runs once even where two workers feed it', async () => {
    const ids = await publish(200)
    await finish(ids)
    const { id } = (await start()).body
    const second = startWorker([replayLoop({ database: t.database, clock: systemClock, log })], { log })
    await deliver()
    work()
    await vi.waitFor(async () => {
      expect(await get(id)).toMatchObject({ status: 'completed', queued: 200 })
      expect(receivedIds()).toEqual(ids.toSorted())
    }, wait)
    await second.stop()
  })

  it('does not pile up at an endpoint that is down: it waits until the queue has room', async () => {
    listener.answer = 500
    const ids = await publish(300)
    await finish(ids)
    await t.database.pool.query(
      "update webhook_endpoint_health set breaker_open_until = now() + interval '1 hour' where endpoint_id = $1",
      [endpointId],
    )
    const { id } = (await start()).body
    // Starting one by hand asks for a probe at once; the probe fails.
    await t.database.pool.query(
      "update webhook_endpoint_health set breaker_open_until = now() + interval '1 hour' where endpoint_id = $1",
      [endpointId],
    )
    work()
    await vi.waitFor(async () => expect((await get(id))['queued']).toBe(1), wait)
    await new Promise((resolve) => setTimeout(resolve, 800))
    expect(await get(id)).toMatchObject({ status: 'running', queued: 1 })
  })

  it('is one at a time for an endpoint, can be canceled once, and is in the audit log', async () => {
    await finish(await publish(5))
    const first = (await start({ rate_per_second: 1 })).body
    const second = await start()
    expect([second.status, second.body['code'], second.body['detail']]).toEqual([
      409,
      'conflict',
      expect.stringContaining(first['id']),
    ])
    const both = await Promise.all([start(), start()])
    expect(both.map(({ status }) => status)).toEqual([409, 409])

    const cancel = () => member.request('POST', `/v1/webhook-replays/${first['id']}/cancel`)
    expect((await cancel()).body).toMatchObject({ status: 'canceled', finished_at: expect.any(String) })
    expect((await cancel()).status).toBe(409)
    const third = await start()
    expect(third.status).toBe(202)
    const list = await member.request('GET', `/v1/webhook-endpoints/${endpointId}/replays?limit=1`)
    expect(list.body['data'].map((row: { id: string }) => row.id)).toEqual([third.body['id']])
    const rest = await member.request(
      'GET',
      `/v1/webhook-endpoints/${endpointId}/replays?cursor=${list.body['next_cursor']}`,
    )
    expect(rest.body['data'].map((row: { id: string }) => row.id)).toEqual([first['id']])

    const { rows } = await t.database.pool.query<{ action: string; after: Record<string, unknown> }>(
      "select action, after from audit_log where target_id = $1 and action like '%replay%' order by id",
      [endpointId],
    )
    expect(rows.map((row) => row.action)).toEqual([
      'webhook_endpoint.replay_started',
      'webhook_endpoint.replay_canceled',
      'webhook_endpoint.replay_started',
    ])
    expect(rows[0]!.after).toMatchObject({ replay_id: first['id'], rate_per_second: 1, count: 5 })
  })

  it('fails with the reason when its endpoint is switched off, and does not start at one that is', async () => {
    await finish(await publish(3))
    const { id } = (await start({ rate_per_second: 1 })).body
    await member.request('PATCH', `/v1/webhook-endpoints/${endpointId}`, { body: { enabled: false } })
    work()
    await vi.waitFor(
      async () => expect(await get(id)).toMatchObject({ status: 'failed', reason: 'endpoint_disabled' }),
      wait,
    )
    expect((await start()).body['code']).toBe('conflict')
  })

  it.each([
    [{ created_after: 'yesterday' }, '/created_after'],
    [{ created_after: undefined }, '/created_after'],
    [{ status: 'pending' }, '/status'],
    [{ event_type: 'no such' }, '/event_type'],
    [{ rate_per_second: 0 }, '/rate_per_second'],
    [{ rate_per_second: 501 }, '/rate_per_second'],
    [{ object_id: '' }, '/object_id'],
  ])('with %o is refused and says where', async (body, pointer) => {
    const answer = await start(body)
    expect([answer.status, answer.body['code']]).toEqual([422, 'invalid-input'])
    expect(answer.body['errors'][0].pointer).toBe(pointer)
  })

  it('is not to be seen or touched by another workspace, and a key does not reach one of both currency types', async () => {
    await finish(await publish(2))
    const { id } = (await start({ rate_per_second: 1 })).body
    expect((await eve.request('GET', `/v1/webhook-replays/${id}`)).status).toBe(404)
    expect((await eve.request('POST', `/v1/webhook-replays/${id}/cancel`)).status).toBe(404)
    expect((await t.signed(key, 'POST', `/v1/webhook-replays/${id}/cancel`, { body: {} })).body['code']).toBe(
      'currency-type-mismatch',
    )
    expect((await get(id))['status']).toBe('running')
  })
})
