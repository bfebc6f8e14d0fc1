import { expect, test } from 'vitest'
import { nextAttemptAt, RETRY_SCHEDULE_SECONDS } from './retry-schedule.ts'

const schedule = RETRY_SCHEDULE_SECONDS
const now = Date.UTC(2025, 10, 23, 12)
const next = (attempts: number, retryAfter: string | null = null, random = 0.5) => {
  const at = nextAttemptAt({ schedule, attempts, retryAfter, now, random })
  return at === null ? null : (at - now) / 1000
}

test('ten attempts: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h apart, then no more', () => {
  const delays = Array.from({ length: 10 }, (_, index) => next(index + 1))
  expect(delays).toEqual([5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400, null])
})

test('each delay varies by a fifth either way', () => {
  expect([next(2, null, 0), next(2, null, 1)]).toEqual([240, 360])
})

test('Retry-After lengthens a delay, up to a day, and never shortens it', () => {
  expect(next(1, '120')).toBe(120)
  expect(next(2, '1')).toBe(300)
  expect(next(1, '999999')).toBe(86_400)
  expect(next(1, new Date(now + 60_000).toUTCString())).toBe(60)
  expect(next(1, new Date(now - 60_000).toUTCString())).toBe(5)
  for (const nonsense of ['soon', '-5', '1e3', '']) expect(next(1, nonsense)).toBe(5)
})
