import type { Executor } from '../database/database.ts'

/**
 * Another amount of a deposit came than was announced: what is held is let go, and held anew. The caller has locked the
 * transaction, and completes it in the same database transaction.
 */
export async function announceAmount(
  executor: Executor,
  { transactionId, amountMinor, at }: { transactionId: string; amountMinor: bigint; at: Date },
): Promise<void> {
  await executor.query('select announce_amount($1, $2, $3)', [transactionId, amountMinor.toString(), at])
}
