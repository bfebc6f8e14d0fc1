import type { Executor } from '../database/database.ts'
import { exportRows } from '../http/export-rows.ts'
import { logView } from './log-view.ts'
import { listLogs, type LogFilter, type LogRow } from './queries.ts'
import type { TransactionLog } from './schema.ts'

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

/** Every matching row, newest first. */
export function exportLogs(
  executor: Executor,
  { filter, format, nowMs }: { filter: LogFilter; format: 'ndjson' | 'csv'; nowMs: number },
): AsyncGenerator<string> {
  return exportRows({
    format,
    columns: COLUMNS,
    pageAfter: (last: LogRow | undefined, limit) =>
      listLogs(executor, last ? { ...filter, beforeId: last.id } : filter, { limit, nowMs }),
    view: logView,
  })
}
