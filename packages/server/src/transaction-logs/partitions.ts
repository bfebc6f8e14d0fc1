import type { Database, Executor } from '../database/database.ts'
import { dayName, dayOf, uuidFloor } from './request-id.ts'

const TABLES = ['transaction_logs', 'transaction_log_payloads'] as const
const DAY_MS = 86_400_000
/** Partitions exist this long before their day begins, so that midnight waits for nobody. */
const DAYS_AHEAD = 2
// Dropping locks the whole table for a moment. Behind a long read it would make every writer wait, so it
// gives up instead and the next round tries again.
const LOCK_TIMEOUT_MS = 2_000
const PARTITION_NAME = /_(\d{4})(\d{2})(\d{2})$/
// "transaction log partitions": one server at a time makes or drops them.
const LOCK_KEY = 7_165_210_404

/** Makes the partitions of some days where they are missing. Several servers may ask at once. */
export async function ensurePartitions(database: Database, days: readonly number[]): Promise<void> {
  await database.transaction(async (client) => {
    await lockPartitions(client)
    const existing = new Set(await partitionNames(client))
    for (const day of days)
      for (const table of TABLES) {
        const name = partitionName(table, day)
        if (existing.has(name)) continue
        // Made apart and then attached: `partition of` would shut out readers and writers, this does not.
        await client.query(`create table ${name} (like ${table} including all)`)
        await client.query(
          `alter table ${table} attach partition ${name}
             for values from ('${uuidFloor(day)}') to ('${uuidFloor(day + DAY_MS)}')`,
        )
      }
  })
}

/** Makes today's partitions and those of the next two days: call it at every start and daily. */
export function ensureUpcomingPartitions(database: Database, nowMs: number): Promise<void> {
  const today = dayOf(nowMs)
  return ensurePartitions(
    database,
    Array.from({ length: DAYS_AHEAD + 1 }, (_, index) => today + index * DAY_MS),
  )
}

/**
 * The worker's daily round: partitions ahead of time, then drops every day that ended more than
 * `retentionDays` days ago, and the series that have no rows left.
 *
 * @returns the names of the partitions that were dropped
 */
export async function pruneTransactionLogs(
  database: Database,
  { nowMs, retentionDays }: { nowMs: number; retentionDays: number },
): Promise<string[]> {
  await ensureUpcomingPartitions(database, nowMs)
  await settleGrams(database, dayOf(nowMs) - DAY_MS)
  const firstKept = dayOf(nowMs) - retentionDays * DAY_MS
  const dropped: string[] = []
  const old = (await partitionNames(database.pool)).filter((name) => partitionDay(name) < firstKept)
  for (const name of old) {
    // One transaction for each, so that a lock that times out costs this round one partition only.
    await database.transaction(async (client) => {
      await lockPartitions(client)
      await client.query(`drop table if exists ${name}`)
    })
    dropped.push(name)
  }
  await database.pool.query('delete from transaction_log_series where last_day < $1', [dayName(firstKept)])
  return dropped
}

/**
 * Puts the grams that a day still had on its index's waiting list into their place: every search reads that list
 * from end to end (3 ms a day), and after its last row nobody else would empty it soon.
 */
async function settleGrams({ pool }: Database, day: number): Promise<void> {
  await pool.query(
    `select gin_clean_pending_list(indexrelid)
       from pg_index join pg_class on pg_class.oid = indexrelid
      where indrelid = to_regclass($1) and relam = (select oid from pg_am where amname = 'gin')`,
    [partitionName('transaction_logs', day)],
  )
}

/** The days that have a partition, oldest first. */
export async function daysOf(executor: Executor): Promise<number[]> {
  const names = await partitionNames(executor, ['transaction_logs'])
  return names.map(partitionDay).filter((day) => day !== Infinity)
}

/** The name of the partition that holds a day's rows. */
export function partitionName(table: (typeof TABLES)[number], dayMs: number): string {
  return `${table}_${dayName(dayMs).replaceAll('-', '')}`
}

async function lockPartitions(client: Executor): Promise<void> {
  await client.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`)
  await client.query('select pg_advisory_xact_lock($1)', [LOCK_KEY])
}

async function partitionNames(executor: Executor, tables: readonly string[] = TABLES): Promise<string[]> {
  const { rows } = await executor.query<{ name: string }>(
    `select child.relname as name
       from pg_inherits
       join pg_class child on child.oid = inhrelid
      where inhparent = any ($1::regclass[])
      order by child.relname`,
    [tables],
  )
  return rows.map((row) => row.name)
}

export function partitionDay(name: string): number {
  const match = PARTITION_NAME.exec(name)
  // A partition that somebody made by hand under another name is theirs to drop.
  if (!match) return Infinity
  return Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]))
}
