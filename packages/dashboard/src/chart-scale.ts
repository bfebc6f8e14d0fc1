const SECOND_MS = 1_000
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const TIME_STEPS_MS = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND_MS),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 5, 7, 14, 30, 60, 120].map((days) => days * DAY_MS),
]
const NICE = [1, 2, 2.5, 5, 10]

/** Round values from 0 to a maximum or above it, at most four of them, whole ones where only those make sense. */
export function valueTicks(max: number, { whole = false } = {}): number[] {
  const wanted = max > 0 && !(whole && max < 1) ? max : 1
  const power = 10 ** Math.floor(Math.log10(wanted / 3))
  const steps = NICE.map((one) => one * power)
  const step =
    steps.find((one) => one * 3 >= wanted && (!whole || Number.isInteger(one))) ?? Math.ceil(wanted / 3)
  const count = Math.ceil(wanted / step)
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)))
}

export type TimeTick = { ms: number; label: string }

/** Times that people read off a clock or a calendar of their own zone, about `countMax` of them at most. */
export function timeTicks(fromMs: number, toMs: number, countMax: number): TimeTick[] {
  const step = TIME_STEPS_MS.find((one) => (toMs - fromMs) / one <= countMax) ?? TIME_STEPS_MS.at(-1)!
  const ticks: TimeTick[] = []
  for (let ms = firstTick(fromMs, step); ms < toMs; ms = nextTick(ms, step))
    ticks.push({ ms, label: labelOf(ms, step) })
  return ticks
}

function firstTick(fromMs: number, step: number): number {
  const midnight = new Date(fromMs).setHours(0, 0, 0, 0)
  if (step < DAY_MS) return midnight + Math.ceil((fromMs - midnight) / step) * step
  return midnight === fromMs ? midnight : addDays(midnight, 1)
}

function nextTick(ms: number, step: number): number {
  if (step < DAY_MS) return ms + step
  return addDays(ms, step / DAY_MS)
}

/** The same time of day so many days later, also where a day has 23 or 25 hours. */
function addDays(ms: number, days: number): number {
  const at = new Date(ms)
  return at.setDate(at.getDate() + days)
}

const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const second = new Intl.DateTimeFormat(undefined, { minute: '2-digit', second: '2-digit' })

/** Midnight is named for its day. */
function labelOf(ms: number, step: number): string {
  const at = new Date(ms)
  const isMidnight = at.getHours() === 0 && at.getMinutes() === 0
  if (step >= DAY_MS || (isMidnight && step >= MINUTE_MS)) return day.format(at)
  return (step < MINUTE_MS ? second : time).format(at)
}

type Placed = { x: number; label: string }

/** Labels where they stand: moved inwards at the ends, and left out where they would run into the one before. */
export function placedTicks(
  ticks: readonly Placed[],
  { from, to, room }: { from: number; to: number; room: number },
): Placed[] {
  const placed: Placed[] = []
  for (const { x, label } of ticks) {
    const inside = Math.min(to - room / 2, Math.max(from + room / 2, x))
    if (inside - (placed.at(-1)?.x ?? -Infinity) >= room) placed.push({ x: inside, label })
  }
  return placed
}
