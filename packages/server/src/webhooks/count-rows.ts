import type { Database } from '../database/database.ts'
import { withinTime } from '../database/within-time.ts'
import { timeAxis, type TimeAxis } from '../http/time-axis.ts'
import { idFloor, idTime } from '../ids.ts'
import { problem } from '../problems.ts'
import {
  countSlices,
  deliveryLegs,
  deliveryLegsByEvent,
  eventLegs,
  oldestEventId,
  type Found,
  type Legs,
  type Slice,
} from './count-queries.ts'
import type { LogFilter } from './log-queries.ts'
import { findEndpointLife, type Scope } from './queries.ts'

/** Rows over time, by what became of them. */
export type Counts = TimeAxis & {
  /** False where the counts were estimated from the first rows of many stretches. */
  isExact: boolean
  /** For each bucket, how many of each outcome. */
  buckets: ReadonlyMap<string, number>[]
}

type Limits = { wholeRowsMax: number; sliceRowsMax: number }
/** Up to so many rows are counted one by one; of more, the first of each slice. Legs that read an index alone … */
const LEAN: Limits = { wholeRowsMax: 100_000, sliceRowsMax: 150 }
/** … and those that look into three tables for every event. */
const HEAVY: Limits = { wholeRowsMax: 10_000, sliceRowsMax: 30 }
const SLICES_PER_BUCKET = 4
const TIMEOUT_MS = 5_000

type CountFilter = Omit<LogFilter, 'cursor' | 'limit'>
type Options = { bucketsMax: number; nowMs: number; limits?: Limits }

/**
 * How many deliveries match, over time and by outcome. Without `createdAfter` it begins with the oldest event. What
 * would take too long to count is estimated and says so: each bucket is cut into slices, and where the first rows of a
 * slice do not fill it, the rest is taken to be as dense.
 * @throws Problem `limit-reached` when even that takes too long
 */
export async function countDeliveries(
  database: Database,
  scope: Scope,
  filter: CountFilter,
  options: Options,
): Promise<Counts> {
  const lived =
    filter.endpointId === undefined ? null : await findEndpointLife(database.pool, scope, filter.endpointId)
  if (filter.endpointId !== undefined && lived === null) return emptyCounts(filter, options)
  const namesEvents = filter.eventId ?? filter.objectId ?? filter.requestId
  // Undelivered ones have an index by type; the events' own serves the others.
  const isLean =
    namesEvents === undefined &&
    (filter.type === undefined || filter.status === 'failed' || filter.status === 'skipped')
  const bounds = { ...filter, createdAfter: undefined, createdBefore: undefined }
  const legs = isLean ? deliveryLegs(scope, bounds) : deliveryLegsByEvent(scope, bounds, lived)
  return count(database, scope, { filter, legs, limits: isLean ? LEAN : HEAVY, ...options })
}

/** How many events match, over time, as the one outcome `events`. */
export async function countEvents(
  database: Database,
  scope: Scope,
  filter: CountFilter,
  options: Options,
): Promise<Counts> {
  const legs = eventLegs(scope, {
    ...filter,
    createdAfter: undefined,
    createdBefore: undefined,
  } as CountFilter)
  return count(database, scope, { filter, legs, limits: LEAN, ...options })
}

type CountInput = Options & { filter: CountFilter; legs: Legs; limits: Limits }

async function count(
  database: Database,
  scope: Scope,
  { filter, legs, bucketsMax, nowMs, limits }: CountInput,
): Promise<Counts> {
  const oldest = await oldestEventId(database.pool, scope)
  const range = rangeOf(filter, { oldestMs: oldest === null ? null : idTime(oldest), nowMs })
  const axis = timeAxis(range.fromMs, range.toMs, bucketsMax)
  if (oldest === null || range.slice.from >= range.slice.until) return { ...axis, ...none(axis) }
  const bounds = axis.startsMs.map((ms) => idFloor('evt', ms))
  const { wholeRowsMax, sliceRowsMax } = limits
  const found = await withinTime(database, TIMEOUT_MS, async (client) => {
    const whole = await countSlices(client, {
      legs,
      slices: [range.slice],
      bounds,
      rowsMax: wholeRowsMax,
      totalMax: 2 * wholeRowsMax,
    })
    if (whole.reduce((sum, { rows }) => sum + rows, 0) < wholeRowsMax) return { whole }
    const slices = slicesOf(axis, range.slice)
    return { slices, parts: await countSlices(client, { legs, slices, bounds, rowsMax: sliceRowsMax }) }
  })
  if (!found) throw problem('limit-reached', { detail: 'Counting took too long. Choose a shorter time.' })
  if (found.whole) return { ...axis, isExact: true, buckets: added(axis, found.whole) }
  return { ...axis, ...estimated(axis, found.parts, found.slices, sliceRowsMax) }
}

