/** Seconds before each attempt; the number of entries is the number of attempts (DESIGN §7). */
export const RETRY_SCHEDULE_SECONDS: readonly number[] = [
  0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400,
]
/** Spreads the retries of one outage, so that they do not come back as one wave. */
const JITTER = 0.2
const RETRY_AFTER_SECONDS_MAX = 86_400

export type RetryInput = {
  schedule: readonly number[]
  /** Attempts made since the schedule began, the one that just failed included. */
  attempts: number
  /** The answer's `Retry-After`: seconds or an HTTP date (RFC 9110 §10.2.3). */
  retryAfter: string | null
  /** Milliseconds since the epoch. */
  now: number
  /** From 0 to 1. */
  random?: number
}

/** When to try again, in milliseconds since the epoch; null when the schedule is used up. */
export function nextAttemptAt({
  schedule,
  attempts,
  retryAfter,
  now,
  random = Math.random(),
}: RetryInput): number | null {
  const delaySeconds = schedule[attempts]
  if (delaySeconds === undefined) return null
  const planned = delaySeconds * (1 - JITTER + 2 * JITTER * random)
  // It only lengthens: an endpoint cannot ask for a storm.
  return now + Math.round(Math.max(planned, retryAfterSeconds(retryAfter, now)) * 1000)
}

function retryAfterSeconds(value: string | null, now: number): number {
  if (!value) return 0
  const seconds = /^\d{1,9}$/.test(value.trim()) ? Number(value) : (Date.parse(value) - now) / 1000
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), RETRY_AFTER_SECONDS_MAX) : 0
}
