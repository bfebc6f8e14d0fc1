import type { Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import { problem } from '../problems.ts'
import {
  deleteEarlyNonces,
  insertEarlyNonce,
  lowerFloor,
  readEarlyNonces,
  readFloor,
  raiseFloor,
  type EarlyNonce,
} from './queries.ts'

/**
 * The durable line that keeps a restart from opening a replay window: nonces live in memory, so after a start
 * nothing that an earlier run may have accepted is accepted again. Every accepted `created` is at or below the
 * floor in the database, or its nonce is in the database itself.
 */
export type NonceFloor = {
  /** Nonces of the last run whose `created` may lie above its floor; claimed from the start. */
  earlyNonces: readonly EarlyNonce[]
  /**
   * Makes sure that `created` is covered before its request is accepted.
   * @throws Problem `signature-expired` when `created` is not after this start's floor, `service-unavailable`
   *   when the floor cannot be raised
   */
  admit(keyId: string, nonce: string, created: number): void | Promise<void>
  /**
   * Starts anew: another server may have accepted requests in between, so its floor becomes this one's.
   * @returns the nonces that it may have accepted above its floor, to be claimed here too
   */
  reopen(): Promise<readonly EarlyNonce[]>
  /** Writes the exact floor, so that the next start refuses and waits for as little as can be. */
  close(): Promise<void>
}

const LEASE_SECONDS = 2
const RENEW_WITHIN_MS = 1_000
const WAIT_MAX_MS = 3_000
/** Longer than any signature is accepted, ahead and behind together. */
export const EARLY_NONCE_SECONDS = 600

/**
 * Reads the floor of the last run and waits, 3 s at most, until the clock has passed it, so that requests made
 * after the start are not taken for requests from before it.
 */
export async function openNonceFloor(deps: {
  database: Database
  clock: Clock
  wait?: (ms: number) => Promise<void>
}): Promise<NonceFloor> {
  const { pool } = deps.database
  const { clock } = deps
  const wait = deps.wait ?? ((ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)))
  let startFloor = await readFloor(pool)
  await deleteEarlyNonces(pool, seconds(clock) - EARLY_NONCE_SECONDS)
  const earlyNonces = await readEarlyNonces(pool)
  const aheadMs = (startFloor + 1) * 1000 - clock.now()
  if (aheadMs > 0) await wait(Math.min(aheadMs, WAIT_MAX_MS))

  let leased = startFloor
  let highest = startFloor
  let renewal: Promise<void> | null = null

  function renew(): Promise<void> {
    const target = seconds(clock) + LEASE_SECONDS
    renewal ??= raiseFloor(pool, target)
      .then(() => {
        leased = Math.max(leased, target)
      })
      .finally(() => {
        renewal = null
      })
    return renewal
  }

  async function admitDurably(keyId: string, nonce: string, created: number): Promise<void> {
    try {
      // A renewal that was under way may have been for an earlier second: two rounds are enough.
      for (
        let round = 0;
        round < 2 && created > leased && created <= seconds(clock) + LEASE_SECONDS;
        round += 1
      )
        await renew()
      if (created <= leased) highest = Math.max(highest, created)
      // The caller's clock is ahead. Raising the floor so far would shut out everyone else after a restart, so
      // this one nonce is made durable instead.
      else await insertEarlyNonce(pool, { keyId, nonce, created })
    } catch (error) {
      throw problem('service-unavailable', {
        internal: 'the nonce floor could not be raised',
        headers: { 'retry-after': '1' },
        cause: error,
      })
    }
  }

  return {
    earlyNonces,
    admit(keyId, nonce, created) {
      if (created <= startFloor) throw beforeStart()
      if (created > leased) return admitDurably(keyId, nonce, created)
      highest = Math.max(highest, created)
      // Renewed ahead of need; if it fails, the first request past the lease waits and hears of it.
      if (!renewal && leased * 1000 - clock.now() < RENEW_WITHIN_MS) void renew().catch(() => {})
    },
    async reopen() {
      startFloor = Math.max(await readFloor(pool), highest)
      leased = startFloor
      return readEarlyNonces(pool)
    },
    async close() {
      await renewal?.catch(() => {})
      await lowerFloor(pool, { from: leased, to: highest })
    },
  }
}

function beforeStart() {
  return problem('signature-expired', {
    detail: 'The signature was made before the server started; it cannot be told from a replay. Sign again.',
    extra: {
      reason: 'before-server-start',
      likely_cause: 'The server was restarted between signing and sending.',
      likely_cause_code: 'before-server-start',
    },
  })
}

function seconds(clock: Clock): number {
  return Math.floor(clock.now() / 1000)
}
