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
import { cleanUp, launchServer, makeFolder } from './harness.ts'

afterAll(cleanUp)

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
