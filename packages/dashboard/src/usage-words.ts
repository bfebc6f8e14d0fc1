const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const minute = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' })
const dayAndMinute = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: 'numeric',
  minute: '2-digit',
})
const DAY_MS = 86_400_000

const second = new Intl.DateTimeFormat(undefined, {
  hour: 'numeric',
  minute: '2-digit',
  second: '2-digit',
})
const dayAndSecond = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: 'numeric',
  minute: '2-digit',
  second: '2-digit',
})
const MINUTE_MS = 60_000

/** From when to when, in the zone of whoever looks, as short as it is plain. */
export function timeSpan(startMs: number, endMs: number): string {
  const sameDay = day.format(startMs) === day.format(endMs - 1)
  if (!sameDay && endMs - startMs >= DAY_MS && isMidnight(startMs) && isMidnight(endMs))
    return `${day.format(startMs)} – ${day.format(endMs - 1)}`
  const [whole, short] = endMs - startMs < MINUTE_MS ? [dayAndSecond, second] : [dayAndMinute, minute]
  return `${whole.format(startMs)} – ${(sameDay ? short : whole).format(endMs)}`
}

function isMidnight(ms: number): boolean {
  const at = new Date(ms)
  return at.getHours() === 0 && at.getMinutes() === 0
}

export const wholeNumber = (value: number) => value.toLocaleString('en')

/** Two digits that count: 0.04 %, 1.2 %, 12 %, and never 100 % or 0 % for nearly. */
export function percent(value: number): string {
  if (value === 0 || value === 100) return `${value} %`
  if (value > 99) return `${Math.min(99.99, Math.floor(value * 100) / 100)} %`
  if (value < 0.01) return '< 0.01 %'
  return `${Number(value.toPrecision(value >= 10 ? 3 : 2))} %`
}

/** A latency as precise as it is worth: 0.42 ms, 8.3 ms, 240 ms, 1.2 s. */
export function latency(ms: number): string {
  if (ms >= 1_000) return `${Number((ms / 1_000).toPrecision(2))} s`
  return `${Number(ms.toPrecision(ms >= 100 ? 3 : 2))} ms`
}

/** A number on an axis, where room is short. */
export function shortNumber(value: number): string {
  if (value >= 1_000_000) return `${Number((value / 1_000_000).toPrecision(3))}M`
  if (value >= 10_000) return `${Number((value / 1_000).toPrecision(3))}k`
  return wholeNumber(value)
}
