import { setTimeout as delay } from 'node:timers/promises'
import { reconcileSlice, type ReconciliationDeps } from './reconcile-slice.ts'

const LOOK_INTERVAL_MS = 5_000
const REST_MAX_MS = 2_000

/**
 * Proves what is new every five minutes, and all of it as often as it is cheap to, once a day at least
 * (full_reconciliation_every in 0041_full_proofs.sql); at most half of the time is its own.
 */
export function reconciliationLoop(deps: ReconciliationDeps) {
  return {
    name: 'reconcile',
    intervalMs: LOOK_INTERVAL_MS,
    async run(signal: AbortSignal): Promise<'more' | void> {
      const startedAt = performance.now()
      if (!(await reconcileSlice(deps))) return
      const restMs = Math.min(performance.now() - startedAt, REST_MAX_MS)
      // A stop ends the rest; the next round is then not begun.
      await delay(restMs, undefined, { signal, ref: false }).catch(() => {})
      return 'more'
    },
  }
}
