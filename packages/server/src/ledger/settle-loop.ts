import type { Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import { newId } from '../ids.ts'
import type { Observation, Rail, RailTransaction } from '../rails/rail.ts'
import { reportsOf } from './apply-observations.ts'
import { bookReports, type Report } from './book-reports.ts'
import { followUp } from './follow-up.ts'
import { claimDueTransactions, type DueTransaction } from './queries.ts'

export type SettleDeps = { database: Database; clock: Clock; rails: readonly Rail[] }

// A look every so often costs one index probe; nothing is due sooner than a second after it was made, so nobody
// needs to ring a bell.
const SETTLE_INTERVAL_MS = 100
// Creating waits for so many at most, where both are about one account.
const BATCH_MAX = 32
const LEASE_MS = 30_000

/** Asks the rails what became of the transactions that are due, and moves those on. */
export function settleLoop(deps: SettleDeps) {
  return {
    name: 'settle',
    intervalMs: SETTLE_INTERVAL_MS,
    run: async (): Promise<'more' | void> => {
      const counts = await Promise.all(deps.rails.map((rail) => settleDue(deps, rail)))
      if (counts.some((count) => count === BATCH_MAX)) return 'more'
    },
  }
}

/**
 * One round for one rail: claim, ask, move on. A crash in between leaves the lease to run out; a report under a
 * lost lease is dropped in the database.
 * @param workspaceId of this workspace only
 * @returns how many transactions were due
 */
export async function settleDue(
  { database, clock }: Pick<SettleDeps, 'database' | 'clock'>,
  rail: Rail,
  workspaceId?: string,
): Promise<number> {
  const nowMs = clock.now()
  const leaseId = newId('txn', nowMs).replace('txn_', 'lease_')
  const due = await claimDueTransactions(database.pool, {
    rail: rail.name,
    leaseId,
    now: new Date(nowMs),
    leaseUntil: new Date(nowMs + LEASE_MS),
    limit: BATCH_MAX,
    workspaceId,
  })
  if (due.length === 0) return 0
  const { observations, faults } = await askRail(rail, due.map(railTransaction))
  const asked = new Map(due.map((transaction) => [transaction.id, transaction]))
  const reports: Report[] = []
  const followUps: { observation: Observation; createdAtMs: number }[] = []
  for (const observation of observations) {
    const transaction = asked.get(observation.transactionId)
    if (!transaction) continue
    if (transaction.status === 'completed')
      followUps.push({ observation, createdAtMs: transaction.created_at.getTime() })
    else reports.push(...reportsOf(observation, transaction.status, leaseId))
  }
  await bookReports(database, reports, clock.now()).catch((fault: unknown) => faults.push(fault))
  // After what came in at the same time: it may be what a return takes.
  for (const one of followUps) await followUp(database, { ...one, leaseId, nowMs: clock.now() })
  // What the others said is written. These are asked again once their lease has run out.
  if (faults.length > 0) throw new Error(`the rail ${rail.name} did not answer for all`, { cause: faults[0] })
  return due.length
}

/** Money that is to leave is handed over until the rail has accepted it; of everything else it is asked. */
async function askRail(rail: Rail, due: readonly RailTransaction[]) {
  const isToHandOver = ({ type, status }: RailTransaction) => type !== 'deposit' && status === 'pending'
  const others = due.filter((transaction) => !isToHandOver(transaction))
  const answers = await Promise.allSettled([
    ...(others.length > 0 ? [rail.poll(others)] : []),
    ...due.filter(isToHandOver).map(async (transaction) => [await rail.submitPayout(transaction)]),
  ])
  const observations: Observation[] = []
  const faults: unknown[] = []
  for (const answer of answers) {
    if (answer.status === 'fulfilled') observations.push(...answer.value)
    else faults.push(answer.reason)
  }
  return { observations, faults }
}

function railTransaction(due: DueTransaction): RailTransaction {
  const { id, type, status, currency, decimals, destination, reference } = due
  return {
    id,
    type,
    status,
    amountMinor: BigInt(due.amount),
    currency,
    decimals,
    destination,
    reference,
    createdAtMs: due.created_at.getTime(),
    dueAtMs: due.due_at.getTime(),
  }
}