const none = ({ startsMs }: TimeAxis) => ({
  isExact: true,
  buckets: startsMs.map(() => new Map<string, number>()),
})

function emptyCounts(filter: CountFilter, { bucketsMax, nowMs }: Options): Counts {
  const { fromMs, toMs } = rangeOf(filter, { oldestMs: null, nowMs })
  const axis = timeAxis(fromMs, toMs, bucketsMax)
  return { ...axis, ...none(axis) }
}

type Bounds = { oldestMs: number | null; nowMs: number }

/** The time that is counted. Its ids end where the list's do, so that rows of a clock ahead are in the last bucket. */
function rangeOf({ createdAfter, createdBefore }: CountFilter, { oldestMs, nowMs }: Bounds) {
  const toMs = Math.min(nowMs, createdBefore?.getTime() ?? nowMs)
  const fromMs = Math.min(toMs, Math.max(createdAfter?.getTime() ?? 0, oldestMs ?? toMs))
  const slice = {
    from: idFloor('evt', fromMs),
    until: createdBefore ? idFloor('evt', createdBefore.getTime()) : 'evt_z',
  }
  return { fromMs, toMs, slice }
}

/** Every bucket in several stretches, as far as they lie in the range; the last one takes what is beyond. */
function slicesOf({ startsMs, bucketMs }: TimeAxis, { from, until }: Slice): Slice[] {
  const starts = startsMs.flatMap((start) =>
    Array.from({ length: SLICES_PER_BUCKET }, (_, place) =>
      idFloor('evt', start + Math.round((place * bucketMs) / SLICES_PER_BUCKET)),
    ),
  )
  return starts
    .map((start, index) => ({
      from: start < from ? from : start,
      until: index === starts.length - 1 || starts[index + 1]! > until ? until : starts[index + 1]!,
    }))
    .filter((slice) => slice.from < slice.until)
}

function added(
  { startsMs }: TimeAxis,
  found: readonly (Pick<Found, 'bucket' | 'outcome'> & { rows: number })[],
) {
  const buckets = startsMs.map(() => new Map<string, number>())
  for (const { bucket, outcome, rows } of found) {
    const one = buckets[Math.max(0, bucket)]
    if (one && outcome !== null) one.set(outcome, (one.get(outcome) ?? 0) + rows)
  }
  return buckets
}

/** What a leg found in a slice, as much more as the slice is longer than what was read of it. */
function estimated(axis: TimeAxis, found: readonly Found[], slices: readonly Slice[], rowsMax: number) {
  const read = new Map<string, { rows: number; last: string }>()
  const isHeavy = found.some(({ outcome }) => outcome === null)
  for (const { slice, leg, outcome, rows, last } of found) {
    if (isHeavy && outcome !== null) continue
    const before = read.get(`${slice} ${leg}`)
    read.set(`${slice} ${leg}`, {
      rows: rows + (before?.rows ?? 0),
      last: before && before.last > last ? before.last : last,
    })
  }
  let isExact = true
  const timesOf = ({ slice, leg }: Found) => {
    const part = read.get(`${slice} ${leg}`)
    if (!part || part.rows < rowsMax) return 1
    isExact = false
    const { from, until } = slices[slice]!
    const startMs = idTime(from)
    const endMs = Math.min(axis.toMs, until === 'evt_z' ? axis.toMs : idTime(until))
    return Math.max(1, (endMs - startMs) / Math.max(1, idTime(part.last) - startMs + 1))
  }
  const scaled = found.map((one) => ({ ...one, rows: one.rows * timesOf(one) }))
  const buckets = added(axis, scaled)
  for (const bucket of buckets) for (const [outcome, rows] of bucket) bucket.set(outcome, Math.round(rows))
  return { isExact, buckets }
}
