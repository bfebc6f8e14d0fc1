import type { Executor } from '../database/database.ts'
import type { Mode } from '../sessions/principal.ts'
import { daysOf, partitionName } from '../transaction-logs/partitions.ts'
import { ANY_PATH } from '../transaction-logs/path-pattern.ts'
import { dayName, dayOf, uuidFloor, uuidToRequestId } from '../transaction-logs/request-id.ts'

/** Requests of one key that differ in nothing but their time, their address and the ids in their path. */
export type KeySeries = {
  id: number
  method: string
  /** `*`: any path; which one, the rows tell. */
  pathPattern: string
  status: number
  /** Empty where there was no problem. */
  code: string
  /** The starts, in milliseconds, of the days that may hold rows. */
  firstDay: number
  lastDay: number
}

/** The rows of a series that came from one address. */
export type UseGroup = {
  seriesId: number
  ip: string | null
  /** Where the pattern does not tell. */
  path: string | null
  requestCount: number
  /** The newest. */
  lastRequestId: string
}

export type Range = { sinceMs: number; untilMs: number }

/** A real client makes dozens; one that makes more is asked about no further. */
export const SERIES_MAX = 2_000
// A busy route must not hide the rare ones, and all routes together must not read without end.
const ROWS_PER_SERIES_MIN = 100

/** Every kind of request that a key has made on the days of a range, one more than `SERIES_MAX` at most. */
export async function findKeySeries(
  executor: Executor,
  key: { id: string; workspaceId: string; mode: Mode },
  range: Range,
): Promise<KeySeries[]> {
  const { rows } = await executor.query<{
    id: number
    method: string
    path_pattern: string
    status: number
    code: string
    first: string
    last: string
  }>(
    `select id, method, path_pattern, status, code, first_day::text as first, last_day::text as last
       from transaction_log_series
      where workspace_id = $1 and mode = $2 and api_key_id = $3 and last_day >= $4 and first_day <= $5
      limit $6`,
    [
      key.workspaceId,
      key.mode,
      key.id,
      dayName(dayOf(range.sinceMs)),
      dayName(dayOf(range.untilMs)),
      SERIES_MAX + 1,
    ],
  )
  return rows.map((row) => ({
    id: row.id,
    method: row.method,
    pathPattern: row.path_pattern,
    status: row.status,
    code: row.code,
    firstDay: Date.parse(row.first),
    lastDay: Date.parse(row.last),
  }))
}

/**
 * The requests of some series, day by day, the newest first, counted by address. About `rowsMax` rows are read in all,
 * of each series at least its newest hundred of a day.
 * @returns the groups, how many rows were read, and whether these were all
 */
export async function readUse(
  executor: Executor,
  { series, range, rowsMax }: { series: readonly KeySeries[]; range: Range; rowsMax: number },
): Promise<{ groups: UseGroup[]; rowsRead: number; isComplete: boolean }> {
  const days = (await daysOf(executor))
    .filter((day) => day >= dayOf(range.sinceMs) && day <= dayOf(range.untilMs))
    .reverse()
  const groups: UseGroup[] = []
  let rowsRead = 0
  let isComplete = true
  for (const day of days) {
    const alive = series.filter(({ firstDay, lastDay }) => firstDay <= day && lastDay >= day)
    if (alive.length === 0) continue
    if (rowsRead >= rowsMax) return { groups, rowsRead, isComplete: false }
    const most = Math.max(ROWS_PER_SERIES_MIN, Math.ceil((rowsMax - rowsRead) / alive.length))
    const found = await readDay(executor, { day, series: alive, range, most })
    const rowsOf = new Map<number, number>()
    for (const { row_count: count, ...group } of found) {
      rowsOf.set(group.seriesId, (rowsOf.get(group.seriesId) ?? 0) + count)
      rowsRead += count
      groups.push(group)
    }
    if ([...rowsOf.values()].some((count) => count > most)) isComplete = false
  }
  return { groups, rowsRead, isComplete }
}

/** One row more of each series than asked for, so that the caller knows whether there are more. */
async function readDay(
  executor: Executor,
  { day, series, range, most }: { day: number; series: readonly KeySeries[]; range: Range; most: number },
): Promise<(UseGroup & { row_count: number })[]> {
  const { rows } = await executor.query<{
    series_id: number
    ip: string | null
    path: string | null
    row_count: number
    request_count: string
    last_id: string
  }>(
    `select wanted.series_id, l.ip, l.path, count(*)::integer as row_count,
            sum(l.request_count) as request_count, max(l.id::text collate "C") as last_id
       from unnest($1::integer[]) as wanted (series_id)
      cross join lateral (
        select id, ip, request_count, case when wanted.series_id = any ($2::integer[]) then path end as path
          from ${partitionName('transaction_logs', day)}
         where series_id = wanted.series_id and id >= $3 and id < $4
         order by id desc limit $5) l
      group by 1, 2, 3`,
    [
      series.map(({ id }) => id),
      series.filter(({ pathPattern }) => pathPattern === ANY_PATH).map(({ id }) => id),
      uuidFloor(range.sinceMs),
      uuidFloor(range.untilMs),
      most + 1,
    ],
  )
  return rows.map((row) => ({
    seriesId: row.series_id,
    ip: row.ip,
    path: row.path,
    requestCount: Number(row.request_count),
    lastRequestId: uuidToRequestId(row.last_id),
    row_count: row.row_count,
  }))
}
