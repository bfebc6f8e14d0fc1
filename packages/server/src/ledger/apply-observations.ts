import type { Database } from '../database/database.ts'
import { problem } from '../problems.ts'
import type { Observation, Rail } from '../rails/rail.ts'
import { advanceTransactions, type TransactionChange } from './advance-transaction.ts'
import { returnTransaction } from './return-transaction.ts'
import { findStatuses } from './queries.ts'

const OBSERVATIONS_MAX = 100

/**
 * Moves on what a rail told by itself. It tells only of its own transactions: the others that it names stay as they are,
 * and so does what its state no longer allows. The same told twice changes nothing.
 * @throws Problem `service-unavailable` when money is to come back that is spent: whoever calls, calls again
 */
export async function applyObservations(
  database: Database,
  { rail, observations, nowMs }: { rail: Rail; observations: readonly Observation[]; nowMs: number },
): Promise<void> {
  if (observations.length > OBSERVATIONS_MAX)
    throw new Error(`the rail ${rail.name} told of ${observations.length} transactions in one call`)
  const statuses = await findStatuses(database.pool, {
    rail: rail.name,
    ids: observations.map(({ transactionId }) => transactionId),
  })
  const changes: TransactionChange[] = []
  const returned: Extract<Observation, { kind: 'returned' }>[] = []
  for (const observation of observations) {
    const status = statuses.get(observation.transactionId)
    if (status === 'pending' || status === 'processing') changes.push(...changeOf(observation, status))
    if (status === 'completed' && observation.kind === 'returned') returned.push(observation)
  }
  if (changes.length > 0) await advanceTransactions(database.pool, changes, nowMs)
  for (const { transactionId, code, message } of returned) {
    const { outcome } = await returnTransaction(database.pool, { transactionId, code, message }, nowMs)
    if (outcome === 'insufficient-funds')
      throw problem('service-unavailable', {
        detail: 'What is to come back is spent. Call again.',
        headers: { 'retry-after': '3600' },
      })
  }
}

/**
 * What follows from a report on a transaction that is open; none for a report that its state does not allow, as only
 * what has completed can come back.
 * @param leaseId the worker's, where it asked
 */
export function changeOf(
  observation: Observation,
  status: 'pending' | 'processing',
  leaseId?: string,
): TransactionChange[] {
  const change = { transactionId: observation.transactionId, ...(leaseId === undefined ? {} : { leaseId }) }
  switch (observation.kind) {
    case 'completed': {
      const { railReference, lookAgainAtMs = null } = observation
      return [{ ...change, status: 'completed', railReference, lookAgainAtMs }]
    }
    case 'failed': {
      const failure = { code: observation.code, message: observation.message }
      return [{ ...change, status: 'failed', failure }]
    }
    case 'expired':
      return [{ ...change, status: 'expired' }]
    case 'accepted':
      return [{ ...change, status: 'processing', lookAgainAtMs: observation.lookAgainAtMs }]
    case 'waiting':
      return [{ ...change, status, lookAgainAtMs: observation.lookAgainAtMs }]
    case 'returned':
    case 'told-again':
      return []
  }
}
