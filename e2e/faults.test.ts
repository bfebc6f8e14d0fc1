import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, it, vi } from 'vitest'
import type { Countersign } from '../packages/sdk/src/index.ts'
import { openDatabase } from '../packages/server/src/database/database.ts'
import { startEmbeddedPostgres } from '../packages/server/src/database/embedded.ts'
import {
  arrivedInOrder,
  customersSeeAll,
  listen,
  openCustomer,
  provesItself,
  RETRY_SCHEDULE,
  sendDeposits,
} from './fault-world.ts'
import { cleanUp, freePort, launchServer, makeFolder, type LaunchedServer } from './harness.ts'

// In CI the short form; `FAULT_ROUNDS=100` runs the long one, a hundred kills in each test.
const ROUNDS = Number(process.env['FAULT_ROUNDS'] ?? 0)
const SERVER_ROUNDS = ROUNDS || 2
const SPREAD_ROUNDS = ROUNDS || 6
const SENDERS = 6
const WORKERS = 3
const ROUND_LIMIT_MS = 60_000
const DRAIN_LIMIT_MS = 90_000 + ROUNDS * 3_000

afterEach(cleanUp)

it(
  `kill -9 of the one process while signed deposits flow, ${SERVER_ROUNDS} times: nothing acknowledged is lost, nothing is booked twice, every event arrives`,
  { timeout: SERVER_ROUNDS * ROUND_LIMIT_MS + DRAIN_LIMIT_MS },
  async () => {
    const dataDir = await makeFolder()
    const env = { PORT: String(await freePort()), WEBHOOK_RETRY_SCHEDULE: RETRY_SCHEDULE }
    let server = await launchServer({ dataDir, env })
    const listener = await listen()
    const { client, secrets } = await openCustomer(server.url, [{ url: listener.url }])
    const acknowledged = new Map<string, string>()
    for (let round = 0; round < SERVER_ROUNDS; round += 1)
      await whileDepositsFlow(client, acknowledged, async () => {
        server = await killed(server, () => launchServer({ dataDir, env }))
      })
    expect(acknowledged.size).toBeGreaterThan(SERVER_ROUNDS * 10)
    await drained(client)
    await customersSeeAll(client, acknowledged, await listener.verified(secrets[0]!))
    await server.stop()
    const postgres = await startEmbeddedPostgres({ dataDir })
    const database = openDatabase(postgres.databaseUrl('countersign'))
    try {
      await provesItself(database, { references: [...acknowledged.values()], endpoints: 1 })
    } finally {
      await database.close()
      await postgres.stop()
    }
    listener.close()
  },
)

it(
  `an API server, ${WORKERS} workers and PostgreSQL, one of them killed ${SPREAD_ROUNDS} times while events flow: every acknowledged event arrives, in order where asked for, and all counts agree`,
  { timeout: SPREAD_ROUNDS * ROUND_LIMIT_MS + DRAIN_LIMIT_MS },
  async () => {
    const dataDir = join(await makeFolder(), 'data')
    let postgres = await startEmbeddedPostgres({ dataDir })
    const { url } = postgres
    const shared = {
      DATABASE_URL: url,
      MASTER_KEY: randomBytes(32).toString('base64'),
      PUBLIC_URL: `http://127.0.0.1:${await freePort()}`,
      WEBHOOK_RETRY_SCHEDULE: RETRY_SCHEDULE,
    }
    const port = new URL(shared.PUBLIC_URL).port
    const launch = async (env: Record<string, string>) =>
      launchServer({ dataDir: await makeFolder(), env: { ...shared, ...env } })
    const startServer = () => launch({ ROLES: 'api', PORT: port })
    const startWorker = () => launch({ ROLES: 'worker' })
    let server = await startServer()
    const workers = await Promise.all(Array.from({ length: WORKERS }, startWorker))
    const fast = await listen({ failures: 0.07 })
    // Every event of the one account waits for the one before: a hundred kills bring thousands, a failure costs a second.
    const ordered = await listen({ failures: 0.01 })
    const { client, secrets } = await openCustomer(server.url, [
      { url: fast.url },
      { url: ordered.url, ordering: 'object' },
    ])

    const killings = [
      async () => {
        const victim = Math.floor(Math.random() * WORKERS)
        workers[victim] = await killed(workers[victim]!, startWorker)
      },
      async () => {
        process.kill(postgres.pid, 'SIGKILL')
        postgres = await startEmbeddedPostgres({ dataDir })
        expect(postgres.url).toBe(url)
      },
      async () => {
        server = await killed(server, startServer)
      },
    ]
    const acknowledged = new Map<string, string>()
    for (let round = 0; round < SPREAD_ROUNDS; round += 1)
      await whileDepositsFlow(client, acknowledged, killings[round % killings.length]!)

    await drained(client)
    for (const [index, listener] of [fast, ordered].entries())
      await customersSeeAll(client, acknowledged, await listener.verified(secrets[index]!))
    arrivedInOrder(await ordered.verified(secrets[1]!))
    const database = openDatabase(url)
    await provesItself(database, { references: [...acknowledged.values()], endpoints: 2 })
    await database.close()
    for (const running of [server, ...workers]) expect(await running.stop()).toBe(0)
    await postgres.stop()
    for (const listener of [fast, ordered]) listener.close()
  },
)

/** Lets some deposits through, then does its worst at a moment of chance, and waits until those under way are answered. */
async function whileDepositsFlow(
  client: Countersign,
  acknowledged: Map<string, string>,
  harm: () => Promise<void>,
): Promise<void> {
  const before = acknowledged.size
  const stop = new AbortController()
  const senders = Array.from({ length: SENDERS }, () => sendDeposits(client, acknowledged, stop.signal))
  await vi.waitFor(() => expect(acknowledged.size).toBeGreaterThan(before + 10), { timeout: ROUND_LIMIT_MS })
  await delay(Math.random() * 300)
  try {
    await harm()
  } finally {
    stop.abort()
  }
  // Where nothing is answered any more the round fails, instead of asking until the whole test's time is over.
  let late: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    late = setTimeout(() => reject(new Error('deposits stayed unanswered after the kill')), ROUND_LIMIT_MS)
  })
  await Promise.race([Promise.all(senders), limit]).finally(() => clearTimeout(late))
}

async function killed(
  victim: LaunchedServer,
  restart: () => Promise<LaunchedServer>,
): Promise<LaunchedServer> {
  victim.signal('SIGKILL')
  await victim.exited
  return restart()
}

async function drained(client: Countersign): Promise<void> {
  await vi.waitFor(
    async () => {
      for (const status of ['pending', 'processing'])
        expect((await client.transactions.list({ status: status as never, limit: 1 })).data).toEqual([])
      expect((await client.webhookLogs.list({ status: 'pending', limit: 1 })).data).toEqual([])
    },
    { timeout: DRAIN_LIMIT_MS, interval: 500 },
  )
}
