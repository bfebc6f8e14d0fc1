import { Tooltip } from '@mantine/core'
import { useSyncExternalStore } from 'react'

const exactFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
const dayFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' })
const relativeFormat = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' })
// "Last month" is whole: the short form is "last mo.".
const longFormat = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 30],
  ['month', 12],
  ['year', Infinity],
]

/** "2 min. ago", "in 30 days". */
export function relativeTime(at: number, now: number): string {
  let amount = (at - now) / 1000
  if (Math.abs(amount) < 5) return 'just now'
  for (const [unit, size] of STEPS) {
    if (Math.abs(amount) < size) {
      const format = unit === 'month' || unit === 'year' ? longFormat : relativeFormat
      return format.format(Math.round(amount), unit)
    }
    amount /= size
  }
  return ''
}

/** Local date and time with its zone, then UTC: what tooltips and details show. */
export function exactTime(iso: string): { local: string; utc: string } {
  const at = new Date(iso)
  return {
    local: `${exactFormat.format(at)} (${zone})`,
    utc: `${at.toISOString().replace('T', ' ').slice(0, 19)} UTC`,
  }
}

/** Relative in lists, exact on hover and for screen readers. */
export function Time({ at }: { at: string }) {
  const now = useNow()
  const exact = exactTime(at)
  return (
    <Tooltip label={`${exact.local}\n${exact.utc}`} style={{ whiteSpace: 'pre' }} maw={420}>
      <time dateTime={at} className="nowrap">
        {relativeTime(Date.parse(at), now)}
      </time>
    </Tooltip>
  )
}

/** The day in the viewer's zone, exact on hover. */
export function Day({ at }: { at: string }) {
  const exact = exactTime(at)
  return (
    <Tooltip label={`${exact.local}\n${exact.utc}`} style={{ whiteSpace: 'pre' }} maw={420}>
      <time dateTime={at} className="nowrap">
        {dayFormat.format(new Date(at))}
      </time>
    </Tooltip>
  )
}

export function ExactTime({ at }: { at: string }) {
  const exact = exactTime(at)
  return (
    <time dateTime={at}>
      {exact.local} <span className="quiet">· {exact.utc}</span>
    </time>
  )
}

// One clock for all relative times on the page.
const TICK_MS = 10_000
const listeners = new Set<() => void>()
let now = Date.now()
setInterval(() => {
  now = Date.now()
  for (const listener of listeners) listener()
}, TICK_MS)

export function useNow(): number {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => now,
  )
}

/** A duration as the log measured it; what rounds to nothing is not called nothing. */
export function milliseconds(duration: number): string {
  return duration < 1 ? '< 1 ms' : `${Math.round(duration).toLocaleString('en')} ms`
}
