import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import { problem, type Problem } from '../problems.ts'
import { createFloorLease } from './floor-lease.ts'
import { deleteEarlyNonces, lowerFloor, readEarlyNonces, takeFloor, type EarlyNonce } from './queries.ts'

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
  wait?: ((ms: number) => Promise<void>) | undefined
}): Promise<NonceFloor> {
  const { pool } = deps.database
  const { clock } = deps
  const own = () => `memory ${randomUUID()}`
  let epoch = own()
  let startFloor = await takeFloor(pool, epoch)
  await deleteEarlyNonces(pool, seconds(clock) - EARLY_NONCE_SECONDS)
  const earlyNonces = await readEarlyNonces(pool)
  await waitUntilPast(startFloor, deps)
  const lease = (floor: number) => createFloorLease({ executor: pool, clock }, { epoch, floor })
  let current = lease(startFloor)

  return {
    earlyNonces,
    admit(keyId, nonce, created) {
      if (created <= startFloor) throw beforeStart()
      return current.cover(keyId, nonce, created)
    },
    async reopen() {
      epoch = own()
      startFloor = Math.max(await takeFloor(pool, epoch), current.highest)
      current = lease(startFloor)
      return readEarlyNonces(pool)
    },
    async close() {
      await current.settle()
      await lowerFloor(pool, { from: current.leased, to: current.highest, epoch })
    },
  }
}

/** Waits until the clock has passed a floor, 3 s at most: a request made from now on is then not taken for an older one. */
export async function waitUntilPast(
  floor: number,
  { clock, wait = delay }: { clock: Clock; wait?: ((ms: number) => Promise<unknown>) | undefined },
): Promise<void> {
  const aheadMs = (floor + 1) * 1000 - clock.now()
  if (aheadMs > 0) await wait(Math.min(aheadMs, WAIT_MAX_MS))
}

export function beforeStart(): Problem {
  return problem('signature-expired', {
    detail:
      'The signature was made before the server or its memory of signatures started; it cannot be told from a replay. Sign again.',
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
