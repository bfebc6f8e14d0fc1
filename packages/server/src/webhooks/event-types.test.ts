import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testClock } from '../clock.ts'
import type { Log } from '../log.ts'
import { checkEventsLoop } from './check-events-loop.ts'
import { schemaFault } from './check-event.ts'
import { EVENT_TYPE_NAMES, eventBody, eventCatalogue, type EventType } from './event-types.ts'
import { createWebhookWorld, type WebhookWorld } from './test-webhooks.ts'

let world: WebhookWorld
beforeAll(async () => {
  world = await createWebhookWorld()
})
afterAll(() => world.close())

test.each(eventCatalogue.map((entry) => [entry.type, entry] as const))(
  'the example of %s fits its own schema, and the schema is one that JSON Schema tools read',
  (type, entry) => {
    expect(eventBody(type as EventType).parse(entry.example)).toMatchObject({ type })
    expect(entry.schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: { type: { const: type } },
    })
  },
)

const source = new URL('../', import.meta.url)
const sql = readdirSync(new URL('database/migrations/', source))
  .map((name) => readFileSync(new URL(`database/migrations/${name}`, source), 'utf8'))
  .join('\n')
const code = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !/test|event-types|migrations/.test(name))
  .map((name) => readFileSync(new URL(name, source), 'utf8'))
  .join('\n')

test('the catalogue lists every type that SQL or code publishes, and none that nobody publishes', () => {
  const called = [...sql.matchAll(/(?:perform publish_event\(|::event_request\b)[^;]*;/g)].map(
    ([call]) => call,
  )
  const literal = called.flatMap((call) =>
    [...call.matchAll(/'([a-z_]+\.[a-z_]+)'/g)].map(([, type]) => type),
  )
  // 'transaction.' || status: of every status that a transaction can be moved on to, but for processing.
  const moved = ['completed', 'failed', 'canceled', 'expired'].map((status) => `transaction.${status}`)
  const composed = called.flatMap((call) => call.match(/'[a-z_]+\.' \|\|/g) ?? [])
  expect([...new Set(composed)]).toEqual(["'transaction.' ||"])
  // What TypeScript publishes is of the type EventType, which is made of the catalogue.
  expect(EVENT_TYPE_NAMES).toEqual(expect.arrayContaining([...literal, ...moved]))
  const unpublished = EVENT_TYPE_NAMES.filter(
    (type) => !moved.includes(type) && !sql.includes(`'${type}'`) && !code.includes(`'${type}'`),
  )
  expect(unpublished).toEqual([])
})

test('an event that breaks its schema still exists, says so where it is shown, and is written to the log', async () => {
  const clock = testClock(Date.now())
  const lines: Record<string, unknown>[] = []
  const log = { error: (fields: Record<string, unknown>) => void lines.push(fields) } as unknown as Log
  const loop = checkEventsLoop({ database: world.database, clock, log })
  const good = await world.publish()
  const bad = await world.publish({ data: { amount: 10 } })
  const production = await world.publish({ mode: 'production', data: { amount: 10 } })
  const { rows } = await world.database.pool.query<{ id: string; type: string; body: string }>(
    'select id, type, body from events where id = any ($1)',
    [[good, bad, production]],
  )
  expect(Object.fromEntries(rows.map(({ id, type, body }) => [id, schemaFault(type, body)]))).toEqual({
    [good]: null,
    [bad]: expect.stringMatching(/^\/data\/amount: /),
    [production]: expect.stringMatching(/^\/data\/amount: /),
  })
  clock.advance(10_000)
  await loop.run()
  await loop.run()
  expect(lines).toMatchObject([{ event_id: bad, fault: expect.stringMatching(/^\/data\/amount: /) }])
  // What is left here would fail the check that ends every suite, which is what it is for.
  await world.database.pool.query('delete from events where id = any ($1)', [[bad, production]])
})

test('the check that ends every suite finds an event that SQL published in another shape', async () => {
  const other = await createWebhookWorld()
  await other.database.pool.query(
    `select publish_event('evt_01kasqf0000000000000000000', $1, 'test', 'fiat', 'transaction.created', 'txn_1', null,
       '{"id":"txn_1"}', now())`,
    [other.workspaceId],
  )
  await expect(other.close()).rejects.toThrow(/transaction\.created \/data\/type: /)
})
