import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { systemClock } from '../clock.ts'
import { createLog } from '../log.ts'
import { claimDeliveries, type AttemptOutcome } from './delivery-queries.ts'
import { listAttempts } from './log-queries.ts'
import { createRecorder } from './record-attempts.ts'
import { outcome } from './test-outcome.ts'
import { createWebhookWorld, type WebhookWorld } from './test-webhooks.ts'

let world: WebhookWorld
beforeAll(async () => {
  world = await createWebhookWorld()
})
afterEach(() => world.reset())
afterAll(() => world.close())

const wait = { timeout: 8_000, interval: 10 }
const attemptOf = async (eventId: string, endpointId: string) =>
  (await listAttempts(world.database.pool, eventId, endpointId))[0]

test('attempts that PostgreSQL refuses are stored without what it refused, and those beside them in full', async () => {
  const { id } = await world.endpoint('http://127.0.0.1:1/')
  for (let index = 0; index < 12; index += 1) await world.publish()
  const now = new Date()
  const leasedUntil = new Date(now.getTime() + 60_000)
  const claim = { now, leasedUntil, leaseId: '7', rowsMax: 50, roomDefault: 50, rooms: new Map() }
  const rows = await claimDeliveries(world.database.pool, claim)
  expect(rows).toHaveLength(12)
  const hostile: Partial<AttemptOutcome>[] = [
    { response_headers: [['x-nul', 'a\0b']], error_detail: 'a\0b' },
    {
      error_detail: '\ud800 half a pair',
      outcome: 'retry',
      next_at: leasedUntil.toISOString(),
      error: 'status',
    },
    { remote_address: '\0', response_body: 'not base64' },
  ]
  const recorder = createRecorder({
    database: world.database,
    clock: systemClock,
    log: createLog('silent'),
    onRecorded: () => {},
  })
  for (const [index, row] of rows.entries()) {
    const ids = { endpoint_id: id, event_id: row.eventId, lease_id: '7', workspace_id: world.workspaceId }
    recorder.add(outcome({ ...ids, response_headers: [['x', 'y']], ...hostile[index / 4] }))
  }
  await recorder.close()
  expect(recorder.waiting()).toBe(0)
  for (const [index, row] of rows.entries()) {
    const attempt = await attemptOf(row.eventId, id)
    if (hostile[index / 4])
      expect(attempt).toMatchObject({
        statusCode: 200,
        responseHeaders: [],
        remoteAddress: null,
        errorDetail: 'what the endpoint answered could not be stored',
      })
    else expect(attempt).toMatchObject({ statusCode: 200, responseHeaders: [['x', 'y']], errorDetail: null })
  }
  expect(await world.logs({ status: 'delivered' })).toHaveLength(11)
  expect(await world.logs({ status: 'pending' })).toMatchObject([
    { eventId: rows[4]!.eventId, attemptCount: 1 },
  ])
})

test('an endpoint whose answers cannot be stored holds nobody up, and its own webhooks still end', async () => {
  const { pool } = world.database
  // Stands for whatever a later version of PostgreSQL, or of ours, may refuse.
  await pool.query(`
    create function refuse_poison() returns trigger language plpgsql as $$ begin
      if position('poison' in convert_from(new.response_body, 'UTF8')) > 0 then
        raise exception 'refused' using errcode = '22P05';
      end if;
      return new;
    end $$;
    create trigger refuse_poison before insert on delivery_attempts for each row execute function refuse_poison()`)
  const hostile = await world.listen((_request, response) => void response.writeHead(200).end('poison'))
  const healthy = await world.listen()
  const bad = await world.endpoint(hostile.url)
  const good = await world.endpoint(healthy.url)
  await world.deliver()
  const eventIds: string[] = []
  for (let index = 0; index < 40; index += 1) eventIds.push(await world.publish())
  await vi.waitFor(async () => expect(await world.logs({ status: 'delivered' })).toHaveLength(80), wait)
  for (const eventId of eventIds) {
    expect(await attemptOf(eventId, good.id)).toMatchObject({ responseBody: Buffer.from('ok') })
    expect(await attemptOf(eventId, bad.id)).toMatchObject({ statusCode: 200, responseBody: null })
  }
  expect(hostile.received).toHaveLength(40)
  await pool.query('drop trigger refuse_poison on delivery_attempts; drop function refuse_poison')
})

test('a secret is opened for each attempt and kept nowhere', async () => {
  const listener = await world.listen()
  await world.endpoint(listener.url)
  const opened: string[] = []
  const open = (sealed: string, name: string) => {
    opened.push(name)
    return world.sealer.open(sealed, name)
  }
  await world.deliver({ sealer: { ...world.sealer, open } })
  for (let index = 0; index < 3; index += 1) {
    await world.publish()
    await vi.waitFor(() => expect(listener.received).toHaveLength(index + 1), wait)
  }
  expect(opened.filter((name) => name.startsWith('webhook-secret/'))).toHaveLength(3)
})
