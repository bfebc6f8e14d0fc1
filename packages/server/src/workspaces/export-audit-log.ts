import type { Executor } from '../database/database.ts'
import { csvLine } from '../http/csv.ts'
import { listAuditEntries, type AuditFilter, type AuditRow } from './queries.ts'

const ROWS_PER_READ = 500
const ROWS_MAX = 100_000
const CSV_COLUMNS = [
  'id',
  'created_at',
  'actor_kind',
  'actor_id',
  'actor_label',
  'action',
  'target_kind',
  'target_id',
  'before',
  'after',
  'mode',
  'ip',
  'request_id',
] as const

/** An entry as the API shows it. */
export function auditOnWire(row: AuditRow) {
  return {
    id: row.id,
    actor: row.actor,
    action: row.action,
    target: { kind: row.targetKind, id: row.targetId },
    before: row.before,
    after: row.after,
    mode: row.mode,
    ip: row.ip,
    request_id: row.requestId,
    created_at: row.createdAt.toISOString(),
  }
}

/** The filtered log as text, newest first, read page by page so that its size never sits in memory. */
export async function* exportAuditLog(
  executor: Executor,
  filter: Omit<AuditFilter, 'before' | 'limit'>,
  format: 'csv' | 'ndjson',
): AsyncGenerator<string> {
  if (format === 'csv') yield csvLine(CSV_COLUMNS)
  let before: string | null = null
  for (let read = 0; read < ROWS_MAX; read += ROWS_PER_READ) {
    const rows: AuditRow[] = await listAuditEntries(executor, { ...filter, before, limit: ROWS_PER_READ })
    for (const row of rows) yield format === 'csv' ? csvRow(row) : `${JSON.stringify(auditOnWire(row))}\n`
    if (rows.length < ROWS_PER_READ) return
    before = rows.at(-1)?.id ?? null
  }
}

function csvRow(row: AuditRow): string {
  const fields: Record<(typeof CSV_COLUMNS)[number], string | null> = {
    id: row.id,
    created_at: row.createdAt.toISOString(),
    actor_kind: row.actor.kind,
    actor_id: row.actor.id,
    actor_label: row.actor.label,
    action: row.action,
    target_kind: row.targetKind,
    target_id: row.targetId,
    before: row.before && JSON.stringify(row.before),
    after: row.after && JSON.stringify(row.after),
    mode: row.mode,
    ip: row.ip,
    request_id: row.requestId,
  }
  return csvLine(CSV_COLUMNS.map((column) => fields[column]))
}
