import type { TestClock } from './api-types.ts'

const UNITS: [string, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
]

const grainOf = (seconds: number) => (seconds >= 86_400 ? 3_600 : seconds >= 3_600 ? 60 : 1)

/** "2 days 3 hours": the two largest units that say something, as near as they come. */
export function durationInWords(seconds: number): string {
  const grain = grainOf(Math.round(Math.abs(seconds)))
  let left = Math.round(Math.abs(seconds) / grain) * grain
  const parts: string[] = []
  for (const [unit, size] of UNITS) {
    const count = Math.floor(left / size)
    left -= count * size
    if (count > 0) parts.push(`${count} ${unit}${count === 1 ? '' : 's'}`)
  }
  return parts.slice(0, 2).join(' ') || '0 seconds'
}

/** How a test clock differs from the server's, or null where it does not. */
export function clockInWords(clock: Pick<TestClock, 'ahead_seconds' | 'frozen_at'>): string | null {
  const by = durationInWords(clock.ahead_seconds)
  const differs = Math.abs(clock.ahead_seconds) >= 1
  const where = clock.ahead_seconds > 0 ? `${by} ahead` : `${by} behind`
  if (clock.frozen_at)
    return differs ? `The test clock stands still, ${where}.` : 'The test clock stands still.'
  return differs ? `The test clock is ${where}.` : null
}
