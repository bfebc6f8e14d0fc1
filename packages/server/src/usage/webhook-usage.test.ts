import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { claimDeliveries, completeDeliveries } from '../webhooks/delivery-queries.ts'
import { outcome } from '../webhooks/test-outcome.ts'
import { createWebhookWorld, type WebhookWorld } from '../webhooks/test-webhooks.ts'
import { foldUsage } from './fold-usage.ts'
import { usageOfCounts, usageOfLogs } from './test-usage.ts'

const wait = { timeout: 15_000, interval: 20 }
let world: WebhookWorld
beforeAll(async () => {
  world = await createWebhookWorld()
})
afterAll(() => world.close())

async function expectExact(): Promise<void> {
  expect(await usageOfCounts(world.database.pool)).toEqual(await usageOfLogs(world.database.pool))
}

/** Attempts by class, of all currency types, at an endpoint. */
async function countsOf(endpointId: string): Promise<number[]> {
  const counts = [0, 0, 0, 0, 0, 0]
  for (const [key, figures] of Object.entries(await usageOfCounts(world.database.pool)))
    if (key.includes(`${endpointId} day`))
      for (const [index, one] of figures.split(' ').slice(0, 6).entries()) counts[index]! += Number(one)
  return counts
}

test('every attempt is counted by what was answered: delivered, refused, redirected, failing, dead', async () => {
  const answers = [204, 301, 404, 500]
  const listeners = await Promise.all(answers.map((status) => world.listen(status)))
  const targets = [...listeners.map(({ url }) => url), 'http://127.0.0.1:1/']
  const endpoints = await Promise.all(targets.map((url) => world.endpoint(url)))
  await world.deliver()
  for (const currencyType of ['fiat', 'crypto', null] as const) await world.publish({ currencyType })
  // The schedule of this world is three tries.
  await vi.waitFor(async () => expect(await world.logs({ status: 'pending' })).toEqual([]), wait)
  expect(await Promise.all(endpoints.map(({ id }) => countsOf(id)))).toEqual([
    [0, 0, 3, 0, 0, 0],
    [0, 0, 0, 9, 0, 0],
    [0, 0, 0, 0, 9, 0],
    [0, 0, 0, 0, 0, 9],
    [9, 0, 0, 0, 0, 0],
  ])
  await expectExact()
  while ((await foldUsage(world.database)) > 0);
  await expectExact()
  await world.reset()
})

test('an attempt whose lease was taken over is not counted', async () => {
  const { id } = await world.endpoint('http://127.0.0.1:1/')
  const eventId = await world.publish()
  const now = new Date()
  await claimDeliveries(world.database.pool, {
    now,
    leasedUntil: new Date(now.getTime() + 60_000),
    leaseId: '2',
    rowsMax: 10,
    roomDefault: 10,
    rooms: new Map(),
  })
  const ids = { workspace_id: world.workspaceId, endpoint_id: id, event_id: eventId }
  await completeDeliveries(world.database.pool, [outcome({ ...ids, lease_id: '1' })], now)
  expect(await countsOf(id)).toEqual([0, 0, 0, 0, 0, 0])
  await completeDeliveries(world.database.pool, [outcome({ ...ids, lease_id: '2' })], now)
  expect(await countsOf(id)).toEqual([0, 0, 1, 0, 0, 0])
  await expectExact()
})
