import { problem } from '../problems.ts'
import { usageKeptSince, USAGE_DAYS } from './prune-usage.ts'
import { INTERVAL_NAMES, INTERVALS, type Interval, type RangeInput } from './schema.ts'
import { RESOLUTION_MS, startOf } from './usage.ts'

const RANGE_DEFAULT_MS = RESOLUTION_MS.day
const BUCKETS_CHOSEN_MAX = 200

/** Whole buckets: `from` and `to` are where the first begins and the last ends. */
export type UsageRange = {
  fromMs: number
  toMs: number
  interval: Interval
  widthMs: number
  buckets: number
}

/**
 * The buckets that a caller asks for, at most `bucketsMax` of them.
 * @throws Problem `invalid-input` for a range that is empty, reaches back too far, or has too many buckets
 */
export function usageRange(
  input: Pick<RangeInput, 'from' | 'to' | 'interval'>,
  { nowMs, retentionDays, bucketsMax }: { nowMs: number; retentionDays: number; bucketsMax: number },
): UsageRange {
  const to = input.to?.getTime() ?? nowMs
  const from = input.from?.getTime() ?? to - RANGE_DEFAULT_MS
  if (from >= to) throw invalid('from', 'must be earlier than `to`')
  const keptSince = (interval: Interval) =>
    usageKeptSince(INTERVALS[interval].resolution, { nowMs, retentionDays }).getTime()
  if (from < keptSince('1d')) throw invalid('from', `must be at most ${USAGE_DAYS} days ago`)
  const bucketsOf = (interval: Interval) => bucketsIn(from, to, INTERVALS[interval].ms)
  const isKept = (interval: Interval) => from >= keptSince(interval)
  const interval =
    input.interval ??
    INTERVAL_NAMES.find((one) => isKept(one) && bucketsOf(one) <= Math.min(BUCKETS_CHOSEN_MAX, bucketsMax)) ??
    '1d'
  if (!isKept(interval))
    throw invalid('interval', `is kept for ${retentionDays} days only; a longer one reaches further back`)
  const buckets = bucketsOf(interval)
  if (buckets > bucketsMax)
    throw invalid(
      'interval',
      `would make ${buckets} buckets of this range; at most ${bucketsMax} are allowed`,
    )
  const widthMs = INTERVALS[interval].ms
  const fromMs = startOf(from, widthMs)
  return { fromMs, toMs: fromMs + buckets * widthMs, interval, widthMs, buckets }
}

function bucketsIn(from: number, to: number, widthMs: number): number {
  return Math.ceil((to - startOf(from, widthMs)) / widthMs)
}

function invalid(parameter: string, message: string): Error {
  return problem('invalid-input', { errors: [{ pointer: `/query/${parameter}`, message }] })
}
