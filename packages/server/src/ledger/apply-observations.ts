import type { Database } from '../database/database.ts'
import { problem } from '../problems.ts'
import type { Observation, Rail } from '../rails/rail.ts'
import { bookReports, type Report } from './book-reports.ts'
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
  const statusesOf = (told: readonly Observation[]) =>
    findStatuses(database.pool, { rail: rail.name, ids: told.map(({ transactionId }) => transactionId) })
  const open = await statusesOf(observations)
  const reports = observations.flatMap((observation) => {
    const status = open.get(observation.transactionId)
    return status === 'pending' || status === 'processing' ? reportsOf(observation, status) : []
  })
  await bookReports(database, reports, nowMs)
  // After what was told with it: the same call may say that it completed and that it came back.
  const returned = observations.filter((observation) => observation.kind === 'returned')
  const statuses = await statusesOf(returned)
  for (const { transactionId, code, message } of returned) {
    if (statuses.get(transactionId) !== 'completed') continue
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
export function reportsOf(
  observation: Observation,
  status: 'pending' | 'processing',
  leaseId?: string,
): Report[] {
  const change = { transactionId: observation.transactionId, ...(leaseId === undefined ? {} : { leaseId }) }
  switch (observation.kind) {
    case 'completed': {
      const { railReference, amountMinor, lookAgainAtMs = null } = observation
      return [{ ...change, status: 'completed', railReference, amountMinor, lookAgainAtMs }]
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
