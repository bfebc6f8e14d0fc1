import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApp, type TestApp, type TestMember } from '../test-app.ts'
import { EVENT_TYPES } from './event-types.ts'
import { publishEvent } from './publish-event.ts'

let t: TestApp
let ada: TestMember
beforeAll(async () => {
  t = await createTestApp()
  ada = await t.signUp('Ada')
})
afterAll(() => t.stop())

async function endpoint(): Promise<string> {
  const body = { url: 'https://example.com/hook', event_types: ['*'] }
  return (await ada.request('POST', '/v1/webhook-endpoints', { body })).body['id']
}
const health = async (id: string) => (await ada.request('GET', `/v1/webhook-endpoints/${id}/health`)).body
const publish = (now = t.clock.now()) =>
  publishEvent(t.database.pool, {
    workspaceId: ada.workspaceId,
    mode: 'test',
    currencyType: null,
    type: 'transaction.created',
    objectId: 'txn_1',
    requestId: null,
    data: EVENT_TYPES['transaction.created'].example,
    now,
  })

/** One attempt as the deliverer records it, and what became of the delivery. */
async function attempted(
  endpointId: string,
  {
    ms,
    error = null,
    retryIn,
    at = t.clock.now(),
  }: { ms: number; error?: string | null; retryIn?: number; at?: number },
) {
  const eventId = await publish(at)
  await t.database.pool.query(
    `insert into delivery_attempts (event_id, endpoint_id, number, at, duration_ms, url, request_headers, error)
     values ($1, $2, 1, $3, $4, '', '[]', $5)`,
    [eventId, endpointId, new Date(at), ms, error],
  )
  if (retryIn !== undefined) {
    const next = new Date(t.clock.now() + retryIn)
    await t.database.pool.query(
      'update pending_deliveries set attempt_count = 1, next_at = $3 where event_id = $1 and endpoint_id = $2',
      [eventId, endpointId, next],
    )
    return
  }
  await t.database.pool.query(
    `with gone as (delete from pending_deliveries where event_id = $1 and endpoint_id = $2)
     insert into finished_deliveries (event_id, endpoint_id, workspace_id, mode, event_type, status, attempt_count,
       created_at, finished_at)
     values ($1, $2, $3, 'test', 'transaction.created', $4, 1, now(), now())`,
    [eventId, endpointId, ada.workspaceId, error ? 'failed' : 'delivered'],
  )
}

test('an endpoint that nothing was sent to has no rate, no latency and nothing waiting', async () => {
  expect(await health(await endpoint())).toMatchObject({
    deliveries: 0,
    attempts: 0,
    success_rate: null,
    latency_ms: { p50: null, p95: null },
    waiting: 0,
    waiting_capped: false,
    lag_seconds: 0,
    breaker: { state: 'closed', next_probe_at: null },
    failing_since: null,
    consecutive_failures: 0,
  })
})

test('success rate and latency count finished and waiting deliveries of the last day, and none of the day before', async () => {
  const id = await endpoint()
  for (const ms of [10, 20, 30]) await attempted(id, { ms })
  await attempted(id, { ms: 40, error: 'status' })
  await attempted(id, { ms: 1_000, error: 'timeout', retryIn: 60_000 })
  await attempted(id, { ms: 5_000, error: 'timeout', at: t.clock.now() - 90_000_000 })
  const { success_rate, attempts, deliveries, latency_ms, waiting, lag_seconds } = await health(id)
  expect({ success_rate, attempts, deliveries, waiting, lag_seconds }).toEqual({
    success_rate: 0.6,
    attempts: 5,
    deliveries: 5,
    waiting: 1,
    lag_seconds: 0,
  })
  expect(latency_ms['p50']).toBe(30)
  expect(latency_ms['p95']).toBeCloseTo(808, 0)
  await ada.request('DELETE', `/v1/webhook-endpoints/${id}`)
})

test('what is due and does not go out is backlog and lag; what waits for its next attempt is backlog alone', async () => {
  const id = await endpoint()
  await publish()
  await publish()
  await attempted(id, { ms: 5, error: 'status', retryIn: 3_600_000 })
  t.clock.advance(90_000)
  expect(await health(id)).toMatchObject({ waiting: 3, lag_seconds: 90 })
  await ada.request('DELETE', `/v1/webhook-endpoints/${id}`)
})

test('what was tried counts behind any number of untried rows that an open breaker moved to later', async () => {
  const id = await endpoint()
  await attempted(id, { ms: 7, error: 'timeout', retryIn: 60_000 })
  await t.database.pool.query(
    `insert into pending_deliveries (endpoint_id, event_id, currency_type, next_at, created_at)
     select $1, 'evt_' || n, '', $2, $2 from generate_series(1, 1000) as n`,
    [id, new Date(t.clock.now() + 3_600_000)],
  )
  expect(await health(id)).toMatchObject({ attempts: 1, success_rate: 0, latency_ms: { p50: 7 } })
  await ada.request('DELETE', `/v1/webhook-endpoints/${id}`)
})

test('the breaker shows its state, the next probe and since when the endpoint fails', async () => {
  const id = await endpoint()
  const now = t.clock.now()
  const probe = new Date(now + 30_000)
  await t.database.pool.query(
    `update webhook_endpoint_health set breaker_open_until = $2, failing_since = $3, consecutive_failures = 21
     where endpoint_id = $1`,
    [id, probe, new Date(now - 60_000)],
  )
  expect(await health(id)).toMatchObject({
    breaker: { state: 'open', next_probe_at: probe.toISOString() },
    failing_since: new Date(now - 60_000).toISOString(),
    consecutive_failures: 21,
  })
  t.clock.advance(30_001)
  expect((await health(id))['breaker']['state']).toBe('half_open')
})
