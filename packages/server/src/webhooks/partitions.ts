import { setTimeout as delay } from 'node:timers/promises'
import type { Database, Executor } from '../database/database.ts'
import { idFloor, idTime } from '../ids.ts'
import { deleteExpiredSecrets } from './queries.ts'

/** Partitioned alike, by the event's id; with the column that holds it. */
const TABLES = [
  ['events', 'id'],
  ['finished_deliveries', 'event_id'],
  ['delivery_attempts', 'event_id'],
] as const
const DAY_MS = 86_400_000
/** Partitions exist this long before they begin. */
const DAYS_AHEAD = 2
// Few and wide: planning a list over 33 daily partitions took longer than running it (docs/decisions/0011).
const PARTITIONS_KEPT = 6
const PARTITION_DAYS_MAX = 7
// Changing partitions shuts readers and writers out for a moment. Behind a long read it would make every writer
// wait, so it gives up instead and tries again, and after some tries so does the next round.
const LOCK_TIMEOUT_MS = 500
/** How long it holds the first table while the others are in use. */
const LOCK_REST_MS = 250
const LOCK_REST_PAUSE_MS = 5
const LOCK_TRIES_MAX = 5
const LOCK_TRY_PAUSE_MS = 200
const LOCK_NOT_AVAILABLE = '55P03'
// "webhook partitions": one server at a time makes or drops them.
const LOCK_KEY = 7_165_210_408

// Named for the day they begin at: `events_before` (from minvalue), `events_20251123`, …, `events_after` (to
// maxvalue). Each ends where the next begins, so that every id has its place, whatever a clock says.

/**
 * The worker's round: splits the coming days off, drops partitions that ended more than `retentionDays` days ago,
 * and destroys secrets whose overlap is over. What still waits keeps its partition until it is done.
 * @returns the partitions of `events` that were dropped
 */
export async function pruneWebhooks(
  database: Database,
  { nowMs, retentionDays }: { nowMs: number; retentionDays: number },
): Promise<string[]> {
  await deleteExpiredSecrets(database.pool, new Date(nowMs))
  await splitComingDays(database, { nowMs, retentionDays })
  return dropOldDays(database, dayOf(nowMs) - retentionDays * DAY_MS)
}

/** Makes the partitions of today and the next days. What lies in the last partition already stays there. */
export async function splitComingDays(
  database: Database,
  { nowMs, retentionDays }: { nowMs: number; retentionDays: number },
): Promise<void> {
  const today = dayOf(nowMs)
  const lastNeeded = today + DAYS_AHEAD * DAY_MS
  if ((await tailStart(database.pool)) > lastNeeded) return
  const widthMs =
    Math.max(1, Math.min(PARTITION_DAYS_MAX, Math.floor(retentionDays / PARTITIONS_KEPT))) * DAY_MS
  await withTablesLocked(database, async (client) => {
    const start = await tailStart(client)
    if (start > lastNeeded) return
    const latest = await latestInTail(client)
    // Rows in the tail keep their partition, which then ends after the newest of them.
    const firstNew = latest === null ? Math.max(today, start) : Math.max(today, dayOf(latest)) + DAY_MS
    const starts: number[] = []
    for (let day = firstNew; day <= Math.max(firstNew, lastNeeded); day += widthMs) starts.push(day)
    const end = starts.at(-1)! + widthMs
    for (const [table] of TABLES)
      await splitTail(client, table, { start, starts, end, keep: latest !== null })
  })
}

type Split = { start: number; starts: readonly number[]; end: number; keep: boolean }

async function splitTail(
  client: Executor,
  table: string,
  { start, starts, end, keep }: Split,
): Promise<void> {
  const [firstNew = end] = starts
  const tail = `${table}_after`
  const name = start === -Infinity ? `${table}_before` : partitionName(table, start)
  if (keep) {
    await client.query(`alter table ${table} detach partition ${tail}`)
    await client.query(`alter table ${tail} rename to ${name}`)
    await client.query(`alter table ${table} attach partition ${name} ${bounds(start, firstNew)}`)
  } else {
    await client.query(`drop table ${tail}`)
    if (start < firstNew) await addPartition(client, table, name, start, firstNew)
  }
  for (const [index, day] of starts.entries())
    await addPartition(client, table, partitionName(table, day), day, starts[index + 1] ?? end)
  await addPartition(client, table, tail, end, Infinity)
}

