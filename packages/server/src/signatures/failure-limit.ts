import type { Clock } from '../clock.ts'
import { network } from '../http/client-address.ts'
import { problem } from '../problems.ts'

/** Turns an address away that fails too often, before anything is looked up for it. */
export type FailureLimit = {
  /** @throws Problem `too-many-failures` */
  assertBelow(address: string): void
  count(address: string): void
}

const WINDOW_MS = 60_000
const ADDRESSES_MAX = 50_000

/**
 * Counts failures per address in fixed minutes; the table is emptied at each minute and bounded within it.
 * @param deps.countForAll tells the other servers of a failure and answers with what all of them have counted. Nobody
 *   waits for it, and while it fails each server counts for itself.
 */
export function createFailureLimit(deps: {
  clock: Clock
  failuresPerMinute: number
  countForAll?: ((address: string) => Promise<number>) | undefined
}): FailureLimit {
  let windowStart = 0
  let failures = new Map<string, number>()

  function roll(): number {
    const now = deps.clock.now()
    if (now - windowStart >= WINDOW_MS || now < windowStart) {
      windowStart = now
      failures = new Map()
    }
    return now
  }

  return {
    assertBelow(client) {
      if (failures.size === 0) return
      const address = network(client)
      const count = failures.get(address)
      if (count === undefined || count < deps.failuresPerMinute) return
      const now = roll()
      if ((failures.get(address) ?? 0) < deps.failuresPerMinute) return
      const seconds = Math.max(1, Math.ceil((windowStart + WINDOW_MS - now) / 1000))
      throw problem('too-many-failures', { headers: { 'retry-after': String(seconds) } })
    },
    count(client) {
      roll()
      const address = network(client)
      const count = failures.get(address)
      if (count === undefined && failures.size >= ADDRESSES_MAX) return
      failures.set(address, (count ?? 0) + 1)
      const minute = failures
      deps.countForAll?.(address).then(
        (all) => minute.set(address, Math.max(all, minute.get(address) ?? 0)),
        () => {},
      )
    },
  }
}
