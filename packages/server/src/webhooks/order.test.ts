import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { requeueDelivery, requeueFailed, wakeDeliverers } from './resend-queries.ts'
import { stepBack } from './delivery-queries.ts'
import { updateEndpoint } from './queries.ts'
import { createWebhookWorld, type Received, type WebhookWorld } from './test-webhooks.ts'

let world: WebhookWorld
beforeAll(async () => {
  world = await createWebhookWorld()
})
afterEach(() => world.reset())
afterAll(() => world.close())

const wait = { timeout: 20_000, interval: 10 }
const delivered = async () => (await world.logs({ status: 'delivered', limit: 1_000 })).length
const sequenceOf = (received: Received) => (JSON.parse(received.body) as { sequence: number }).sequence
const objectOf = ({ body }: Received) => (JSON.parse(body) as { data: { object: string } }).data.object
const publish = (objectId: string) => world.publish({ objectId, data: { object: objectId } })

/** Of each object, the sequences in the order in which they first came. */
function arrivals(received: readonly Received[]): Map<string, number[]> {
  const order = new Map<string, number[]>()
  for (const one of received) {
    const seen = order.get(objectOf(one)) ?? []
    if (!seen.includes(sequenceOf(one))) seen.push(sequenceOf(one))
    order.set(objectOf(one), seen)
  }
  return order
}

test('in order on request: one event of an object is under way at a time, and a failure holds back only its object', async () => {
  let broken = true
  const listener = await world.listen((_request, response, received) => {
    const fails = broken && objectOf(received) === 'txn_sick'
    response.writeHead(fails ? 500 : 200).end()
  })
  const { id } = await world.endpoint(listener.url, { ordering: 'object' })
  await world.deliver({ retrySchedule: [0, ...Array.from({ length: 50 }, () => 0.05)] })
  for (let round = 0; round < 5; round += 1)
    for (const object of ['txn_sick', 'txn_well']) await publish(object)
  await vi.waitFor(async () => expect(await delivered()).toBe(5), wait)
  await delay(300)
  const sick = listener.received.filter((one) => objectOf(one) === 'txn_sick')
  expect(sick.length).toBeGreaterThan(2)
  expect(new Set(sick.map(sequenceOf))).toEqual(new Set([1]))
  broken = false
  await vi.waitFor(async () => expect(await delivered()).toBe(10), wait)
  expect(arrivals(listener.received)).toEqual(
    new Map([
      ['txn_sick', [1, 2, 3, 4, 5]],
      ['txn_well', [1, 2, 3, 4, 5]],
    ]),
  )
  expect((await world.logs({ endpointId: id, status: 'failed' })).length).toBe(0)
})

test('order holds with three deliverers, failures, cut connections, a deliverer that vanishes, and resends', async () => {
  const objects = ['txn_a', 'txn_b', 'txn_c', 'txn_d', 'acc_e']
  const underWay = new Map<string, number>()
  let most = 0
  const listener = await world.listen((_request, response, received) => {
    const object = objectOf(received)
    underWay.set(object, (underWay.get(object) ?? 0) + 1)
    most = Math.max(most, underWay.get(object)!)
    response.once('close', () => underWay.set(object, underWay.get(object)! - 1))
    const luck = Math.random()
    if (luck < 0.1) return void response.destroy()
    setTimeout(() => response.writeHead(luck < 0.3 ? 503 : 200).end(), Math.random() * 8)
  })
  const { id } = await world.endpoint(listener.url, { ordering: 'object' })
  const options = { retrySchedule: [0, ...Array.from({ length: 100 }, () => 0.01)] }
  const [first] = await Promise.all([world.deliver(options), world.deliver(options), world.deliver(options)])
  const eventIds: string[] = []
  for (let round = 0; round < 40; round += 1) {
    for (const object of objects) eventIds.push(await publish(object))
    // What is repeated by hand may come again, never ahead of what has not come yet.
    if (round % 8 === 5) {
      const eventId = eventIds[Math.floor(Math.random() * eventIds.length)]!
      await requeueDelivery(world.database.pool, { eventId, endpointId: id, now: new Date() })
    }
    if (round === 20) await first.stop()
  }
  await vi.waitFor(async () => {
    expect((await world.database.pool.query('select from pending_deliveries')).rowCount).toBe(0)
  }, wait)
  expect(await delivered()).toBe(objects.length * 40)
  const expected = Array.from({ length: 40 }, (_, index) => index + 1)
  for (const object of objects) expect(arrivals(listener.received).get(object), object).toEqual(expected)
  // A resend may meet the one that is under way; nothing else doubles.
  expect(most).toBeLessThanOrEqual(2)
})

