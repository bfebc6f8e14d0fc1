import type { Database } from '../database/database.ts'
import { withinTime } from '../database/within-time.ts'
import { timeAxis, type TimeAxis } from '../http/time-axis.ts'
import { problem } from '../problems.ts'
import { countLegs, countSlices, estimateDays, type BucketCount, type Slice } from './histogram-queries.ts'
import {
  findSeries,
  isOn,
  larger,
  legsOf,
  msOf,
  rangeOf,
  smaller,
  type LogFilter,
  type Range,
  type SeriesGroup,
} from './queries.ts'
import { dayOf, uuidFloor } from './request-id.ts'

/** Rows over time. */
export type Histogram = TimeAxis & {
  /** False where the counts were estimated from a sample of the rows. */
  isExact: boolean
  counts: BucketCount[]
}

const DAY_MS = 86_400_000
const LIMITS = {
  /** Up to this many rows, of all workspaces, are read and counted; more are found by their indexes or sampled. */
  rowsReadMax: 200_000,
  rowsFoundMax: 100_000,
  /** A series on a day is one descent of an index. */
  probesMax: 5_000,
}
const SLICES_PER_BUCKET = 8
const FOUND_TIMEOUT_MS = 1_000
const READ_TIMEOUT_MS = 8_000

type CountOptions = { bucketsMax: number; nowMs: number; limits?: typeof LIMITS }

/**
 * How many rows match, over time and by class of status. Without `createdAfter` it begins with the first day that has
 * any, and never before the oldest that is kept. What would take too long to count is estimated, evenly over time, and says so (docs/decisions/0010).
 * @throws Problem `limit-reached` when even that takes too long
 */
export async function countLogs(
  database: Database,
  filter: LogFilter,
  { bucketsMax, nowMs, limits = LIMITS }: CountOptions,
): Promise<Histogram> {
  const asked = rangeOf(filter, nowMs)
  const series = asked.from < asked.until ? await findSeries(database.pool, filter, asked) : []
  const days = await estimateDays(database.pool)
  const toMs = Math.min(nowMs, filter.createdBefore?.getTime() ?? nowMs)
  const oldestMs = Math.min(...days.keys(), toMs)
  const firstMs = filter.createdAfter?.getTime() ?? firstDayOf(series, toMs)
  const fromMs = Math.min(Math.max(firstMs, oldestMs), toMs)
  const axis = timeAxis(fromMs, toMs, bucketsMax)
  // The end stays as the list has it, so that rows of a server whose clock is ahead are in the last bucket.
  const from = larger(asked.from, uuidFloor(fromMs))
  const range = { ...asked, from, firstDay: dayOf(msOf(from)) }
  if (series.length === 0 || range.from >= range.until) return { ...axis, isExact: true, counts: [] }
  return { ...axis, ...(await count(database, { filter, series, range, axis, days, nowMs, limits })) }
}

function firstDayOf(series: readonly SeriesGroup[], toMs: number): number {
  return series.reduce((first, group) => Math.min(first, group.firstDay), dayOf(toMs))
}

type CountInput = {
  filter: LogFilter
  series: readonly SeriesGroup[]
  range: Range
  axis: TimeAxis
  days: ReadonlyMap<number, number>
  nowMs: number
  limits: typeof LIMITS
}

async function count(
  database: Database,
  { filter, series, range, axis, days, nowMs, limits }: CountInput,
): Promise<Pick<Histogram, 'isExact' | 'counts'>> {
  const inRange = [...days.keys()].filter((day) => day >= range.firstDay && day <= range.lastDay)
  const bounds = axis.startsMs.map(uuidFloor)
  const rows = rowsIn(range, inRange, days, nowMs)
  if (rows > limits.rowsReadMax) {
    const found = await tryFinding(database, { filter, series, range, inRange, bounds, limits })
    if (found) return { isExact: true, counts: found }
  }
  const share = Math.min(1, limits.rowsReadMax / rows)
  const slices = share === 1 ? [range] : slicesOf(axis, range, share)
  const counts = await withinTime(database, READ_TIMEOUT_MS, (client) =>
    countSlices(client, { filter, slices, bounds }),
  )
  if (counts === null)
    throw problem('limit-reached', { detail: 'Counting took too long. Choose a shorter time.' })
  return share === 1
    ? { isExact: true, counts }
    : { isExact: false, counts: scaled(counts, axis, range, slices) }
}

