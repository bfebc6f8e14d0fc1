import type { Redis } from 'ioredis'
import { steadyClock, type Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import type { Log } from '../log.ts'
import { openNonceFloor } from './nonce-floor.ts'
import { createNonceStore, type NonceStore } from './nonces.ts'
import { openSharedNonces } from './shared-nonces.ts'

export type Nonces = Pick<NonceStore, 'claim'> & {
  /** Memory that they take here; null where they are in Redis. */
  readonly bytes: number | null
  /** Whether nonces can be claimed. */
  isOpen(): boolean
  /** The lock on the database was away: another server may have accepted requests in between. */
  reopen(): Promise<void>
  close(): Promise<void>
}

/** The nonces of this server alone, in its memory; or with Redis, those of all servers. */
export async function openNonces(deps: {
  database: Database
  clock: Clock
  log: Log
  wait?: ((ms: number) => Promise<void>) | undefined
  redis: Redis | null
}): Promise<Nonces> {
  const { database, clock, log, wait, redis } = deps
  if (redis) {
    const { claim, isOpen, reopen } = await openSharedNonces({ redis, database, clock, log, wait })
    // What was claimed stays in Redis: a stop has nothing to write.
    return { bytes: null, claim, isOpen, reopen, close: async () => {} }
  }
  const floor = await openNonceFloor({ database, clock, wait })
  const store = createNonceStore({ clock: steadyClock(clock), floor })
  return {
    claim: store.claim,
    get bytes() {
      return store.bytes
    },
    isOpen: () => true,
    reopen: async () => store.remember(await floor.reopen()),
    close: () => floor.close(),
  }
}
