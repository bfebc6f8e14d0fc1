import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../ids.ts'
import { pruneWebhooks } from './partitions.ts'
import { createWebhookWorld, type WebhookWorld } from './test-webhooks.ts'

const DAY_MS = 86_400_000
const START = Date.UTC(2025, 10, 23)
let world: WebhookWorld
beforeAll(async () => {
  world = await createWebhookWorld()
})
afterAll(() => world.close())

const events = async () => {
  const { rows } = await world.database.pool.query<{ id: string; partition: string }>(
    'select id, tableoid::regclass::text as partition from events order by id',
  )
  return rows
}

test('events of any time find a place; old ones are dropped with their partition, unless they still wait', async () => {
  const { database } = world
  const prune = (day: number) => pruneWebhooks(database, { nowMs: START + day * DAY_MS, retentionDays: 12 })
  // Before the first round everything lies in one partition, which is kept.
  const first = await world.publish({ now: START })
  await prune(0)
  const { id: endpointId } = await world.endpoint('http://127.0.0.1:1/')
  const waiting = await world.publish({ now: START + 1.5 * DAY_MS })
  for (let day = 2; day < 10; day += 1) {
    await prune(day)
    await world.publish({ now: START + day * DAY_MS, workspaceId: newId('wks') })
  }
  // A clock far ahead or behind is no reason to lose an event.
  await world.publish({ now: START + 400 * DAY_MS, workspaceId: newId('wks') })
  await world.publish({ now: START - 400 * DAY_MS, workspaceId: newId('wks') })
  const all = await events()
  expect(all.length).toBe(12)
  expect(new Set(all.map((row) => row.partition)).size).toBeGreaterThan(4)

  expect(await prune(16)).not.toEqual([])
  const kept = (await events()).map((row) => row.id)
  expect(kept).not.toContain(first)
  expect(kept).toContain(waiting)
  expect(await prune(40)).toEqual([])

  await database.pool.query('delete from pending_deliveries where endpoint_id = $1', [endpointId])
  expect((await prune(40)).length).toBeGreaterThan(1)
  expect((await events()).map((row) => row.id)).not.toContain(waiting)
  await world.publish({ now: START - 400 * DAY_MS, workspaceId: newId('wks') })
  expect(await prune(40)).toEqual(['events_before'])
  expect(await prune(40)).toEqual([])
})
