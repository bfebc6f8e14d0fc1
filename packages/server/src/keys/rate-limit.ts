import type { Clock } from '../clock.ts'
import { problem } from '../problems.ts'

const WINDOW_MS = 60_000
const WINDOW_SECONDS = 60
const KEYS_MAX = 200_000

type Window = { start: number; used: number }

export type RateLimit = {
  /**
   * Takes one request of a key's minute.
   * @returns the `RateLimit` and `RateLimit-Policy` fields (draft-ietf-httpapi-ratelimit-headers)
   * @throws Problem `rate-limited`
   */
  take(key: { id: string; rateLimitPerMinute: number }): { limit: string; policy: string }
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
      const resetSeconds = Math.max(1, Math.ceil((window.start + WINDOW_MS - now) / 1000))
      const policy = `"key";q=${rateLimitPerMinute};w=${WINDOW_SECONDS}`
      if (window.used >= rateLimitPerMinute)
        throw problem('rate-limited', {
          detail: `The key may make ${rateLimitPerMinute} requests a minute; they are used up for ${resetSeconds} s.`,
          headers: {
            'retry-after': String(resetSeconds),
            ratelimit: `"key";r=0;t=${resetSeconds}`,
            'ratelimit-policy': policy,
          },
        })
      window.used += 1
      return { limit: `"key";r=${rateLimitPerMinute - window.used};t=${resetSeconds}`, policy }
    },
  }
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
