import type { Clock } from '../clock.ts'
import { problem } from '../problems.ts'
import type { NonceFloor } from './nonce-floor.ts'
import type { EarlyNonce } from './queries.ts'

export type NonceStore = {
  /**
   * Claims a nonce for a key until `created` + 300 s.
   * @returns false when it was claimed before
   * @throws Problem `service-unavailable` when the store is full, `signature-expired` when `created` lies at or
   *   below the floor of the last start, or its nonces are forgotten already
   */
  claim(
    key: { id: string; rateLimitPerMinute: number },
    nonce: string,
    created: number,
  ): boolean | Promise<boolean>
  /** Claims what another server has accepted meanwhile. */
  remember(accepted: readonly EarlyNonce[]): void
  readonly size: number
  readonly bytes: number
}

/** A signature is accepted until so many seconds after `created`. */
export const MAX_AGE_SECONDS = 300
export const MAX_AHEAD_SECONDS = 30

const STORE_BYTES_MAX = 256 * 1024 * 1024
// Nonces are claimed before the rate limit, so a key that floods must not take the room of all others: it holds
// twice what its limit lets it use in the 5.5 minutes that a nonce lives.
const LIVE_MINUTES = (MAX_AGE_SECONDS + MAX_AHEAD_SECONDS) / 60
const FLOOD_FACTOR = 2
// A Map entry, its string header and the list entry beside it, measured at 300 000 entries.
const ENTRY_OVERHEAD_BYTES = 96

export const CLOCK_STEPPED_BACK = {
  likely_cause_code: 'window-ended',
  likely_cause:
    'The signature was made more than 300 s before the latest time that the server has seen: the body took long to arrive, or the server clock was set back.',
}

/** How many live nonces a key may hold. */
export function nonceCountMax(key: { rateLimitPerMinute: number }): number {
  return key.rateLimitPerMinute * LIVE_MINUTES * FLOOD_FACTOR
}

/**
 * Nonces in this server's memory, with a bound on their bytes. They are dropped second by second as their
 * windows end.
 * @param deps.clock must not step back
 */
export function createNonceStore(deps: { clock: Clock; floor: NonceFloor; bytesMax?: number }): NonceStore {
  const bytesMax = deps.bytesMax ?? STORE_BYTES_MAX
  const claimed = new Set<string>()
  /** By the second of `created`: what to forget when its window ends. */
  const bySecond = new Map<number, string[]>()
  const countByKey = new Map<string, number>()
  let bytes = 0
  let sweptUntil = 0

  function sweep(nowSeconds: number): void {
    const ended = nowSeconds - MAX_AGE_SECONDS
    if (ended <= sweptUntil) return
    sweptUntil = ended
    for (const [second, entries] of bySecond) {
      if (second >= ended) continue
      for (const entry of entries) {
        claimed.delete(entry)
        release(entry)
      }
      bySecond.delete(second)
    }
  }

  function release(entry: string): void {
    bytes -= entry.length + ENTRY_OVERHEAD_BYTES
    const keyId = entry.slice(0, entry.indexOf(' '))
    const left = (countByKey.get(keyId) ?? 0) - 1
    if (left > 0) countByKey.set(keyId, left)
    else countByKey.delete(keyId)
  }

  function take({ keyId, nonce, created }: EarlyNonce, countMax: number): boolean {
    // Joined, and so a copy: a slice of the header would keep the whole header in memory.
    const entry = `${keyId} ${nonce}`
    if (claimed.has(entry)) return false
    const size = entry.length + ENTRY_OVERHEAD_BYTES
    const count = (countByKey.get(keyId) ?? 0) + 1
    if (bytes + size > bytesMax || count > countMax)
      throw problem('service-unavailable', {
        detail: 'The server holds as many live nonces as it may. Send the request again in a moment.',
        internal: `nonces full: ${claimed.size} entries, ${bytes} bytes, ${count} of key ${keyId}`,
        headers: { 'retry-after': '5' },
      })
    claimed.add(entry)
    countByKey.set(keyId, count)
    bytes += size
    const second = bySecond.get(created)
    if (second) second.push(entry)
    else bySecond.set(created, [entry])
    return true
  }

  function remember(accepted: readonly EarlyNonce[]): void {
    for (const early of accepted) take(early, Infinity)
  }
  remember(deps.floor.earlyNonces)

  return {
    claim(key, nonce, created) {
      sweep(Math.floor(deps.clock.now() / 1000))
      // What was swept is forgotten: after a clock that ran ahead is set back, its copies would look new and fresh.
      if (created < sweptUntil) throw problem('signature-expired', { extra: CLOCK_STEPPED_BACK })
      // Taken before the floor is asked: two copies that arrive together must not both wait and then pass.
      if (!take({ keyId: key.id, nonce, created }, nonceCountMax(key))) return false
      const admitted = deps.floor.admit(key.id, nonce, created)
      return admitted ? admitted.then(() => true) : true
    },
    remember,
    get size() {
      return claimed.size
    },
    get bytes() {
      return bytes
    },
  }
}
