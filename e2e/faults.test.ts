import { randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, it, vi } from 'vitest'
import { Countersign, verifyWebhook, type WebhookEvent } from '../packages/sdk/src/index.ts'
import { openDatabase } from '../packages/server/src/database/database.ts'
import { startEmbeddedPostgres } from '../packages/server/src/database/embedded.ts'
import { reconcile } from '../packages/server/src/ledger/reconcile.ts'
import { cleanUp, freePort, launchServer, makeFolder, type LaunchedServer } from './harness.ts'

// In CI the short form; `FAULT_ROUNDS=100` runs the long one.
const ROUNDS = Number(process.env['FAULT_ROUNDS'] ?? 5)
const SENDERS = 6
const ROUND_LIMIT_MS = 60_000
const DRAIN_LIMIT_MS = 90_000
const AMOUNT_MINOR = 125n

afterEach(cleanUp)

it(
  `kill -9 of the server while signed deposits flow, ${ROUNDS} times: nothing acknowledged is lost, nothing is booked twice, every event arrives`,
  { timeout: ROUNDS * ROUND_LIMIT_MS + DRAIN_LIMIT_MS },
  async () => {
    const dataDir = await makeFolder()
    const port = await freePort()
    // Short, so that what a kill interrupted is tried again within the test.
    const env = { PORT: String(port), WEBHOOK_RETRY_SCHEDULE: '0,1,1,2,2,5,5,5,5,5' }
    const start = () => launchServer({ dataDir, env })
    let server: LaunchedServer = await start()
    const customer = await signUp(server.url)
    const listener = await listen()
    const endpoint = await customer.post('/v1/webhook-endpoints', { url: listener.url, event_types: ['*'] })
    const key = await customer.post('/v1/api-keys', {
      mode: 'test',
      currency_type: 'fiat',
      expires_at: null,
      scopes: ['transactions:read', 'transactions:write', 'balances:read', 'webhook-logs:read'],
    })
    const client = new Countersign({
      baseUrl: server.url,
      publicKey: key.public_key,
      secretKey: key.secret_key,
      retriesMax: 0,
    })

    const acknowledged = new Map<string, string>()
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = acknowledged.size
      const stop = new AbortController()
      const senders = Array.from({ length: SENDERS }, () => sendDeposits(client, acknowledged, stop.signal))
      await vi.waitFor(() => expect(acknowledged.size).toBeGreaterThan(before + 10), {
        timeout: ROUND_LIMIT_MS,
      })
      await delay(Math.random() * 300)
      server.signal('SIGKILL')
      await server.exited
      server = await start()
      stop.abort()
      await Promise.all(senders)
    }

    await vi.waitFor(
      async () => {
        for (const status of ['pending', 'processing'])
          expect((await client.transactions.list({ status: status as never, limit: 1 })).data).toEqual([])
        expect((await client.webhookLogs.list({ status: 'pending', limit: 1 })).data).toEqual([])
      },
      { timeout: DRAIN_LIMIT_MS, interval: 500 },
    )
    for (const [id, reference] of acknowledged)
      expect(await client.transactions.get(id)).toMatchObject({ id, reference, status: 'completed' })
    const events = await listener.verified(endpoint.secret)
    for (const id of acknowledged.keys()) {
      const types = events.filter((event) => event.data['id'] === id).map((event) => event.type)
      expect(types, id).toEqual(expect.arrayContaining(['transaction.created', 'transaction.completed']))
    }
    await server.stop()
    await provesItself(dataDir, [...acknowledged.values()])
    listener.server.close()
  },
)

/** Sends one deposit after the other until stopped; each is repeated under its Idempotency-Key until it is answered. */
async function sendDeposits(
  client: Countersign,
  acknowledged: Map<string, string>,
  stop: AbortSignal,
): Promise<void> {
  while (!stop.aborted) {
    const reference = randomUUID()
    for (;;) {
      try {
        const deposit = await client.transactions.create(
          { type: 'deposit', amount: '1.25', currency: 'USD', reference },
          { idempotencyKey: reference },
        )
        acknowledged.set(deposit.id, reference)
        break
      } catch {
        // The server is away or starting; the same key makes the repetition safe.
        await delay(50)
      }
    }
  }
}

/** What the database says once everything stands still: the ledger adds up, nothing is stuck or booked twice. */
async function provesItself(dataDir: string, references: readonly string[]): Promise<void> {
  const postgres = await startEmbeddedPostgres({ dataDir })
  const database = openDatabase(postgres.databaseUrl('countersign'))
  try {
    const proof = await reconcile(database.pool)
    expect(proof.discrepancies).toEqual([])
    expect(proof.entries).toBeGreaterThan(references.length)
    const count = async (sql: string) =>
      Number((await database.pool.query<{ count: string }>(sql)).rows[0]!.count)
    expect(await count('select count(*) from pending_deliveries')).toBe(0)
    expect(await count(`select count(*) from transactions where status in ('pending', 'processing')`)).toBe(0)
    expect(await count('select count(*) - count(distinct reference) as count from transactions')).toBe(0)
    expect(await count('select count(*) from transactions')).toBe(references.length)
    const { rows } = await database.pool.query<{ posted: string }>(
      `select a.posted from accounts a join transactions t on t.account_id = a.id limit 1`,
    )
    expect(BigInt(rows[0]!.posted)).toBe(BigInt(references.length) * AMOUNT_MINOR)
  } finally {
    await database.close()
    await postgres.stop()
  }
}

type Customer = {
  post(
    path: string,
    body: unknown,
  ): Promise<Record<string, string> & { secret_key: string; secret: string; public_key: string }>
}

async function signUp(url: string): Promise<Customer> {
  const headers = { origin: url, 'content-type': 'application/json' }
  const answer = await fetch(`${url}/auth/sign-up/email`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ name: 'Ada', email: 'ada@example.com', password: 'a long enough password' }),
  })
  expect(answer.status).toBe(200)
  const cookie = answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  return {
    async post(path, body) {
      const made = await fetch(`${url}${path}`, {
        method: 'POST',
        headers: { ...headers, cookie },
        body: JSON.stringify(body),
      })
      expect(made.status, path).toBe(201)
      return (await made.json()) as Awaited<ReturnType<Customer['post']>>
    },
  }
}

/** A customer's endpoint that keeps what arrives. */
async function listen(): Promise<{
  url: string
  server: Server
  verified(secret: string): Promise<WebhookEvent<Record<string, unknown>>[]>
}> {
  const received: { headers: Record<string, string>; body: string }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      received.push({ headers: request.headers as Record<string, string>, body })
      response.writeHead(204).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    server,
    verified: (secret) =>
      Promise.all(
        received.map(({ headers, body }) =>
          verifyWebhook<Record<string, unknown>>({ headers, body, secret, toleranceSeconds: 3600 }),
        ),
      ),
  }
}
