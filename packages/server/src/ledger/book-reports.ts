import type pg from 'pg'
import type { Database } from '../database/database.ts'
import { advanceTransactions, type TransactionChange } from './advance-transaction.ts'
import { announceAmount } from './announce-amount.ts'
import { AMOUNT_MINOR_MAX } from './currencies.ts'

/** What a rail says of an open transaction; with `amountMinor` where it says how much completed. */
export type Report = TransactionChange & { amountMinor?: bigint | undefined }

/**
 * Books what a rail reports. Of a deposit, what came is booked, whatever was announced; what leaves, leaves whole: a rail
 * that says otherwise is not believed, its transaction stays as it is, and the others are booked.
 * @throws when it was not believed of one
 */
export async function bookReports(
  database: Database,
  reports: readonly Report[],
  nowMs: number,
): Promise<void> {
  const others = await findOtherAmounts(database, reports)
  const usual = reports.filter((report) => !others.has(report))
  if (usual.length > 0) await advanceTransactions(database.pool, usual, nowMs)
  const faults: string[] = []
  for (const [report, type] of others) {
    const amountMinor = report.amountMinor ?? 0n
    if (type === 'deposit' && amountMinor > 0n && amountMinor <= AMOUNT_MINOR_MAX)
      await database.transaction((client) => bookOther(client, { ...report, amountMinor }, nowMs))
    else faults.push(`the rail says that ${report.transactionId} completed with ${amountMinor} minor units`)
  }
  if (faults.length > 0) throw new Error(faults.join('; '))
}

/** Those that completed with another amount than the transaction has, and its type. */
async function findOtherAmounts(
  { pool }: Database,
  reports: readonly Report[],
): Promise<Map<Report, string>> {
  const named = reports.filter(({ amountMinor }) => amountMinor !== undefined)
  if (named.length === 0) return new Map()
  const { rows } = await pool.query<{ id: string; type: string; amount: string }>(
    'select id, type, amount::text from transactions where id = any ($1)',
    [named.map(({ transactionId }) => transactionId)],
  )
  const known = new Map(rows.map((row) => [row.id, row]))
  const others = new Map<Report, string>()
  for (const report of named) {
    const { type, amount } = known.get(report.transactionId) ?? {}
    if (type !== undefined && amount !== report.amountMinor?.toString()) others.set(report, type)
  }
  return others
}

async function bookOther(
  client: pg.PoolClient,
  { amountMinor, ...change }: Report & { amountMinor: bigint },
  nowMs: number,
): Promise<void> {
  const { transactionId, leaseId } = change
  const { rows } = await client.query<{ is_open: boolean }>(
    `select status in ('pending', 'processing') and announced_amount is null as is_open
     from transactions where id = $1 for update`,
    [transactionId],
  )
  if (!rows[0]?.is_open) return
  if (leaseId !== undefined) {
    const mine = await client.query(
      'select 1 from rail_tasks where transaction_id = $1 and lease_id = $2 for update',
      [transactionId, leaseId],
    )
    if (mine.rowCount === 0) return
  }
  await announceAmount(client, { transactionId, amountMinor, at: new Date(nowMs) })
  const [advanced] = await advanceTransactions(client, [change], nowMs)
  if (advanced?.outcome !== 'changed')
    throw new Error(`the ledger answered ${advanced?.outcome} to a deposit of another amount`)
}
