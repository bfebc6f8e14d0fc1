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
/** Idle endpoints whose limit is remembered; every claim names them. */
const REMEMBERED_MAX = 256

type State = { running: number; limit: number }

/** Adds a slot after a success and halves them after a failure, so that a dead endpoint soon holds one. */
export function createConcurrency(): Concurrency {
  const busy = new Map<string, State>()
  /** The one that became idle last is the last. */
  const idle = new Map<string, State>()
  let total = 0
  return {
    rooms: () =>
      new Map(
        [...busy, ...idle].map(([id, { limit, running }]) => [
          id,
          { free: Math.max(0, limit - running), running },
        ]),
      ),
    started(endpointId) {
      const state = busy.get(endpointId) ?? idle.get(endpointId) ?? { running: 0, limit: LIMIT_START }
      state.running += 1
      total += 1
      idle.delete(endpointId)
      busy.set(endpointId, state)
    },
    ended(endpointId, succeeded) {
      const state = busy.get(endpointId)
      if (!state) return
      state.running -= 1
      total -= 1
      state.limit = succeeded ? Math.min(LIMIT_MAX, state.limit + 1) : Math.max(1, state.limit >> 1)
      if (state.running > 0) return
      busy.delete(endpointId)
      idle.set(endpointId, state)
      const oldest = idle.size > REMEMBERED_MAX ? idle.keys().next().value : undefined
      if (oldest !== undefined) idle.delete(oldest)
    },
    running: () => total,
  }
}