/** About how many rows, of all workspaces, lie in the range. */
function rowsIn(
  range: Range,
  inRange: readonly number[],
  days: ReadonlyMap<number, number>,
  nowMs: number,
): number {
  return inRange.reduce((sum, day) => {
    const filledMs = Math.max(1, Math.min(day + DAY_MS, nowMs) - day)
    const coveredMs = Math.min(day + DAY_MS, msOf(range.until)) - Math.max(day, msOf(range.from))
    return sum + (days.get(day) ?? 0) * Math.min(1, Math.max(0, coveredMs) / filledMs)
  }, 0)
}

/** What is rare is counted by its indexes. Null where it is not rare, or not found quickly. */
async function tryFinding(
  database: Database,
  {
    filter,
    series,
    range,
    inRange,
    bounds,
    limits,
  }: Pick<CountInput, 'filter' | 'series' | 'range' | 'limits'> & { inRange: number[]; bounds: string[] },
): Promise<BucketCount[] | null> {
  const legs = legsOf(filter, [...series])
  // A path or a text is looked up in its own index, whatever the number of series.
  const whole = legs.flatMap((leg) => (leg.read === 'whole' ? leg.series : []))
  const probes = inRange.reduce(
    (sum, day) => sum + whole.reduce((ids, group) => ids + (isOn(group, day) ? group.ids.length : 0), 0),
    0,
  )
  if (probes > limits.probesMax) return null
  return withinTime(database, FOUND_TIMEOUT_MS, (client) =>
    countLegs(client, { legs, range, days: inRange, bounds, rowsMax: limits.rowsFoundMax }),
  )
}

/** A share of each bucket, in several stretches whose places follow no rhythm that traffic might have. */
function slicesOf({ startsMs, bucketMs }: TimeAxis, range: Range, share: number): Slice[] {
  const strideMs = bucketMs / SLICES_PER_BUCKET
  const lengthMs = Math.max(1, strideMs * share)
  return startsMs.flatMap((start, bucket) =>
    Array.from({ length: SLICES_PER_BUCKET }, (_, place) => {
      const golden = ((bucket * SLICES_PER_BUCKET + place) * 0.618_033_988_75) % 1
      const first = Math.round(start + place * strideMs + golden * (strideMs - lengthMs))
      return {
        from: larger(range.from, uuidFloor(first)),
        until: smaller(range.until, uuidFloor(first + Math.max(1, Math.round(lengthMs)))),
      }
    }).filter(({ from, until }) => from < until),
  )
}

/** Counts of a sample as those of the whole: each bucket by how much of it was read. */
function scaled(
  counts: readonly BucketCount[],
  axis: TimeAxis,
  range: Range,
  slices: readonly Slice[],
): BucketCount[] {
  const { startsMs, bucketMs } = axis
  const first = startsMs[0] as number
  const readMs = startsMs.map(() => 0)
  for (const { from, until } of slices)
    readMs[Math.floor((msOf(from) - first) / bucketMs)]! += msOf(until) - msOf(from)
  return counts.map(({ bucket, statusClass, rows }) => {
    const start = startsMs[bucket] as number
    const wholeMs = Math.min(start + bucketMs, msOf(range.until)) - Math.max(start, msOf(range.from))
    return { bucket, statusClass, rows: Math.round((rows * wholeMs) / Math.max(1, readMs[bucket] as number)) }
  })
}
