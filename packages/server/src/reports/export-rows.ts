import type { RawBuilder } from 'kysely'
import { sqlBuilder, type Database } from '../database/database.ts'
import { streamRows } from '../database/stream-rows.ts'
import { csvLine } from '../http/csv.ts'
import type { Entry, Transaction } from '../ledger/schema.ts'
import type { StatementBounds } from './queries.ts'
import type { StatementLine } from './schema.ts'

type Field = string | number | null
type Format = 'csv' | 'ndjson'
/** What a file's columns are called, and what each row says there. */
type Columns<Row> = Record<string, (row: Row) => Field>

/** Rows of `select … as item`, all of one moment, as pieces of a file. */
async function* exportItems<Row>(
  database: Pick<Database, 'pool'>,
  { statement, format, columns }: { statement: RawBuilder<unknown>; format: Format; columns: Columns<Row> },
): AsyncGenerator<string> {
  const { sql, parameters } = statement.compile(sqlBuilder)
  if (format === 'csv') yield csvLine(Object.keys(columns))
  const valuesOf = Object.values(columns)
  for await (const rows of streamRows<{ item: Row }>(database, { text: sql, values: parameters }))
    yield rows
      .map(({ item }) =>
        format === 'csv' ? csvLine(valuesOf.map((value) => value(item))) : `${JSON.stringify(item)}\n`,
      )
      .join('')
}

const TRANSACTION_COLUMNS: Columns<Transaction> = {
  id: (row) => row.id,
  created_at: (row) => row.created_at,
  type: (row) => row.type,
  status: (row) => row.status,
  amount: (row) => row.amount,
  currency: (row) => row.currency,
  account_id: (row) => row.account_id,
  destination_account_id: (row) => row.destination_account_id,
  destination: (row) => row.destination,
  reference: (row) => row.reference,
  description: (row) => row.description,
  linked_transaction_id: (row) => row.linked_transaction_id,
  refunded: (row) => row.refunded,
  announced_amount: (row) => row.announced_amount,
  fee: (row) => row.fee,
  failure_code: (row) => row.failure?.code ?? null,
  effective_at: (row) => row.effective_at,
  completed_at: (row) => row.completed_at,
  updated_at: (row) => row.updated_at,
  expires_at: (row) => row.expires_at,
  sequence: (row) => row.sequence,
  request_id: (row) => row.request_id,
  metadata: (row) => (Object.keys(row.metadata).length > 0 ? JSON.stringify(row.metadata) : null),
}

export function exportTransactions(
  database: Pick<Database, 'pool'>,
  file: { statement: RawBuilder<unknown>; format: Format },
): AsyncGenerator<string> {
  return exportItems(database, { ...file, columns: TRANSACTION_COLUMNS })
}

const ENTRY_COLUMNS: Columns<Entry> = {
  account_id: (row) => row.account_id,
  version: (row) => row.version,
  created_at: (row) => row.created_at,
  transaction_id: (row) => row.transaction_id,
  part: (row) => row.part,
  step: (row) => row.step,
  currency: (row) => row.currency,
  posted: (row) => row.posted,
  pending_in: (row) => row.pending_in,
  pending_out: (row) => row.pending_out,
  posted_after: (row) => row.balance.posted,
  pending_in_after: (row) => row.balance.pending_in,
  pending_out_after: (row) => row.balance.pending_out,
  available_after: (row) => row.balance.available,
}

export function exportEntries(
  database: Pick<Database, 'pool'>,
  file: { statement: RawBuilder<unknown>; format: Format },
): AsyncGenerator<string> {
  return exportItems(database, { ...file, columns: ENTRY_COLUMNS })
}

type StatementRow = Pick<StatementLine, 'created_at' | 'balance'> &
  Partial<StatementLine> & { kind: 'opening' | 'line' | 'closing'; currency: string }
const STATEMENT_COLUMNS: Columns<StatementRow> = {
  kind: (row) => row.kind,
  created_at: (row) => row.created_at,
  transaction_id: (row) => row.transaction_id ?? null,
  type: (row) => row.type ?? null,
  reference: (row) => row.reference ?? null,
  description: (row) => row.description ?? null,
  amount: (row) => row.amount ?? null,
  balance: (row) => row.balance,
  currency: (row) => row.currency,
  version: (row) => row.version ?? null,
}

/** The opening balance, every line, the closing balance. */
export async function* exportStatement(
  database: Pick<Database, 'pool'>,
  file: {
    bounds: StatementBounds
    period: { from: Date; to: Date }
    statement: RawBuilder<unknown>
    format: Format
  },
): AsyncGenerator<string> {
  const { bounds, period, statement, format } = file
  const write = (row: StatementRow) =>
    format === 'ndjson'
      ? `${JSON.stringify(row)}\n`
      : csvLine(Object.values(STATEMENT_COLUMNS).map((value) => value(row)))
  const balance = (kind: 'opening' | 'closing', at: Date): StatementRow => ({
    kind,
    created_at: at.toISOString(),
    balance: bounds[kind].posted,
    currency: bounds.currency,
  })
  if (format === 'csv') yield csvLine(Object.keys(STATEMENT_COLUMNS))
  yield write(balance('opening', period.from))
  const { sql, parameters } = statement.compile(sqlBuilder)
  for await (const rows of streamRows<{ item: StatementLine }>(database, { text: sql, values: parameters }))
    yield rows.map(({ item }) => write({ kind: 'line', ...item, currency: bounds.currency })).join('')
  yield write(balance('closing', period.to))
}
