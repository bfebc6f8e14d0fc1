import { createHash } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Executor } from '../database/database.ts'
import { clearThrottleWindow, countThrottleAttempt, deleteExpiredThrottleWindows } from './queries.ts'

export type ThrottleRule = { windowSeconds: number; max: number }

/** Guesses at one account's password, from all addresses together: 80 an hour (ASVS 2.2.1 allows 100). */
export const ACCOUNT_SIGN_IN_RULE: ThrottleRule = { windowSeconds: 900, max: 20 }

/**
 * Counts one attempt in a fixed window, in one statement, so that neither parallel requests nor several
 * servers slip past it. Better Auth's own database store starts its window again with every request, which
 * turns away a person who works steadily; hence our own.
 * @returns the seconds to wait, or null when the attempt is allowed
 */
export async function throttle(
  deps: { executor: Executor; clock: Clock },
  key: string,
  rule: ThrottleRule,
): Promise<number | null> {
  const now = deps.clock.now()
  const window = await countThrottleAttempt(deps.executor, {
    key,
    now: new Date(now),
    expiresAt: new Date(now + rule.windowSeconds * 1000),
  })
  if (window.attempts <= rule.max) return null
  return Math.max(1, Math.ceil((window.expiresAt.getTime() - now) / 1000))
}

/** Forgets the attempts, after one that succeeded. */
export async function clearThrottle(executor: Executor, key: string): Promise<void> {
  await clearThrottleWindow(executor, key)
}

/** Removes windows that have passed. For the worker's prune loop. */
export async function pruneThrottles(deps: { executor: Executor; clock: Clock }): Promise<number> {
  return deleteExpiredThrottleWindows(deps.executor, new Date(deps.clock.now()))
}

/** The key for sign-ins to one account: a digest, because the table needs no list of addresses. */
export function accountThrottleKey(email: string): string {
  return `sign-in|${createHash('sha256').update(email.trim().toLowerCase()).digest('hex')}`
}
