import type { Executor } from '../database/database.ts'
import { newId } from '../ids.ts'

export type Return = {
  transactionId: string
  code: string
  message: string
  /** The request that caused it and who asked; absent: the ones of the transaction that comes back. */
  requestId?: string
  createdBy?: string
  /** The worker's lease, and when it looks again while the account has too little; absent when a person decides. */
  lease?: { id: string; againAtMs: number }
}

export type Returned = {
  outcome: 'returned' | 'returned-before' | 'not-returnable' | 'insufficient-funds' | 'lease-lost'
  /** JSON: the new transaction as the API shows it, or what the outcome tells beside. */
  body: string | null
  transaction_id: string | null
  event_ids: string[]
}

/**
 * Lets a completed transaction come back: a linked transaction of the type `return`, with entries and events, in one
 * database transaction.
 */
export async function returnTransaction(executor: Executor, input: Return, nowMs: number): Promise<Returned> {
  const { rows } = await executor.query<Returned>(
    `select outcome, body, transaction_id, event_ids
     from return_transaction($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      input.transactionId,
      newId('txn', nowMs),
      `Returned, ${input.code}: ${input.message}`,
      input.requestId ?? null,
      input.createdBy ?? null,
      Array.from({ length: 4 }, () => newId('evt', nowMs)),
      input.lease?.id ?? null,
      input.lease ? new Date(input.lease.againAtMs) : null,
      new Date(nowMs),
    ],
  )
  const [returned] = rows
  if (!returned) throw new Error('return_transaction answered nothing')
  return returned
}