/** Drops the days before `firstKept` together, as far as nothing of them waits. */
async function dropOldDays(database: Database, firstKept: number): Promise<string[]> {
  const waitingSince = await oldestWaiting(database.pool)
  const bound = waitingSince === null ? firstKept : Math.min(firstKept, dayOf(waitingSince))
  const days = await listDays(database.pool)
  // A partition ends where the next begins; the newest one is never old.
  const old = days.slice(0, -1).filter((_, index) => days[index + 1]! <= bound)
  const newFirst = days[old.length]
  if (newFirst === undefined || newFirst > bound) return []
  const isBeforeUsed = (await database.pool.query('select from events_before limit 1')).rowCount === 1
  if (old.length === 0 && !isBeforeUsed) return []
  await withTablesLocked(database, async (client) => {
    for (const [table] of TABLES) {
      await client.query(`drop table if exists ${table}_before`)
      for (const day of old) await client.query(`drop table ${partitionName(table, day)}`)
      await addPartition(client, table, `${table}_before`, -Infinity, newFirst)
    }
  })
  return [...(isBeforeUsed ? ['events_before'] : []), ...old.map((day) => partitionName('events', day))]
}

async function addPartition(
  client: Executor,
  table: string,
  name: string,
  from: number,
  to: number,
): Promise<void> {
  await client.query(`create table ${name} partition of ${table} ${bounds(from, to)}`)
}

function bounds(from: number, to: number): string {
  const bound = (ms: number) =>
    Number.isFinite(ms) ? `'${idFloor('evt', ms)}'` : ms < 0 ? 'minvalue' : 'maxvalue'
  return `for values from (${bound(from)}) to (${bound(to)})`
}

/** Where the last partition begins, in milliseconds since the epoch; -Infinity while it is the only one. */
async function tailStart(executor: Executor): Promise<number> {
  const { rows } = await executor.query<{ bound: string }>(
    "select pg_get_expr(relpartbound, oid) as bound from pg_class where oid = 'events_after'::regclass",
  )
  const from = /FROM \('([^']+)'\)/.exec(rows[0]?.bound ?? '')?.[1]
  return from === undefined ? -Infinity : idTime(from)
}

async function latestInTail(client: Executor): Promise<number | null> {
  const parts = TABLES.map(([table, column]) => `select max(${column}) as id from ${table}_after`)
  const { rows } = await client.query<{ id: string | null }>(
    `select max(id collate "C") as id from (${parts.join(' union all ')}) newest`,
  )
  return rows[0]?.id ? idTime(rows[0].id) : null
}

async function oldestWaiting(executor: Executor): Promise<number | null> {
  const { rows } = await executor.query<{ id: string | null }>(
    'select min(event_id) as id from pending_deliveries',
  )
  return rows[0]?.id ? idTime(rows[0].id) : null
}

/** The days at which partitions begin, oldest first. */
async function listDays(executor: Executor): Promise<number[]> {
  const { rows } = await executor.query<{ day: string }>(
    `select substring(relname from '_(\\d{8})$') as day
     from pg_inherits join pg_class child on child.oid = inhrelid
     where inhparent = 'events'::regclass and relname ~ '_\\d{8}$' order by relname`,
  )
  return rows.map(({ day }) =>
    Date.UTC(Number(day.slice(0, 4)), Number(day.slice(4, 6)) - 1, Number(day.slice(6))),
  )
}

/** Runs work in a transaction that has the three tables for itself. @throws when they were in use for too long */
async function withTablesLocked(
  database: Database,
  work: (client: Executor) => Promise<void>,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await database.transaction(async (client) => {
        await lockTables(client)
        await work(client)
      })
    } catch (err) {
      if (tries === LOCK_TRIES_MAX || !isNotAvailable(err)) throw err
      await delay(LOCK_TRY_PAUSE_MS)
    }
  }
}

/**
 * Publishers, deliverers and readers lock these tables in orders of their own. So that there can be no circle, it
 * waits for the first one alone, holding none, and takes the others only when they are free: a deadlock that ends
 * somebody's statement is impossible, whoever has waited for how long.
 */
async function lockTables(client: Executor): Promise<void> {
  await client.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`)
  await client.query('select pg_advisory_xact_lock($1)', [LOCK_KEY])
  const [first, ...others] = TABLES.map(([table]) => `only ${table}`)
  await client.query(`lock table ${first} in access exclusive mode`)
  await client.query('savepoint others')
  for (const end = performance.now() + LOCK_REST_MS; ;) {
    try {
      await client.query(`lock table ${others.join(', ')} in access exclusive mode nowait`)
      return
    } catch (err) {
      if (!isNotAvailable(err) || performance.now() > end) throw err
      await client.query('rollback to savepoint others')
      await delay(LOCK_REST_PAUSE_MS)
    }
  }
}

function isNotAvailable(err: unknown): boolean {
  return (err as { code?: string }).code === LOCK_NOT_AVAILABLE
}

function partitionName(table: string, day: number): string {
  return `${table}_${new Date(day).toISOString().slice(0, 10).replaceAll('-', '')}`
}

function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS
}
