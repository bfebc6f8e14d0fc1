import type { Executor } from '../database/database.ts'

// Counting a backlog of millions must not become a load of its own.
const COUNTED_MAX = 100_000

export type Queues = {
  /** Deliveries that wait or are under way, counted up to 100 000. */
  webhooksWaiting: number
  /** Seconds since the oldest delivery could have gone out: what breakers hold back does not count. */
  webhooksLateSeconds: number
  breakersOpen: number
  breakersHalfOpen: number
  endpointsFailing: number
  settlementsDue: number
  /** Seconds since the oldest transaction should have been asked about. */
  settleLateSeconds: number
  mailWaiting: number
  mailFailed: number
  mailHeld: number
}

/** What waits in the database, each read from an index. */
export async function readQueues(executor: Executor, now: Date): Promise<Queues> {
  const { rows } = await executor.query<Queues>(QUEUES, [now, COUNTED_MAX])
  return rows[0]!
}

const QUEUES = `
with recursive waiting as (
  (select endpoint_id from pending_deliveries order by endpoint_id limit 1)
  union all
  select (select p.endpoint_id from pending_deliveries p where p.endpoint_id > w.endpoint_id order by p.endpoint_id limit 1)
  from waiting w where w.endpoint_id is not null
), heads as (
  select p.next_at
  from waiting w join webhook_endpoints e on e.id = w.endpoint_id and e.listener_seen_at is null
    join webhook_endpoint_health h on h.endpoint_id = w.endpoint_id
      and (h.breaker_open_until is null or h.breaker_open_until <= $1)
    cross join lateral (
      select greatest(next_at, leased_until) as next_at from pending_deliveries where endpoint_id = w.endpoint_id
      order by next_at limit 1
    ) p
)
select
  (select count(*)::int from (select from pending_deliveries limit $2) counted) as "webhooksWaiting",
  (select greatest(0, coalesce(extract(epoch from $1 - min(next_at)), 0))::float8 from heads) as "webhooksLateSeconds",
  (select count(*)::int from webhook_endpoint_health where breaker_open_until > $1) as "breakersOpen",
  (select count(*)::int from webhook_endpoint_health where breaker_open_until <= $1) as "breakersHalfOpen",
  (select count(*)::int from webhook_endpoint_health where failing_since is not null) as "endpointsFailing",
  (select count(*)::int from (select from rail_tasks where due_at <= $1 limit $2) counted) as "settlementsDue",
  (select greatest(0, coalesce(extract(epoch from $1 - min(due_at)), 0))::float8 from rail_tasks) as "settleLateSeconds",
  (select count(*)::int from outgoing_mail where status = 'pending') as "mailWaiting",
  (select count(*)::int from outgoing_mail where status = 'failed') as "mailFailed",
  (select count(*)::int from outgoing_mail where status = 'held') as "mailHeld"`

export type DatabaseFacts = {
  version: string
  sizeBytes: number
  connections: number
  connectionsMax: number
  /** Rows ever written, by the statistics of PostgreSQL: they begin anew when those are reset. */
  entriesWritten: number
  transactionsWritten: number
}

export async function readDatabase(executor: Executor): Promise<DatabaseFacts> {
  const { rows } = await executor.query<DatabaseFacts>(
    `select current_setting('server_version') as version, pg_database_size(current_database())::float8 as "sizeBytes",
       (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as connections,
       current_setting('max_connections')::int as "connectionsMax",
       coalesce((select n_tup_ins from pg_stat_user_tables where relid = 'entries'::regclass), 0)::float8 as "entriesWritten",
       coalesce((select n_tup_ins from pg_stat_user_tables where relid = 'transactions'::regclass), 0)::float8
         as "transactionsWritten"`,
  )
  return rows[0]!
}

export type LedgerProof = {
  openDiscrepancies: number
  lastFullAt: Date | null
  /** How long after its beginning the next full one begins. */
  fullEverySeconds: number | null
  lastAt: Date | null
}

export async function readLedgerProof(executor: Executor): Promise<LedgerProof> {
  const { rows } = await executor.query<LedgerProof>(
    `select (select count(*)::int from ledger_discrepancies where resolved_at is null) as "openDiscrepancies",
       max(finished_at) filter (where kind = 'full') as "lastFullAt", max(finished_at) as "lastAt",
       (select extract(epoch from full_reconciliation_every(finished_at - started_at))::float8 from ledger_reconciliations
        where kind = 'full' and status = 'completed' order by finished_at desc limit 1) as "fullEverySeconds"
     from ledger_reconciliations where status = 'completed'`,
  )
  return rows[0]!
}

/** How a loop of the worker does. */
export type LoopState = {
  name: string
  last_run_at: string | null
  /** Failed rounds in a row. */
  failures: number
  failing_since: string | null
}
/** What a process tells of itself. */
export type ServerFacts = {
  memory_bytes: number
  event_loop_lag_ms: number
  database_pool: { total: number; idle: number; waiting: number }
  log_rows: { waiting: number; lost: number } | null
  redis: boolean | null
  verifying: boolean | null
  disk: { free_bytes: number; total_bytes: number } | null
  loops: LoopState[]
}
export type Heartbeat = {
  id: string
  host: string
  pid: number
  roles: string[]
  facts: ServerFacts
  startedAt: Date
  seenAt: Date
}

export async function saveHeartbeat(
  executor: Executor,
  { id, host, pid, roles, facts, startedAt, seenAt }: Heartbeat,
): Promise<void> {
  await executor.query(
    `insert into server_heartbeats (id, host, pid, roles, facts, started_at, seen_at) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (id) do update set facts = excluded.facts, seen_at = excluded.seen_at`,
    [id, host, pid, roles, facts, startedAt, seenAt],
  )
}

export async function deleteHeartbeat(executor: Executor, id: string): Promise<void> {
  await executor.query('delete from server_heartbeats where id = $1', [id])
}

export async function listHeartbeats(executor: Executor, seenAfter: Date): Promise<Heartbeat[]> {
  const { rows } = await executor.query<Heartbeat>(
    `select id, host, pid, roles, facts, started_at as "startedAt", seen_at as "seenAt"
     from server_heartbeats where seen_at > $1 order by started_at, id limit 100`,
    [seenAfter],
  )
  return rows
}

export async function deleteHeartbeatsBefore(executor: Executor, seenBefore: Date): Promise<void> {
  await executor.query('delete from server_heartbeats where seen_at < $1', [seenBefore])
}
