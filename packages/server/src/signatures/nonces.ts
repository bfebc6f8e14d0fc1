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
  claim(keyId: string, nonce: string, created: number): boolean | Promise<boolean>
  /** Claims what another server has accepted meanwhile. */
  remember(accepted: readonly EarlyNonce[]): void
  readonly size: number
  readonly bytes: number
}

/** A signature is accepted until so many seconds after `created`. */
export const MAX_AGE_SECONDS = 300
export const MAX_AHEAD_SECONDS = 30

const STORE_BYTES_MAX = 256 * 1024 * 1024
// A Map entry, its string header and the list entry beside it, measured at 300 000 entries.
const ENTRY_OVERHEAD_BYTES = 96

const CLOCK_STEPPED_BACK = {
  likely_cause_code: 'window-ended',
  likely_cause:
    'The signature was made more than 300 s before the latest time that the server has seen: the body took long to arrive, or the server clock was set back.',
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
        bytes -= entry.length + ENTRY_OVERHEAD_BYTES
      }
      bySecond.delete(second)
    }
  }

  function take(entry: string, created: number): boolean {
    if (claimed.has(entry)) return false
    if (bytes + entry.length + ENTRY_OVERHEAD_BYTES > bytesMax)
      throw problem('service-unavailable', {
        detail: 'The server holds as many live nonces as it may. Send the request again in a moment.',
        internal: `nonce store full: ${claimed.size} entries, ${bytes} bytes`,
        headers: { 'retry-after': '5' },
      })
    claimed.add(entry)
    bytes += entry.length + ENTRY_OVERHEAD_BYTES
    const second = bySecond.get(created)
    if (second) second.push(entry)
    else bySecond.set(created, [entry])
    return true
  }

  function remember(accepted: readonly EarlyNonce[]): void {
    for (const { keyId, nonce, created } of accepted) take(`${keyId} ${nonce}`, created)
  }
  remember(deps.floor.earlyNonces)

  return {
    claim(keyId, nonce, created) {
      sweep(Math.floor(deps.clock.now() / 1000))
      // What was swept is forgotten: after a clock that ran ahead is set back, its copies would look new and fresh.
      if (created < sweptUntil) throw problem('signature-expired', { extra: CLOCK_STEPPED_BACK })
      const entry = `${keyId} ${nonce}`
      // Taken before the floor is asked: two copies that arrive together must not both wait and then pass.
      if (!take(entry, created)) return false
      const admitted = deps.floor.admit(keyId, nonce, created)
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
