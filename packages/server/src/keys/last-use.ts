import type { Executor } from '../database/database.ts'
import { touchKeys } from './queries.ts'

export type LastUse = {
  /** Remembers that a key signed a request; written with the next batch. */
  note(keyId: string, ip: string, nowMs: number): void
  flush(): Promise<void>
}

const WAITING_MAX = 100_000

/** Collects when and from where keys were used, so that the hot path writes nothing. */
export function createLastUse(deps: { executor: Executor }): LastUse {
  let uses = new Map<string, { ip: string; nowMs: number }>()
  return {
    note(keyId, ip, nowMs) {
      if (uses.size < WAITING_MAX || uses.has(keyId)) uses.set(keyId, { ip, nowMs })
    },
    async flush() {
      if (uses.size === 0) return
      const batch = uses
      uses = new Map()
      const rows = [...batch].map(([keyId, { ip, nowMs }]) => ({ keyId, at: new Date(nowMs), ip }))
      // Sorted, so that two servers that write at once lock rows in the same order.
      rows.sort((a, b) => (a.keyId < b.keyId ? -1 : 1))
      await touchKeys(deps.executor, rows)
    },
  }
}
