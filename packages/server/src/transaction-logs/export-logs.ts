import type { Executor } from '../database/database.ts'
import { csvLine } from '../http/csv.ts'
import { logView } from './log-view.ts'
import { listLogs, type LogFilter } from './queries.ts'
import type { TransactionLog } from './schema.ts'

export const EXPORT_ROWS_MAX = 1_000_000
const ROWS_PER_PAGE = 1_000

const COLUMNS = [
  'id',
  'created_at',
  'api_key_id',
  'mode',
  'currency_type',
  'method',
  'path',
  'status',
  'outcome',
  'code',
  'duration_ms',
  'ip',
  'request_count',
  'likely_cause_code',
] as const satisfies (keyof TransactionLog)[]

/** Every matching row, newest first, as text in pieces of a thousand rows: memory does not grow with the export. */
export async function* exportLogs(
  executor: Executor,
  { filter, format, nowMs }: { filter: LogFilter; format: 'ndjson' | 'csv'; nowMs: number },
): AsyncGenerator<string> {
  if (format === 'csv') yield csvLine(COLUMNS)
  let beforeId = filter.beforeId
  for (let rows = 0; rows < EXPORT_ROWS_MAX; rows += ROWS_PER_PAGE) {
    const page = await listLogs(executor, { ...filter, beforeId }, { limit: ROWS_PER_PAGE, nowMs })
    if (page.length > 0) yield page.map((row) => line(logView(row), format)).join('')
    if (page.length < ROWS_PER_PAGE) return
    beforeId = page.at(-1)?.id
  }
}

function line(row: TransactionLog, format: 'ndjson' | 'csv'): string {
  if (format === 'ndjson') return `${JSON.stringify(row)}\n`
  return csvLine(COLUMNS.map((column) => row[column]))
}
