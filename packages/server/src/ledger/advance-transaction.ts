import type { Executor } from '../database/database.ts'
import { newId } from '../ids.ts'

/** One change of state; what SQL calls transaction_change. */
export type TransactionChange = {
  transactionId: string
  /** The same status as now only moves the next look at it. */
  status: 'pending' | 'processing' | 'completed' | 'failed' | 'canceled' | 'expired'
  failure?: { code: string; message: string }
  railReference?: string | undefined
  /** When the rail is asked again; null: it is not. */
  lookAgainAtMs?: number | null
  /** The worker's lease; absent when a person decides. */
  leaseId?: string
  /** The request that caused it; absent: the one that created the transaction. */
  requestId?: string
}

export type Advanced = {
  ordinal: number
  outcome: 'changed' | 'unchanged' | 'ended' | 'under-way' | 'lease-lost'
  /** The transaction as the API shows it, in JSON; null when the lease was lost. */
  body: string | null
  transaction_id: string
  event_ids: string[]
}

/**
 * Moves transactions on: status, entries and events in one database transaction, one round trip. A transaction
 * that has ended stays as it is and says so. Results come in no particular order; `ordinal` counts the changes.
 */
export async function advanceTransactions(
  executor: Executor,
  changes: readonly TransactionChange[],
  nowMs: number,
): Promise<Advanced[]> {
  const items = changes.map((change, ordinal) => ({
    ordinal,
    transaction_id: change.transactionId,
    status: change.status,
    failure_code: change.failure?.code ?? null,
    failure_message: change.failure?.message ?? null,
    rail_reference: change.railReference ?? null,
    due_at: change.lookAgainAtMs == null ? null : new Date(change.lookAgainAtMs),
    lease_id: change.leaseId ?? null,
    request_id: change.requestId ?? null,
    event_ids: Array.from({ length: 3 }, () => newId('evt', nowMs)),
  }))
  const { rows } = await executor.query<Advanced>({
    name: 'advance-transactions',
    text: 'select ordinal, outcome, body, transaction_id, event_ids from advance_transactions($1, $2)',
    values: [JSON.stringify(items), new Date(nowMs)],
  } as never)
  return rows
}
