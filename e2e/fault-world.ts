import { randomUUID } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, vi } from 'vitest'
import { Countersign, ProblemError, verifyWebhook, type WebhookEvent } from '../packages/sdk/src/index.ts'
import type { Database } from '../packages/server/src/database/database.ts'
import { reconcile } from '../packages/server/src/ledger/reconcile.ts'
import { usageOfCounts, usageOfLogs } from '../packages/server/src/usage/test-usage.ts'
import { signUpPerson } from '../scripts/tour/person.ts'

/** Short, so that what a kill interrupted is tried again within the test. */
export const RETRY_SCHEDULE = '0,1,1,2,2,5,5,5,5,5'
export const AMOUNT_MINOR = 125n

export type Delivered = WebhookEvent<Record<string, unknown>> & { sequence: number }

/**
 * A customer's endpoint that keeps what arrives and, if asked to, answers like a bad day.
 * @param failures the share of answers that are a 503 or a cut connection
 */
export async function listen({ failures = 0, delayMs = 0 } = {}) {
  const received: { headers: Record<string, string>; body: string }[] = []
  const underWay = new Map<string, number>()
  let mostAtOnce = 0
  const server = createServer((request, response) => {
    const id = String(request.headers['webhook-id'])
    underWay.set(id, (underWay.get(id) ?? 0) + 1)
    mostAtOnce = Math.max(mostAtOnce, underWay.get(id)!)
    response.once('close', () => underWay.set(id, underWay.get(id)! - 1))
    let body = ''
    request.setEncoding('utf8').on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      received.push({ headers: request.headers as Record<string, string>, body })
      setTimeout(() => answer(response, failures), delayMs)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    /** How many requests of one webhook were ever open at the same time. */
    mostAtOnce: () => mostAtOnce,
    verified: (secret: string): Promise<Delivered[]> =>
      Promise.all(
        received.map(
          ({ headers, body }) =>
            verifyWebhook<Record<string, unknown>>({
              headers,
              body,
              secret,
              toleranceSeconds: 3600,
            }) as Promise<Delivered>,
        ),
      ),
    close: () => server.close(),
  }
}
export type FaultListener = Awaited<ReturnType<typeof listen>>

function answer(response: ServerResponse, failures: number): void {
  const luck = Math.random()
  if (luck < failures * 0.3) response.destroy()
  else response.writeHead(luck < failures ? 503 : 204).end()
}

/** Somebody with a key, an endpoint as fast as it goes, and others with settings of their own. */
export async function openCustomer(url: string, endpoints: { url: string; ordering?: 'none' | 'object' }[]) {
  const person = await signUpPerson(url)
  const secrets: string[] = []
  for (const endpoint of endpoints) {
    const made = await person.call<{ secret: string }>('POST', '/v1/webhook-endpoints', {
      ...endpoint,
      event_types: ['*'],
    })
    secrets.push(made.secret)
  }
  const key = await person.createKey({
    mode: 'test',
    currency_type: 'fiat',
    scopes: ['transactions:read', 'transactions:write', 'balances:read', 'webhook-logs:read'],
  })
  const client = new Countersign({
    baseUrl: url,
    publicKey: key.public_key,
    secretKey: key.secret_key,
    retriesMax: 0,
  })
  return { client, secrets }
}

/** Sends one deposit after the other until stopped; each is repeated under its Idempotency-Key until it is answered. */
export async function sendDeposits(
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

/** What customers see: every acknowledged deposit completed, and each of its events arrived. */
export async function customersSeeAll(
  client: Countersign,
  acknowledged: ReadonlyMap<string, string>,
  events: readonly Delivered[],
): Promise<void> {
  const typesOf = new Map<string, Set<string>>()
  for (const event of events) {
    const id = String(event.data['id'])
    typesOf.set(id, (typesOf.get(id) ?? new Set()).add(event.type))
  }
  for (const [id, reference] of acknowledged) {
    expect(await patiently(() => client.transactions.get(id))).toMatchObject({
      id,
      reference,
      status: 'completed',
    })
    expect([...(typesOf.get(id) ?? [])], id).toEqual(
      expect.arrayContaining(['transaction.created', 'transaction.completed']),
    )
  }
}

/** A hundred kills leave more to ask about than a key may ask in a minute. */
async function patiently<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (const end = performance.now() + 90_000; ; await delay(1_000)) {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof ProblemError && error.status === 429) || performance.now() > end) throw error
    }
  }
}

/** The order in which the events of each object first came is that of their sequence. */
export function arrivedInOrder(events: readonly Delivered[]): void {
  const seen = new Map<string, number>()
  const ids = new Set<string>()
  for (const event of events) {
    if (ids.has(event.id)) continue
    ids.add(event.id)
    const object = String(
      event.data['account_id'] && event.type === 'balance.updated'
        ? event.data['account_id']
        : event.data['id'],
    )
    expect(event.sequence, `${object} ${event.type}`).toBe((seen.get(object) ?? 0) + 1)
    seen.set(object, event.sequence)
  }
}

/**
 * What the database says once everything stands still: the ledger adds up, nothing is stuck or booked twice, and
 * every event has one end at every endpoint.
 */
export async function provesItself(
  { pool }: Database,
  { references, endpoints }: { references: readonly string[]; endpoints: number },
): Promise<void> {
  const proof = await reconcile(pool)
  expect(proof.discrepancies).toEqual([])
  expect(proof.entries).toBeGreaterThan(references.length)
  const count = async (sql: string) => Number((await pool.query<{ count: string }>(sql)).rows[0]!.count)
  expect(await count('select count(*) from pending_deliveries')).toBe(0)
  expect(await count(`select count(*) from transactions where status in ('pending', 'processing')`)).toBe(0)
  expect(await count('select count(*) - count(distinct reference) as count from transactions')).toBe(0)
  expect(await count('select count(*) from transactions')).toBe(references.length)
  const created = (await count('select count(*) from events where skip_reason is null')) * endpoints
  const ended = await pool.query<{ status: string; count: number }>(
    'select status, count(*)::int as count from finished_deliveries group by status',
  )
  expect(ended.rows).toEqual([{ status: 'delivered', count: created }])
  // What is counted over time is what the logs hold; a read's row may still be on its way.
  await vi.waitFor(async () => expect(await usageOfCounts(pool)).toEqual(await usageOfLogs(pool)), 10_000)
  // Every delivered one has an attempt with a 2xx on record.
  expect(
    await count(`select count(*) from finished_deliveries f where status = 'delivered' and not exists (
      select from delivery_attempts a where a.event_id = f.event_id and a.endpoint_id = f.endpoint_id and a.error is null)`),
  ).toBe(0)
  const { rows } = await pool.query<{ posted: string }>(
    `select a.posted from accounts a join transactions t on t.account_id = a.id limit 1`,
  )
  expect(BigInt(rows[0]!.posted)).toBe(BigInt(references.length) * AMOUNT_MINOR)
}
