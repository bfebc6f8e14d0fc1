import type { Clock } from '../clock.ts'
import { problem, type Problem } from '../problems.ts'

export const WINDOW_MS = 60_000
const WINDOW_SECONDS = 60
const KEYS_MAX = 200_000

type Window = { start: number; used: number }

/** The values of the `RateLimit` and `RateLimit-Policy` fields (draft-ietf-httpapi-ratelimit-headers). */
export type RateLimitFields = { limit: string; policy: string }

export type RateLimit = {
  /**
   * Takes one request of a key's minute; at once where the count is in this server's memory.
   * @throws Problem `rate-limited`, and `service-unavailable` when a shared count cannot be reached
   */
  take(key: { id: string; rateLimitPerMinute: number }): RateLimitFields | Promise<RateLimitFields>
}

/** One fixed minute per key, counted from its first request, in this server's memory. */
export function createRateLimit(deps: { clock: Clock }): RateLimit {
  const windows = new Map<string, Window>()

  return {
    take({ id, rateLimitPerMinute }) {
      const now = deps.clock.now()
      let window = windows.get(id)
      if (!window) {
        if (windows.size >= KEYS_MAX) dropEnded(windows, now)
        window = { start: now, used: 0 }
        windows.set(id, window)
      } else if (now - window.start >= WINDOW_MS || now < window.start) {
        window.start = now
        window.used = 0
      }
      const leftMs = window.start + WINDOW_MS - now
      if (window.used < rateLimitPerMinute) window.used += 1
      else throw rateLimited(rateLimitPerMinute, leftMs)
      return rateLimitFields(rateLimitPerMinute, window.used, leftMs)
    },
  }
}

export function rateLimitFields(perMinute: number, used: number, leftMs: number): RateLimitFields {
  return { limit: `"key";r=${perMinute - used};t=${secondsOf(leftMs)}`, policy: policy(perMinute) }
}

export function rateLimited(perMinute: number, leftMs: number): Problem {
  const seconds = secondsOf(leftMs)
  return problem('rate-limited', {
    detail: `The key may make ${perMinute} requests a minute; they are used up for ${seconds} s.`,
    headers: {
      'retry-after': String(seconds),
      ratelimit: `"key";r=0;t=${seconds}`,
      'ratelimit-policy': policy(perMinute),
    },
  })
}

let latestPerMinute = 0
let latestPolicy = ''

function policy(perMinute: number): string {
  // Few limits are in use.
  if (perMinute !== latestPerMinute) {
    latestPolicy = `"key";q=${perMinute};w=${WINDOW_SECONDS}`
    latestPerMinute = perMinute
  }
  return latestPolicy
}

function secondsOf(leftMs: number): number {
  return Math.max(1, Math.ceil(leftMs / 1000))
}

/** Makes room: windows that ended, and when none did, the oldest tenth. */
function dropEnded(windows: Map<string, Window>, now: number): void {
  for (const [id, window] of windows) if (now - window.start >= WINDOW_MS) windows.delete(id)
  let surplus = windows.size >= KEYS_MAX ? KEYS_MAX / 10 : 0
  for (const id of windows.keys()) {
    if (surplus <= 0) return
    windows.delete(id)
    surplus -= 1
  }
}
