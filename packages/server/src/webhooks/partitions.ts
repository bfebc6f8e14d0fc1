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
/** Partitions exist this long before their day begins. */
const DAYS_AHEAD = 2
// Changing partitions shuts readers and writers out for a moment. Behind a long read it would make every writer
// wait, so it gives up instead and the next round tries again.
const LOCK_TIMEOUT_MS = 2_000
// "webhook partitions": one server at a time makes or drops them.
const LOCK_KEY = 7_165_210_408

// Named for the day they begin at: `events_before` (from minvalue), `events_20251123`, …, `events_after` (to
// maxvalue). Each ends where the next begins, so that every id has its place, whatever a clock says.

/**
 * The worker's round: splits the coming days off, drops what ended more than `retentionDays` days ago, and
 * destroys secrets whose overlap is over. A day with deliveries that still wait is kept until they are done.
 * @returns the days that were dropped, in milliseconds since the epoch
 */
export async function pruneWebhooks(
  database: Database,
  { nowMs, retentionDays }: { nowMs: number; retentionDays: number },
): Promise<number[]> {
  await deleteExpiredSecrets(database.pool, new Date(nowMs))
  await splitComingDays(database, nowMs)
  return dropOldDays(database, dayOf(nowMs) - retentionDays * DAY_MS)
}

/** Makes the partitions of today and the next two days. What lies in the last partition already stays there. */
export async function splitComingDays(database: Database, nowMs: number): Promise<void> {
  const today = dayOf(nowMs)
  const lastNeeded = today + DAYS_AHEAD * DAY_MS
  const last = (await listDays(database.pool)).at(-1)
  if (last !== undefined && last >= lastNeeded) return
  await database.transaction(async (client) => {
    await lockPartitions(client)
    const days = await listDays(client)
    const tailStart = days.at(-1) === undefined ? null : days.at(-1)! + DAY_MS
    if (tailStart !== null && tailStart > lastNeeded) return

    const latest = await latestInTail(client)
    // Rows in the tail keep their partition, which then ends after the newest of them.
    const firstNew =
      latest === null ? Math.max(today, tailStart ?? today) : Math.max(today, dayOf(latest)) + DAY_MS
    for (const [table] of TABLES) {
      const tail = `${table}_after`
      const name = tailStart === null ? `${table}_before` : partitionName(table, tailStart)
      if (latest === null) {
        await client.query(`drop table ${tail}`)
        if (tailStart === null || tailStart < firstNew)
          await addPartition(client, table, name, tailStart, firstNew)
      } else {
        await client.query(`alter table ${table} detach partition ${tail}`)
        await client.query(`alter table ${tail} rename to ${name}`)
        await client.query(`alter table ${table} attach partition ${name} ${bounds(tailStart, firstNew)}`)
      }
      const lastNew = Math.max(firstNew, lastNeeded)
      for (let day = firstNew; day <= lastNew; day += DAY_MS)
        await addPartition(client, table, partitionName(table, day), day, day + DAY_MS)
      await addPartition(client, table, tail, lastNew + DAY_MS, null)
    }
  })
}

/** Drops the days before `firstKept` together, as far as nothing of them waits. */
async function dropOldDays(database: Database, firstKept: number): Promise<number[]> {
  const waitingSince = await oldestWaiting(database.pool)
  const bound = waitingSince === null ? firstKept : Math.min(firstKept, dayOf(waitingSince))
  const days = await listDays(database.pool)
  // A partition ends where the next begins; the newest one is never old.
  const old = days.slice(0, -1).filter((_, index) => days[index + 1]! <= bound)
  if (old.length === 0) return []
  const newFirst = days[old.length]!
  await database.transaction(async (client) => {
    await lockPartitions(client)
    for (const [table] of TABLES) {
      await client.query(`drop table if exists ${table}_before`)
      for (const day of old) await client.query(`drop table ${partitionName(table, day)}`)
      await addPartition(client, table, `${table}_before`, null, newFirst)
    }
  })
  return old
}

async function addPartition(
  client: Executor,
  table: string,
  name: string,
  from: number | null,
  to: number | null,
): Promise<void> {
  await client.query(`create table ${name} partition of ${table} ${bounds(from, to)}`)
}

function bounds(from: number | null, to: number | null): string {
  const bound = (ms: number | null, open: string) => (ms === null ? open : `'${idFloor('evt', ms)}'`)
  return `for values from (${bound(from, 'minvalue')}) to (${bound(to, 'maxvalue')})`
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

async function lockPartitions(client: Executor): Promise<void> {
  await client.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`)
  await client.query('select pg_advisory_xact_lock($1)', [LOCK_KEY])
}

function partitionName(table: string, day: number): string {
  return `${table}_${new Date(day).toISOString().slice(0, 10).replaceAll('-', '')}`
}

function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS
}
