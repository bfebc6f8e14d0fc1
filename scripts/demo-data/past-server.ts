import { setTimeout as delay } from 'node:timers/promises'
import { buildApp } from '../../packages/server/src/app.ts'
import { testClock } from '../../packages/server/src/clock.ts'
import type { Config } from '../../packages/server/src/config.ts'
import { openDatabase, type Database } from '../../packages/server/src/database/database.ts'
import { migrate } from '../../packages/server/src/database/migrate.ts'
import { openSealer } from '../../packages/server/src/database/open-sealer.ts'
import { assertMasterKeyFits } from '../../packages/server/src/database/seal-check.ts'
import { startDatabase } from '../../packages/server/src/database/start-database.ts'
import { createLoops } from '../../packages/server/src/loops.ts'
import { createLog } from '../../packages/server/src/log.ts'
import { createServices, webhookGuard, type Foundation } from '../../packages/server/src/services.ts'
import { setupLink } from '../../packages/server/src/sessions/setup.ts'
import { createSigningKeys } from '../../packages/server/src/signing-keys/signing-keys.ts'
import { startDeliverer } from '../../packages/server/src/webhooks/deliver.ts'
import { signRequest } from '../../packages/sdk/src/request-signature.ts'

export type Caller = { ip: string; userAgent: string }
export type Answer = { status: number; headers: Record<string, unknown>; body: Record<string, unknown> }
export type SignedCall = {
  key: { publicKey: string; secretKey: string }
  caller: Caller
  method: string
  path: string
  body?: unknown
  idempotencyKey?: string
}

/**
 * The server as it runs, in this process and on a clock of its own: a month is lived through in a minute, and every
 * row of it was written by the product itself. It listens nowhere, so nobody else can call it meanwhile.
 */
export type PastServer = {
  database: Database
  now(): number
  /** Lets time pass: what is due by then is settled, expires, and is sent. */
  advanceTo(timeMs: number): Promise<void>
  /** As the dashboard sends: with a session, from the server's own origin. */
  asMember(cookie: string | null, method: string, path: string, body?: unknown): Promise<Answer>
  signed(call: SignedCall): Promise<Answer>
  /** The link of the first account, on a database that has no operator yet. */
  setupToken(): Promise<string | null>
  close(): Promise<void>
}

const DAY_MS = 86_400_000
/** With what the person of the story works. */
const BROWSER = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:143.0) Gecko/20100101 Firefox/143.0'
const SETTLE_AFTER_MS = 2_000
const DELIVERY_WAIT_MS = 20_000

/** @throws StartUpError when a server runs on the same data */
export async function openPastServer(config: Config, startMs: number): Promise<PastServer> {
  const log = createLog('silent')
  const postgres = await startDatabase({ config, log })
  const sealer = await openSealer(config, postgres.url)
  await migrate(postgres.url)
  const database = openDatabase(postgres.url)
  await assertMasterKeyFits(database.pool, sealer)
  const clock = testClock(startMs)
  const foundation: Foundation = {
    config,
    log,
    database,
    databaseUrl: postgres.url,
    sealer,
    clock,
    wait: async () => {},
    // What this process signs it sends once, to itself; and the floor of real starts lies after this month.
    nonces: {
      claim: () => true,
      isOpen: () => true,
      reopen: async () => {},
      close: async () => {},
      bytes: null,
    },
  }
  const loops = createLoops(foundation)
  const runLoop = async (name: string): Promise<void> => {
    const loop = loops.find((one) => one.name === name)!
    while ((await loop.run(new AbortController().signal)) === 'more');
  }
  await runLoop('prune')
  const services = await createServices(foundation)
  const app = await buildApp({ ...services, dashboardDir: null })
  await app.ready()
  const signingKeys = createSigningKeys(foundation)
  const deliverer = await startDeliverer({
    ...foundation,
    databaseUrl: postgres.url,
    platformSigner: () => signingKeys.signer('webhooks'),
    guard: webhookGuard(config),
    retrySchedule: config.webhookRetrySchedule,
  })
  const { host, origin } = new URL(config.publicUrl)

  /** Nothing may still be under way when the clock jumps: its lease would end in the middle. */
  async function delivered(): Promise<void> {
    const deadline = performance.now() + DELIVERY_WAIT_MS
    while (performance.now() < deadline) {
      const { rows } = await database.pool.query<{ busy: boolean }>(
        `select exists (select from pending_deliveries p join webhook_endpoints e on e.id = p.endpoint_id
           left join webhook_endpoint_health h on h.endpoint_id = p.endpoint_id
           where p.lease_id is not null
              or (p.next_at <= $1 and e.enabled and (h.breaker_open_until is null or h.breaker_open_until <= $1))) as busy`,
        [new Date(clock.now())],
      )
      if (!rows[0]?.busy) return
      deliverer.wake()
      await delay(3)
    }
  }

  async function inject(
    request: { method: string; path: string; headers: Record<string, string>; payload?: string },
    remoteAddress: string,
  ): Promise<Answer> {
    const { method, path, headers, payload } = request
    const answer = await app.inject({
      method: method as 'GET',
      url: path,
      headers: { host, ...headers },
      remoteAddress,
      ...(payload === undefined ? {} : { payload }),
    })
    const body = (answer.body.startsWith('{') ? JSON.parse(answer.body) : {}) as Record<string, unknown>
    return { status: answer.statusCode, headers: answer.headers, body }
  }

  let pruned = Math.floor(startMs / DAY_MS)
  return {
    database,
    now: () => clock.now(),
    async advanceTo(timeMs) {
      await delivered()
      clock.advance(Math.max(0, Math.min(SETTLE_AFTER_MS, timeMs - clock.now())))
      await runLoop('settle')
      await delivered()
      clock.advance(Math.max(0, timeMs - clock.now()))
      const today = Math.floor(clock.now() / DAY_MS)
      if (today === pruned) return
      pruned = today
      for (const loop of loops) await runLoop(loop.name)
    },
    asMember: (cookie, method, path, body) =>
      inject(
        {
          method,
          path,
          headers: {
            origin,
            'user-agent': BROWSER,
            ...(cookie ? { cookie } : {}),
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
        },
        '127.0.0.1',
      ),
    async signed({ key, caller, method, path, body, idempotencyKey }) {
      clock.advance(1 + Math.floor(performance.now() % 700))
      const payload = body === undefined ? undefined : JSON.stringify(body)
      const headers: Record<string, string> = {
        'user-agent': caller.userAgent,
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      }
      const signature = await signRequest({
        method,
        url: new URL(path, config.publicUrl),
        headers,
        body: payload ?? null,
        ...key,
        created: Math.floor(clock.now() / 1000),
      })
      const request = { method, path, headers: { ...headers, ...signature } }
      return inject({ ...request, ...(payload === undefined ? {} : { payload }) }, caller.ip)
    },
    async setupToken() {
      const link = await setupLink(foundation)
      return link && new URL(link).searchParams.get('token')
    },
    async close() {
      await delivered()
      await app.close()
      await services.close()
      await deliverer.stop()
      await database.close()
      await postgres.stop()
    },
  }
}
