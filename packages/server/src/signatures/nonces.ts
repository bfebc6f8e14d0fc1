import { hash, randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { problem } from '../problems.ts'
import { createDigestSet } from './digest-set.ts'
import type { NonceFloor } from './nonce-floor.ts'
import { createHolders } from './nonce-holders.ts'
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
 * Nonces in this server's memory, with a bound on their bytes: 256 MiB hold those of 12 000 requests a second. They are
 * forgotten second by second as their windows end.
 * @param deps.clock must not step back
 */
export function createNonceStore(deps: { clock: Clock; floor: NonceFloor; bytesMax?: number }): NonceStore {
  const bytesMax = deps.bytesMax ?? STORE_BYTES_MAX
  const claimed = createDigestSet({ bytesMax })
  const holders = createHolders()
  const digestOf = createDigest()
  let sweptUntil = 0

  function sweep(nowSeconds: number): void {
    const ended = nowSeconds - MAX_AGE_SECONDS
    if (ended <= sweptUntil) return
    sweptUntil = ended
    claimed.forgetBefore(ended)
    holders.releaseBefore(ended)
  }

  function take({ keyId, nonce, created }: EarlyNonce, countMax: number): boolean {
    const digest = digestOf(keyId, nonce)
    if (claimed.has(digest)) return false
    const count = holders.countOf(keyId)
    const hasRoom = count < countMax && claimed.bytes + holders.bytes <= bytesMax
    if (!hasRoom || !claimed.add(digest, created))
      throw problem('service-unavailable', {
        detail: 'The server holds as many live nonces as it may. Send the request again in a moment.',
        internal: `nonces full: ${holders.size} entries, ${claimed.bytes} bytes, ${count} of key ${keyId}`,
        headers: { 'retry-after': '5' },
      })
    holders.hold(keyId, created)
    return true
  }

  function remember(accepted: readonly EarlyNonce[]): void {
    // What is older is refused whether or not it is known.
    for (const early of accepted) if (early.created >= sweptUntil) take(early, Infinity)
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
      return holders.size
    },
    get bytes() {
      return claimed.bytes + holders.bytes
    },
  }
}

/**
 * A nonce of a key in 16 bytes. The same one has the same digest always, so no replay passes. Two of n have one by
 * chance with n² / 2^129, at four million 2^-85: then a request that is new is refused, once. Secret and new at each
 * start, so that nobody can make nonces that crowd one place of the set.
 */
function createDigest(): (keyId: string, nonce: string) => string {
  const secret = randomBytes(16).toString('hex')
  return (keyId, nonce) => hash('sha256', `${secret}${keyId} ${nonce}`, 'binary')
}
