import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Database } from '../database/database.ts'
import { newId } from '../ids.ts'
import { recordAudit } from '../workspaces/audit-log.ts'
import { advanceTransactions } from './advance-transaction.ts'
import { claimDueTransactions, putOffTasks } from './queries.ts'

export type ExpireDeps = { database: Database; clock: Clock }

/** Under this name holds wait among the tasks of rails (0040_fees_and_holds.sql); no rail is called so. */
const HOLDS = 'hold'
const INTERVAL_MS = 1_000
const BATCH_MAX = 100
const LEASE_MS = 30_000
const DAY_MS = 86_400_000

/**
 * When the hold of a new transaction is let go if nobody has decided by then. Null for what holds nothing of a
 * customer's, for what a rail is asked about, which then says what became of it, and where holds wait for good.
 */
export function holdEnd(
  { config }: { config: Pick<Config, 'payoutHoldDays'> },
  { type, dueMs, nowMs }: { type: string; dueMs: number | null; nowMs: number },
): Date | null {
  if (type !== 'payout' && type !== 'refund') return null
  if (dueMs !== null || config.payoutHoldDays === 0) return null
  return new Date(nowMs + config.payoutHoldDays * DAY_MS)
}

/** Lets holds go that nobody has decided about in their time. */
export function expireHoldsLoop(deps: ExpireDeps) {
  return {
    name: 'expire-holds',
    intervalMs: INTERVAL_MS,
    run: async (): Promise<'more' | void> => {
      if ((await expireHolds(deps)) === BATCH_MAX) return 'more'
    },
  }
}

/**
 * One round: what is due expires, which frees its money, tells the endpoints and writes the audit log, all in one
 * database transaction. Workers that do this at once share the work; after a crash in between it is due again when
 * the lease ends. What people have begun to settle stays as it is; they may take that back, so it is due again a day
 * later.
 * @param workspaceId of this workspace only
 * @returns how many were due
 */
export async function expireHolds({ database, clock }: ExpireDeps, workspaceId?: string): Promise<number> {
  const nowMs = clock.now()
  const leaseId = newId('txn', nowMs).replace('txn_', 'lease_')
  const due = await claimDueTransactions(database.pool, {
    rail: HOLDS,
    leaseId,
    now: new Date(nowMs),
    leaseUntil: new Date(nowMs + LEASE_MS),
    limit: BATCH_MAX,
    workspaceId,
  })
  if (due.length === 0) return 0
  await database.transaction(async (client) => {
    const changes = due.map(({ id }) => ({ transactionId: id, status: 'expired' as const, leaseId }))
    const begun: string[] = []
    for (const { ordinal, outcome } of await advanceTransactions(client, changes, nowMs)) {
      const transaction = due[ordinal]
      if (transaction && outcome === 'under-way') begun.push(transaction.id)
      if (!transaction || outcome !== 'changed') continue
      await recordAudit(client, {
        workspaceId: transaction.workspace_id,
        actor: { kind: 'system', id: null, label: 'payout hold' },
        action: 'transaction.expired',
        target: { kind: 'transaction', id: transaction.id },
        before: { status: transaction.status },
        after: { status: 'expired' },
        mode: transaction.mode,
        now: nowMs,
      })
    }
    if (begun.length > 0) await putOffTasks(client, { ids: begun, leaseId, until: new Date(nowMs + DAY_MS) })
  })
  return due.length
}
