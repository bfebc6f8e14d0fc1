import type { Executor } from '../database/database.ts'
import { partitionDay, partitionName } from './partitions.ts'
import { pathHash } from './path-pattern.ts'
import {
  isOn,
  Parameters,
  rowConditions,
  textCondition,
  type Leg,
  type LogFilter,
  type Range,
} from './queries.ts'

/** So many rows of one class of statuses (2 for 2xx) in one bucket, counted from 0. */
export type BucketCount = { bucket: number; statusClass: number; rows: number }

/** A stretch of ids: `from` belongs to it, `until` does not. */
export type Slice = { from: string; until: string }

const ROWS_A_PAGE = 60

/** How many rows each day holds, of all workspaces, as Postgres knows it without looking: from sizes and the last analyze. */
export async function estimateDays(executor: Executor): Promise<Map<number, number>> {
  const { rows } = await executor.query<{ name: string; pages: number; density: number }>(
    `select child.relname as name, pg_relation_size(child.oid)::float8 / current_setting('block_size')::int as pages,
            case when reltuples > 0 and relpages > 0 then reltuples::float8 / relpages else $1 end as density
       from pg_inherits join pg_class child on child.oid = inhrelid
      where inhparent = 'transaction_logs'::regclass`,
    [ROWS_A_PAGE],
  )
  return new Map(rows.map(({ name, pages, density }) => [partitionDay(name), pages * density]))
}

/**
 * Counts the rows of some stretches of time by reading all of them, in a transaction of its own. The planner knows nothing
 * of their lengths: `offset 0` keeps it from reading them by the series, once for each (8 s instead of 0.3 s), and
 * without nested loops it looks the series up in a hash.
 */
export async function countSlices(
  executor: Executor,
  { filter, slices, bounds }: { filter: LogFilter; slices: readonly Slice[]; bounds: readonly string[] },
): Promise<BucketCount[]> {
  await executor.query('set local enable_nestloop = off')
  const parameters = new Parameters()
  const from = parameters.add(slices.map((slice) => slice.from))
  const until = parameters.add(slices.map((slice) => slice.until))
  const { rows } = await executor.query<BucketRow>(
    `select width_bucket(l.id, ${parameters.add(bounds)}::uuid[]) - 1 as bucket, s.status / 100 as class,
            count(*)::integer as rows
       from unnest(${from}::uuid[], ${until}::uuid[]) as slice (first_id, past_id)
      cross join lateral (
        select id, series_id, path from transaction_logs where id >= slice.first_id and id < slice.past_id offset 0
      ) l
       join transaction_log_series s on s.id = l.series_id
      where ${rowConditions(filter, parameters).join(' and ')}
      group by 1, 2`,
    parameters.values,
  )
  return rows.map(toCount)
}

/**
 * Counts the rows of some series by their indexes, whatever lies between them.
 * @returns null when there are more than `rowsMax`
 */
export async function countLegs(
  executor: Executor,
  input: {
    legs: readonly Leg[]
    range: Range
    days: readonly number[]
    bounds: readonly string[]
    rowsMax: number
  },
): Promise<BucketCount[] | null> {
  const { legs, range, days, bounds, rowsMax } = input
  const parameters = new Parameters()
  const within = `id >= ${parameters.add(range.from)} and id < ${parameters.add(range.until)}`
  const parts = legs.flatMap((leg) => days.flatMap((day) => legRows(leg, day, { within, parameters })))
  if (parts.length === 0) return []
  const { rows } = await executor.query<BucketRow>(
    `select counted.bucket, s.status / 100 as class, sum(counted.rows)::integer as rows
       from (
         select width_bucket(id, ${parameters.add(bounds)}::uuid[]) - 1 as bucket, series_id, count(*) as rows
           from (${parts.join(' union all ')} limit ${parameters.add(rowsMax + 1)}) l
          group by 1, 2
       ) counted
       join transaction_log_series s on s.id = counted.series_id
      group by 1, 2`,
    parameters.values,
  )
  const counts = rows.map(toCount)
  return counts.reduce((sum, count) => sum + count.rows, 0) > rowsMax ? null : counts
}

/** The ids and series of a leg's rows on a day, as a statement; none where its series have no rows that day. */
function legRows(
  leg: Leg,
  day: number,
  { within, parameters }: { within: string; parameters: Parameters },
): string[] {
  const ids = leg.series.filter((group) => isOn(group, day)).flatMap((group) => group.ids)
  if (ids.length === 0) return []
  const wanted = `unnest(${parameters.add(ids)}::integer[])`
  const partition = partitionName('transaction_logs', day)
  if (leg.read === 'whole')
    return [
      `(select l.id, l.series_id from ${wanted} as wanted (series_id) cross join lateral (
         select id, series_id from ${partition} where series_id = wanted.series_id and ${within}) l)`,
    ]
  const condition =
    leg.read === 'path'
      ? `path_hash = ${parameters.add(pathHash(leg.path))} and path = ${parameters.add(leg.path)}`
      : textCondition(leg, parameters)
  return [
    `(select id, series_id from ${partition} where ${within} and ${condition} and series_id in (select ${wanted}))`,
  ]
}

type BucketRow = { bucket: number; class: number; rows: number }

const toCount = ({ bucket, class: statusClass, rows }: BucketRow): BucketCount => ({
  bucket,
  statusClass,
  rows,
})
