import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, expect, it, vi } from 'vitest'
import { openDatabase } from '../packages/server/src/database/database.ts'
import { startEmbeddedPostgres } from '../packages/server/src/database/embedded.ts'
import {
  customersSeeAll,
  listen,
  openCustomer,
  provesItself,
  RETRY_SCHEDULE,
  sendDeposits,
} from './fault-world.ts'
import { signUpPerson } from '../scripts/tour/person.ts'
import { cleanUp, launchServer, makeFolder } from './harness.ts'

afterAll(cleanUp)

const REPLAYED = 80
const deliveriesOf = (endpointId: string) => `endpoint_id=${endpointId}&limit=100`

it('the worker that feeds a replay is killed -9, twice: another goes on, every delivery of the range goes out again, none is left out, and the replay ends', async () => {
  const postgres = await startEmbeddedPostgres({ dataDir: join(await makeFolder(), 'data') })
  const shared = {
    DATABASE_URL: postgres.url,
    MASTER_KEY: randomBytes(32).toString('base64'),
    WEBHOOK_RETRY_SCHEDULE: RETRY_SCHEDULE,
  }
  const launch = async (env: Record<string, string>) =>
    launchServer({ dataDir: await makeFolder(), env: { ...shared, ...env } })
  const server = await launch({ ROLES: 'api' })
  const launchWorker = () => launch({ ROLES: 'worker', PUBLIC_URL: server.url })
  let worker = await launchWorker()
  const listener = await listen()
  const person = await signUpPerson(server.url)
  type Made = { id: string; secret: string }
  const endpoint = await person.call<Made>('POST', '/v1/webhook-endpoints', {
    url: listener.url,
    event_types: ['api_key.expired'],
  })
  const published: string[] = []
  for (let index = 0; index < REPLAYED; index += 1) {
    const { event_id } = await person.call<{ event_id: string }>('POST', '/v1/test/events', {
      event_type: 'api_key.expired',
    })
    published.push(event_id)
  }
  const count = async (status: string) =>
    (
      await person.call<{ data: unknown[] }>(
        'GET',
        `/v1/webhook-logs?${deliveriesOf(endpoint.id)}&status=${status}`,
      )
    ).data.length
  await vi.waitFor(async () => expect(await count('delivered')).toBe(REPLAYED), {
    timeout: 60_000,
    interval: 200,
  })
  listener.received.length = 0

  type Replay = { id: string; status: string; queued: number; count: number }
  const replay = await person.call<Replay>('POST', `/v1/webhook-endpoints/${endpoint.id}/replays`, {
    created_after: new Date(Date.now() - 3_600_000).toISOString(),
    rate_per_second: 15,
  })
  expect(replay.count).toBe(REPLAYED)
  const progress = () => person.call<Replay>('GET', `/v1/webhook-replays/${replay.id}`)
  for (const share of [0.25, 0.6]) {
    const reached = async () => expect((await progress()).queued).toBeGreaterThan(REPLAYED * share)
    await vi.waitFor(reached, { timeout: 60_000, interval: 20 })
    worker.signal('SIGKILL')
    await worker.exited
    const halfway = await progress()
    expect(halfway.status).toBe('running')
    expect(halfway.queued).toBeLessThan(REPLAYED)
    worker = await launchWorker()
  }
  await vi.waitFor(
    async () => expect(await progress()).toMatchObject({ status: 'completed', queued: REPLAYED }),
    {
      timeout: 60_000,
      interval: 200,
    },
  )
  await vi.waitFor(async () => expect(await count('pending')).toBe(0), { timeout: 60_000, interval: 200 })
  expect(await count('delivered')).toBe(REPLAYED)
  const again = new Map<string, number>()
  for (const { id } of await listener.verified(endpoint.secret)) again.set(id, (again.get(id) ?? 0) + 1)
  expect([...again.keys()].toSorted()).toEqual(published.toSorted())
  // At least once: only what was under way when a worker was killed may have come twice.
  expect([...again.values()].filter((times) => times > 1).length).toBeLessThan(REPLAYED / 4)
  for (const running of [server, worker]) expect(await running.stop()).toBe(0)
  await postgres.stop()
  listener.close()
})

it('three workers share the webhooks of one database; one is killed with webhooks under way: the others send them, none twice at a time', async () => {
  const postgres = await startEmbeddedPostgres({ dataDir: join(await makeFolder(), 'data') })
  const shared = {
    DATABASE_URL: postgres.url,
    MASTER_KEY: randomBytes(32).toString('base64'),
    WEBHOOK_RETRY_SCHEDULE: RETRY_SCHEDULE,
  }
  const launch = async (env: Record<string, string>) =>
    launchServer({ dataDir: await makeFolder(), env: { ...shared, ...env } })
  const server = await launch({ ROLES: 'api' })
  const workers = await Promise.all([1, 2, 3].map(() => launch({ ROLES: 'worker', PUBLIC_URL: server.url })))
  // Slow, so that each worker has some under way at any moment.
  const slow = await listen({ delayMs: 250 })
  const { client, secrets } = await openCustomer(server.url, [{ url: slow.url }])
  const acknowledged = new Map<string, string>()
  const stop = new AbortController()
  const senders = Array.from({ length: 4 }, () => sendDeposits(client, acknowledged, stop.signal))
  const database = openDatabase(postgres.url)
  const holders = async () => {
    const { rows } = await database.pool.query<{ number: string }>(
      'select distinct lease_id >> 32 as number from pending_deliveries where lease_id is not null',
    )
    return rows.length
  }
  await vi.waitFor(async () => expect(await holders()).toBe(3), { timeout: 30_000, interval: 20 })
  workers[1]!.signal('SIGKILL')
  await workers[1]!.exited
  await delay(500)
  stop.abort()
  await Promise.all(senders)
  const startedAt = performance.now()
  await vi.waitFor(
    async () => expect((await client.webhookLogs.list({ status: 'pending', limit: 1 })).data).toEqual([]),
    { timeout: 60_000, interval: 100 },
  )
  // Not only when the leases of the dead one end, after 30 s.
  expect(performance.now() - startedAt).toBeLessThan(25_000)
  expect(slow.mostAtOnce()).toBe(1)
  await vi.waitFor(
    async () => {
      for (const status of ['pending', 'processing'])
        expect((await client.transactions.list({ status: status as never, limit: 1 })).data).toEqual([])
      expect((await client.webhookLogs.list({ status: 'pending', limit: 1 })).data).toEqual([])
    },
    { timeout: 60_000, interval: 200 },
  )
  await customersSeeAll(client, acknowledged, await slow.verified(secrets[0]!))
  await provesItself(database, { references: [...acknowledged.values()], endpoints: 1 })
  await database.close()
  expect(await Promise.all([server, workers[0]!, workers[2]!].map((one) => one.stop()))).toEqual([0, 0, 0])
  await postgres.stop()
  slow.close()
})
