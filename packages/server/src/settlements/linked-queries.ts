import type { Executor } from '../database/database.ts'

export type LinkedOutcome = { outcome: string; body: string | null }

export async function createCorrection(
  executor: Executor,
  correction: {
    originalId: string
    id: string
    direction: 'credit' | 'debit'
    amountMinor: bigint
    description: string
    by: string
    eventIds: string[]
    at: Date
  },
): Promise<LinkedOutcome> {
  const { rows } = await executor.query<LinkedOutcome>(
    'select outcome, body from create_correction($1, $2, $3, $4, $5, $6, $7, $8)',
    [
      correction.originalId,
      correction.id,
      correction.direction,
      correction.amountMinor.toString(),
      correction.description,
      correction.by,
      correction.eventIds,
      correction.at,
    ],
  )
  return rows[0] as LinkedOutcome
}

export async function returnPayout(
  executor: Executor,
  back: {
    originalId: string
    id: string
    amountMinor: bigint
    description: string
    by: string
    eventIds: string[]
    at: Date
  },
): Promise<LinkedOutcome> {
  const { rows } = await executor.query<LinkedOutcome>(
    'select outcome, body from return_payout($1, $2, $3, $4, $5, $6, $7)',
    [
      back.originalId,
      back.id,
      back.amountMinor.toString(),
      back.description,
      back.by,
      back.eventIds,
      back.at,
    ],
  )
  return rows[0] as LinkedOutcome
}

/** The transaction that has this reference, or null. */
export async function findByReference(
  executor: Executor,
  { rail, reference }: { rail: string; reference: string },
): Promise<string | null> {
  const { rows } = await executor.query<{ transaction_id: string }>(
    'select transaction_id from settlements where rail = $1 and reference = $2',
    [rail, reference],
  )
  return rows[0]?.transaction_id ?? null
}