test('an event that fails for good lets the next one go; recovered, all of an object go out in order', async () => {
  const listener = await world.listen(500)
  const { id } = await world.endpoint(listener.url, { ordering: 'object' })
  await world.deliver({ retrySchedule: [0, 0.02] })
  const since = new Date(Date.now() - 1_000)
  for (let index = 0; index < 4; index += 1) await publish('txn_1')
  await vi.waitFor(async () => expect((await world.logs({ status: 'failed' })).length).toBe(4), wait)
  expect(arrivals(listener.received).get('txn_1')).toEqual([1, 2, 3, 4])
  listener.received.length = 0
  listener.answer = 200
  const until = new Date(Date.now() + 1_000)
  await requeueFailed(world.database.pool, { endpointId: id, since, until, now: new Date(), rowsMax: 100 })
  await wakeDeliverers(world.database.pool)
  await vi.waitFor(async () => expect(await delivered()).toBe(4), wait)
  expect(listener.received.map(sequenceOf)).toEqual([1, 2, 3, 4])
})

test('what is held back steps aside, so that claims do not read it, and goes on at once when its turn comes', async () => {
  let broken = true
  const listener = await world.listen(
    (_request, response) => void response.writeHead(broken ? 500 : 200).end(),
  )
  await world.endpoint(listener.url, { ordering: 'object' })
  for (let index = 0; index < 30; index += 1) await publish('acc_1')
  await world.deliver({ retrySchedule: [0, 1, 1, 1] })
  const inTheWay = async () =>
    (await world.database.pool.query('select from pending_deliveries where next_at <= now()')).rowCount
  await vi.waitFor(async () => {
    expect(listener.received.length).toBeGreaterThan(0)
    expect(await inTheWay()).toBe(0)
  }, wait)
  expect(await stepBack(world.database.pool, { now: new Date(), rowsMax: 100 })).toBe(0)
  broken = false
  const seconds = performance.now()
  await vi.waitFor(async () => expect(await delivered()).toBe(30), wait)
  expect(performance.now() - seconds).toBeLessThan(6_000)
  expect(arrivals(listener.received).get('acc_1')?.length).toBe(30)
})

test('order can be asked for, and given up, while events wait', async () => {
  const listener = await world.listen()
  const { id } = await world.endpoint(listener.url)
  const { pool } = world.database
  for (let index = 0; index < 5; index += 1) await publish('txn_1')
  await updateEndpoint(pool, id, { ordering: 'object' }, new Date())
  for (let index = 0; index < 5; index += 1) await publish('txn_1')
  const placed = () =>
    pool.query<{ sequence: string }>('select sequence from pending_deliveries where object_id is not null')
  expect((await placed()).rows.map((row) => Number(row.sequence)).toSorted((a, b) => a - b)).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
  ])
  expect(await stepBack(pool, { now: new Date(Date.now() + 10), rowsMax: 100 })).toBe(9)
  await updateEndpoint(pool, id, { ordering: 'none' }, new Date())
  expect((await placed()).rowCount).toBe(0)
  await world.deliver()
  await vi.waitFor(async () => expect(await delivered()).toBe(10), wait)
})
