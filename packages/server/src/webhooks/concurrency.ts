import type { Room } from './delivery-queries.ts'

/** How many requests may run against one endpoint at a time: more while it answers, fewer when it fails. */
export type Concurrency = {
  /** Of every endpoint that has been used; what is missing here has `LIMIT_START` free. */
  rooms(): Map<string, Room>
  started(endpointId: string): void
  ended(endpointId: string, succeeded: boolean): void
  running(): number
}

export const LIMIT_START = 16
const LIMIT_MAX = 64
const REMEMBERED_MAX = 1_000

/** Adds a slot after a success and halves them after a failure, so that a dead endpoint soon holds one. */
export function createConcurrency(): Concurrency {
  const endpoints = new Map<string, { running: number; limit: number }>()
  let total = 0
  return {
    rooms: () =>
      new Map(
        [...endpoints].map(([id, { limit, running }]) => [
          id,
          { free: Math.max(0, limit - running), running },
        ]),
      ),
    started(endpointId) {
      const state = endpoints.get(endpointId) ?? { running: 0, limit: LIMIT_START }
      state.running += 1
      total += 1
      endpoints.set(endpointId, state)
    },
    ended(endpointId, succeeded) {
      const state = endpoints.get(endpointId)
      if (!state) return
      state.running -= 1
      total -= 1
      state.limit = succeeded ? Math.min(LIMIT_MAX, state.limit + 1) : Math.max(1, state.limit >> 1)
      // What is back at the start, or one too many to remember, is forgotten: memory stays bounded.
      if (state.running === 0 && (state.limit >= LIMIT_START || endpoints.size > REMEMBERED_MAX))
        endpoints.delete(endpointId)
    },
    running: () => total,
  }
}
