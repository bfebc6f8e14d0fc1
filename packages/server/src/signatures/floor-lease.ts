import type { Clock } from '../clock.ts'
import type { Executor } from '../database/database.ts'
import { problem } from '../problems.ts'
import { insertEarlyNonce, raiseFloor } from './queries.ts'

const LEASE_SECONDS = 2
const RENEW_WITHIN_MS = 1_000

/** The floor belongs to another epoch: what is accepted now would be unknown to whoever works in that one. */
export class EpochLost extends Error {}

export type FloorLease = {
  readonly epoch: string
  /**
   * Makes sure that the floor in the database is at or above `created`, or that the nonce is in the database itself,
   * before its request is accepted; at once within the lease.
   * @throws Problem `service-unavailable` when the database does not take it, its cause an `EpochLost` when the floor
   *   belongs to another epoch
   */
  cover(keyId: string, nonce: string, created: number): void | Promise<void>
  /** Unix seconds: up to here the floor is raised. */
  readonly leased: number
  /** The highest `created` that was covered by the floor. */
  readonly highest: number
  /** Resolves when no renewal is under way. */
  settle(): Promise<void>
}

/**
 * A lease on the floor, 2 s ahead of the clock and renewed before it runs out.
 * @param floor where it stands already
 */
export function createFloorLease(
  deps: { executor: Executor; clock: Clock },
  { epoch, floor }: { epoch: string; floor: number },
): FloorLease {
  const { executor, clock } = deps
  let leased = floor
  let highest = floor
  let renewal: Promise<void> | null = null

  function renew(): Promise<void> {
    const target = seconds(clock) + LEASE_SECONDS
    renewal ??= raiseFloor(executor, { floor: target, epoch })
      .then((raised) => {
        if (!raised) throw new EpochLost()
        leased = Math.max(leased, target)
      })
      .finally(() => {
        renewal = null
      })
    return renewal
  }

  async function coverDurably(keyId: string, nonce: string, created: number): Promise<void> {
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
      else if (!(await insertEarlyNonce(executor, { keyId, nonce, created, epoch }))) throw new EpochLost()
    } catch (error) {
      throw problem('service-unavailable', {
        internal: 'the nonce floor could not be raised',
        headers: { 'retry-after': '1' },
        cause: error,
      })
    }
  }

  return {
    epoch,
    cover(keyId, nonce, created) {
      if (created > leased) return coverDurably(keyId, nonce, created)
      highest = Math.max(highest, created)
      // Renewed ahead of need; if it fails, the first request past the lease waits and hears of it.
      if (!renewal && leased * 1000 - clock.now() < RENEW_WITHIN_MS) void renew().catch(() => {})
    },
    get leased() {
      return leased
    },
    get highest() {
      return highest
    },
    async settle() {
      await renewal?.catch(() => {})
    },
  }
}

function seconds(clock: Clock): number {
  return Math.floor(clock.now() / 1000)
}
