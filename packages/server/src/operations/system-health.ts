import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Database } from '../database/database.ts'
import { MANUAL_RAIL, manualRail } from '../rails/manual.ts'
import { findRailSettings } from '../rails/queries.ts'
import { railHealth } from '../rails/rail-health.ts'
import type { CurrencyType } from '../sessions/principal.ts'
import { DEAD_AFTER_MS, FORGOTTEN_AFTER_MS } from './heartbeat.ts'
import { listHeartbeats, readDatabase, readLedgerProof, readQueues, type Heartbeat } from './queries.ts'
import type { SystemHealth } from './schema.ts'

export type HealthDeps = {
  config: Pick<Config, 'databaseUrl' | 'smtpUrl'>
  database: Database
  clock: Clock
}

const CURRENCY_TYPES: readonly CurrencyType[] = ['fiat', 'crypto']
const LATE_SECONDS = 60
const LAG_MS = 250
const DISK_FREE_MIN = 0.1
const CONNECTIONS_MAX = 0.8
const FULL_PROOF_MAX_MS = 2 * 86_400_000
/** A server that ended badly is pointed at for so long; then it was replaced, or never meant to come back. */
const DEAD_TOLD_MS = 600_000

/** How everything is: read anew at each call, from what all servers tell and what the database holds. */
export async function systemHealth({ config, database, clock }: HealthDeps): Promise<SystemHealth> {
  const { pool } = database
  const now = clock.now()
  const startedAt = performance.now()
  await pool.query('select 1')
  const latencyMs = performance.now() - startedAt
  const facts = await readDatabase(pool)
  const queues = await readQueues(pool, new Date(now))
  const ledger = await readLedgerProof(pool)
  const heartbeats = await listHeartbeats(pool, new Date(now - FORGOTTEN_AFTER_MS))
  const rails: SystemHealth['rails'] = []
  for (const currencyType of CURRENCY_TYPES) {
    const { enabled } = await findRailSettings(pool, { rail: MANUAL_RAIL, currencyType })
    const health = await railHealth(manualRail(pool, currencyType))
    rails.push({ name: MANUAL_RAIL, currency_type: currencyType, enabled, ...health })
  }
  const found: Omit<SystemHealth, 'status' | 'attention'> = {
    checked_at: new Date(now).toISOString(),
    database: {
      latency_ms: Math.round(latencyMs * 10) / 10,
      version: facts.version,
      embedded: config.databaseUrl === null,
      size_bytes: facts.sizeBytes,
      connections: facts.connections,
      connections_max: facts.connectionsMax,
    },
    servers: heartbeats.map((one) => serverOnWire(one, now)),
    queues: {
      webhooks_waiting: queues.webhooksWaiting,
      webhooks_late_seconds: Math.round(queues.webhooksLateSeconds),
      endpoints_failing: queues.endpointsFailing,
      breakers_open: queues.breakersOpen,
      settlements_due: queues.settlementsDue,
      settle_late_seconds: Math.round(queues.settleLateSeconds),
      mail_waiting: queues.mailWaiting,
      mail_failed: queues.mailFailed,
      mail_held: queues.mailHeld,
    },
    rails,
    ledger: {
      open_discrepancies: ledger.openDiscrepancies,
      last_full_at: ledger.lastFullAt?.toISOString() ?? null,
      last_at: ledger.lastAt?.toISOString() ?? null,
    },
  }
  const attention = attentionOf(found, now)
  return { ...found, status: attention.length > 0 ? 'attention' : 'good', attention }
}

function serverOnWire(
  { id, host, pid, roles, facts, startedAt, seenAt }: Heartbeat,
  now: number,
): SystemHealth['servers'][number] {
  return {
    id,
    host,
    pid,
    roles,
    alive: now - seenAt.getTime() <= DEAD_AFTER_MS,
    started_at: startedAt.toISOString(),
    seen_at: seenAt.toISOString(),
    ...facts,
  }
}

/** What somebody should look at, most urgent first. */
export function attentionOf(found: Omit<SystemHealth, 'status' | 'attention'>, now: number): string[] {
  const { database, servers, queues, rails, ledger } = found
  const alive = servers.filter((server) => server.alive)
  const words: string[] = []
  if (ledger.open_discrepancies > 0)
    words.push(`The ledger does not add up: ${ledger.open_discrepancies} open discrepancies.`)
  if (!alive.some(({ roles }) => roles.includes('worker')))
    words.push('No worker is alive: nothing is settled, delivered, mailed or pruned.')
  for (const server of servers) {
    if (!server.alive && now - Date.parse(server.seen_at) < DEAD_TOLD_MS)
      words.push(`${server.host} (process ${server.pid}) has not been heard of since ${server.seen_at}.`)
    if (server.alive) words.push(...attentionOfServer(server))
  }
  if (queues.webhooks_late_seconds > LATE_SECONDS)
    words.push(`Webhooks are ${queues.webhooks_late_seconds} s late.`)
  if (queues.settle_late_seconds > LATE_SECONDS)
    words.push(`Transactions are asked about ${queues.settle_late_seconds} s late.`)
  if (queues.mail_failed > 0) words.push(`${queues.mail_failed} mails could not be sent.`)
  if (database.connections > database.connections_max * CONNECTIONS_MAX)
    words.push(`${database.connections} of ${database.connections_max} database connections are in use.`)
  for (const rail of rails)
    if (rail.enabled && !rail.healthy)
      words.push(`The ${rail.name} connection for ${rail.currency_type}: ${rail.detail}`)
  if (ledger.last_full_at !== null && now - Date.parse(ledger.last_full_at) > FULL_PROOF_MAX_MS)
    words.push(`The whole ledger was last proved at ${ledger.last_full_at}.`)
  return words
}

function attentionOfServer(server: SystemHealth['servers'][number]): string[] {
  const name = `${server.host} (process ${server.pid})`
  const words: string[] = []
  if (server.redis === false) words.push(`${name} cannot reach Redis: signed requests answer 503.`)
  else if (server.verifying === false) words.push(`${name} cannot accept signed requests now.`)
  if (server.log_rows && server.log_rows.lost > 0)
    words.push(`${name} has lost ${server.log_rows.lost} rows of the Transaction Logs since its start.`)
  if (server.disk && server.disk.free_bytes < server.disk.total_bytes * DISK_FREE_MIN)
    words.push(`${name}: less than a tenth of the disk with the data folder is free.`)
  if (server.event_loop_lag_ms > LAG_MS)
    words.push(`${name} answers late: its event loop lags ${server.event_loop_lag_ms} ms.`)
  if (server.database_pool.waiting > 0)
    words.push(`${name}: ${server.database_pool.waiting} requests wait for a database connection.`)
  for (const loop of server.loops)
    if (loop.failing_since !== null)
      words.push(
        `${name}: the loop ${loop.name} has failed ${loop.failures} times since ${loop.failing_since}.`,
      )
  return words
}
