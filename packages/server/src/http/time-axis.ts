const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** Widths that people read off an axis. The widest fits the longest retention into the fewest buckets. */
const WIDTHS_MS = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND_MS),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR_MS),
  ...[1, 2, 7, 14, 30, 90, 365].map((count) => count * DAY_MS),
]

export type TimeAxis = {
  fromMs: number
  toMs: number
  bucketMs: number
  /** When each bucket begins, all of them, in order. */
  startsMs: number[]
}

/** The narrowest width that needs no more buckets than that; buckets begin at its multiples in UTC. */
export function timeAxis(fromMs: number, toMs: number, bucketsMax: number): TimeAxis {
  const start = (width: number) => Math.floor(fromMs / width) * width
  const bucketMs =
    WIDTHS_MS.find((width) => (toMs - start(width)) / width <= bucketsMax) ?? (WIDTHS_MS.at(-1) as number)
  const startsMs: number[] = []
  for (let at = start(bucketMs); at < toMs || startsMs.length === 0; at += bucketMs) startsMs.push(at)
  return { fromMs, toMs, bucketMs, startsMs }
}
