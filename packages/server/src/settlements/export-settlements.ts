import type { Database } from '../database/database.ts'
import { csvLine } from '../http/csv.ts'
import {
  streamSettlements,
  type SettlementFilter,
  type SettlementRow,
  type SettlementState,
} from './queries.ts'
import type { Settlement } from './schema.ts'

const CSV_COLUMNS = [
  'transaction_id',
  'created_at',
  'type',
  'state',
  'amount',
  'currency',
  'announced_amount',
  'received_amount',
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
  state: SettlementState
  format: 'csv' | 'ndjson'
  view: (row: SettlementRow) => Settlement
}

/**
 * The filtered queue as text, all as it was at one moment, read piece by piece so that its size never sits in memory. What
 * customers wrote stands in it: csvLine keeps a spreadsheet from running it as a formula.
 */
export async function* exportSettlements(
  database: Pick<Database, 'pool'>,
  { filter, state, format, view }: Export,
): AsyncGenerator<string> {
  if (format === 'csv') yield csvLine(CSV_COLUMNS)
  for await (const rows of streamSettlements(database, state, filter))
    yield rows
      .map((row) => (format === 'csv' ? csvRow(view(row)) : `${JSON.stringify(view(row))}\n`))
      .join('')
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
    received_amount: settlement.received_amount,
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
