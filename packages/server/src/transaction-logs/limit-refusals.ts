import type { RequestRecord } from './record.ts'

/** Refusals of one key that are logged one by one in a minute (DESIGN §6); the rest are counted. */
export const REFUSALS_PER_MINUTE_MAX = 600
const MINUTE_MS = 60_000
// Keys whose refusals are counted at once; past this, the minute ends early and its counts are written.
const KEYS_MAX = 10_000

type Minute = { logged: number; counted: number; sample: RequestRecord | null }

export type RefusalLimit = {
  /** Whether this refusal gets a row of its own. If not, it is counted. */
  admit(record: RequestRecord): boolean
  /** The minute's counts, one record for each key with a count; starts a new minute. */
  drain(): { record: RequestRecord; requestCount: number }[]
  /** Whether a minute with counts has ended. */
  isDue(nowMs: number): boolean
}

/** Strangers who know a public key cannot fill its owner's log. */
export function createRefusalLimit(): RefusalLimit {
  const keys = new Map<string, Minute>()
  let minuteEndsAt = 0

  return {
    admit(record) {
      if (record.createdAt >= minuteEndsAt && ![...keys.values()].some((key) => key.counted > 0)) {
        keys.clear()
        minuteEndsAt = record.createdAt + MINUTE_MS
      }
      let key = keys.get(record.apiKeyId)
      if (!key) {
        key = { logged: 0, counted: 0, sample: null }
        keys.set(record.apiKeyId, key)
      }
      if (key.logged < REFUSALS_PER_MINUTE_MAX) {
        key.logged += 1
        return true
      }
      key.counted += 1
      // The newest stands for all: its id gives the row its time.
      key.sample = record
      return false
    },
    drain() {
      const counts = [...keys.values()].flatMap(({ sample, counted }) =>
        sample ? [{ record: sample, requestCount: counted }] : [],
      )
      keys.clear()
      minuteEndsAt = 0
      return counts
    },
    isDue: (nowMs) => keys.size > 0 && (nowMs >= minuteEndsAt || keys.size > KEYS_MAX),
  }
}
