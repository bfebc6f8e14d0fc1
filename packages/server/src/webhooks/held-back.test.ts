import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createTestApp, type TestApp, type TestMember } from '../test-app.ts'
import { stepBack } from './delivery-queries.ts'
import { publishEvent } from './publish-event.ts'
import { EVENT_TYPES } from './event-types.ts'

let app: TestApp
let ada: TestMember
beforeAll(async () => {
  app = await createTestApp()
  ada = await app.signUp('Ada')
})
afterEach(() => app.database.pool.query('delete from pending_deliveries'))
afterAll(() => app.stop())

const endpoint = async (extra: Record<string, unknown> = {}) => {
  const body = { url: 'http://127.0.0.1:9999/hook', event_types: ['transaction.created'], ...extra }
  return (await ada.request('POST', '/v1/webhook-endpoints', { body })).body as { id: string }
}
const publish = (objectId: string) =>
  publishEvent(app.database.pool, {
    workspaceId: ada.workspaceId,
    mode: 'test',
    currencyType: 'fiat',
    type: 'transaction.created',
    objectId,
    requestId: null,
    now: Date.now(),
    data: { ...EVENT_TYPES['transaction.created'].example, mode: 'test' },
  })
const logs = async (query: string) =>
  (await ada.request('GET', `/v1/webhook-logs?${query}`)).body.data as Record<string, any>[]

test('a delivery behind an earlier event of its object says so, names the one in front, and claims no time', async () => {
  const { id } = await endpoint({ ordering: 'object' })
  for (let index = 0; index < 3; index += 1) await publish('txn_1')
  await publish('txn_2')
  await stepBack(app.database.pool, { now: new Date(), rowsMax: 10 })
  const [other, third, second, first] = await logs(`endpoint_id=${id}`)
  expect(first).toMatchObject({ object_id: 'txn_1', held_back: null })
  expect(Date.parse(first!['next_attempt_at'])).toBeLessThanOrEqual(Date.now())
  expect(other).toMatchObject({ object_id: 'txn_2', held_back: null })
  for (const held of [second, third])
    expect(held).toMatchObject({
      status: 'pending',
      next_attempt_at: null,
      held_back: { reason: 'ordering', behind: first!['id'], until: null },
    })
  const one = await ada.request('GET', `/v1/webhook-logs/${third!['id']}`)
  expect(one.body).toMatchObject({ next_attempt_at: null, held_back: { behind: first!['id'] } })

  await app.database.pool.query('delete from pending_deliveries where event_id = $1', [first!['event_id']])
  const [, thirdNow, secondNow] = await logs(`endpoint_id=${id}`)
  expect(secondNow).toMatchObject({ held_back: null })
  expect(thirdNow).toMatchObject({ held_back: { reason: 'ordering', behind: second!['id'] } })
})

test('while a breaker is open, what is due says until when, what is due later keeps its time, and what is under way is neither', async () => {
  const { id } = await endpoint()
  const [due, later, underWay] = [await publish('txn_1'), await publish('txn_2'), await publish('txn_3')]
  const at = (seconds: number) => new Date(Date.now() + seconds * 1_000)
  const [probeAt, retryAt, leaseEnd] = [at(30), at(300), at(60)]
  const { pool } = app.database
  await pool.query('update webhook_endpoint_health set breaker_open_until = $2 where endpoint_id = $1', [
    id,
    probeAt,
  ])
  await pool.query('update pending_deliveries set next_at = $2 where event_id = $1', [later, retryAt])
  await pool.query('update pending_deliveries set lease_id = 1, leased_until = $2 where event_id = $1', [
    underWay,
    leaseEnd,
  ])
  const rows = new Map((await logs(`endpoint_id=${id}`)).map((row) => [row['event_id'], row]))
  expect(rows.get(due)).toMatchObject({
    next_attempt_at: null,
    held_back: { reason: 'breaker', behind: null, until: probeAt.toISOString() },
  })
  expect(rows.get(later)).toMatchObject({ next_attempt_at: retryAt.toISOString(), held_back: null })
  expect(rows.get(underWay)).toMatchObject({ held_back: null })

  await pool.query('update webhook_endpoint_health set breaker_open_until = null where endpoint_id = $1', [
    id,
  ])
  const now = await logs(`event_id=${due}&endpoint_id=${id}`)
  expect(now).toMatchObject([{ held_back: null }])
  expect(now[0]!['next_attempt_at']).not.toBeNull()
})
