const HOUR_MS = 3_600_000

export const TIME_RANGES = [
  { name: 'Last hour', milliseconds: HOUR_MS },
  { name: 'Last 24 hours', milliseconds: 24 * HOUR_MS },
  { name: 'Last 7 days', milliseconds: 168 * HOUR_MS },
] as const

/** The start of a named range as RFC 3339, to the minute so that the URL stays short. Undefined for "any time". */
export function rangeStart(name: string | null, now = Date.now()): string | undefined {
  const range = TIME_RANGES.find((candidate) => candidate.name === name)
  return range && new Date(Math.floor((now - range.milliseconds) / 60_000) * 60_000).toISOString()
}

/** A time as `<input type="datetime-local">` wants it: the viewer's zone, to the minute. */
export function localMinute(iso: string | undefined): string {
  if (iso === undefined) return ''
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return ''
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
