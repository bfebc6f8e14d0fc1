import type { Executor } from '../database/database.ts'
import { csvLine } from '../http/csv.ts'
import {
  listClosedSettlements,
  listOpenSettlements,
  type SettlementFilter,
  type SettlementRow,
} from './queries.ts'
import type { Settlement } from './schema.ts'

const ROWS_PER_READ = 500
const ROWS_MAX = 100_000
const CSV_COLUMNS = [
  'transaction_id',
  'created_at',
  'type',
  'state',
  'amount',
  'currency',
  'announced_amount',
  'workspace_id',
  'workspace_name',
  'destination',
  'reference_code',
  'customer_reference',
  'reference',
  'reason',
  'approvals',
  'approvals_required',
  'decided_at',
] as const

type Export = {
  filter: SettlementFilter
  state: 'open' | 'closed'
  format: 'csv' | 'ndjson'
  view: (row: SettlementRow) => Settlement
}

/**
 * The filtered queue as text, read page by page so that its size never sits in memory. What customers wrote stands in
 * it: csvLine keeps a spreadsheet from running it as a formula.
 */
export async function* exportSettlements(
  executor: Executor,
  { filter, state, format, view }: Export,
): AsyncGenerator<string> {
  if (format === 'csv') yield csvLine(CSV_COLUMNS)
  const list = state === 'open' ? listOpenSettlements : listClosedSettlements
  let cursor: string | null = null
  for (let read = 0; read < ROWS_MAX; read += ROWS_PER_READ) {
    const rows: SettlementRow[] = await list(executor, { ...filter, cursor, limit: ROWS_PER_READ })
    for (const row of rows) yield format === 'csv' ? csvRow(view(row)) : `${JSON.stringify(view(row))}\n`
    if (rows.length < ROWS_PER_READ) return
    cursor = rows.at(-1)?.transaction.id ?? null
  }
}

function csvRow({ transaction, workspace, ...settlement }: Settlement): string {
  const fields: Record<(typeof CSV_COLUMNS)[number], string | number | null> = {
    transaction_id: transaction.id,
    created_at: transaction.created_at,
    type: transaction.type,
    state: settlement.state,
    amount: transaction.amount,
    currency: transaction.currency,
    announced_amount: transaction.announced_amount,
    workspace_id: workspace.id,
    workspace_name: workspace.name,
    destination: transaction.destination,
    reference_code: settlement.reference_code,
    customer_reference: transaction.reference,
    reference: settlement.reference,
    reason: settlement.reason,
    approvals: settlement.approvals.map(({ by }) => by.email).join(' '),
    approvals_required: settlement.approvals_required,
    decided_at: settlement.decided_at,
  }
  return csvLine(CSV_COLUMNS.map((column) => fields[column]))
}
