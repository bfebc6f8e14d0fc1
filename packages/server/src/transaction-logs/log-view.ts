import { decodeCursor } from '../http/pagination.ts'
import { idTime, isId } from '../ids.ts'
import { problem } from '../problems.ts'
import type { Principal } from '../sessions/principal.ts'
import type { Histogram } from './count-logs.ts'
import { PASSED_ON } from './record.ts'
import type { LogDetail, LogFilter, LogRow, LoggedMessage } from './queries.ts'
import type { LoggedBody } from './redact.ts'
import type {
  LogFilterInput,
  TransactionLog,
  TransactionLogDetail,
  TransactionLogHistogram,
} from './schema.ts'

/** A row as the API shows it. */
export function logView(row: LogRow): TransactionLog {
  return {
    id: row.id,
    api_key_id: row.apiKeyId,
    mode: row.mode,
    currency_type: row.currencyType,
    method: row.method,
    path: row.path,
    status: row.status,
    outcome: row.status === PASSED_ON ? 'forwarded' : 'answered',
    code: row.code,
    // A server of an older version, beside this one, publishes rows without it.
    likely_cause_code: row.likelyCauseCode ?? null,
    duration_ms: row.durationMs,
    ip: row.ip,
    request_count: row.requestCount,
    created_at: new Date(idTime(row.id)).toISOString(),
  }
}

export function logDetailView(detail: LogDetail): TransactionLogDetail {
  return {
    ...logView(detail),
    query: detail.query,
    user_agent: detail.userAgent,
    secret_version: detail.secretVersion,
    idempotency_key: detail.idempotencyKey,
    transaction_id: detail.transactionId,
    event_ids: detail.eventIds,
    request: messageView(detail.request),
    response: messageView(detail.response),
    diagnosis: detail.diagnosis,
  }
}

export function histogramView({
  fromMs,
  toMs,
  bucketMs,
  isExact,
  startsMs,
  counts,
}: Histogram): TransactionLogHistogram {
  const rows = new Map(counts.map((count) => [`${count.bucket} ${count.statusClass}`, count.rows]))
  const of = (bucket: number, statusClass: number) => rows.get(`${bucket} ${statusClass}`) ?? 0
  return {
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    bucket_seconds: bucketMs / 1_000,
    exact: isExact,
    data: startsMs.map((startMs, bucket) => ({
      at: new Date(startMs).toISOString(),
      '2xx': of(bucket, 2),
      '3xx': of(bucket, 3),
      '4xx': of(bucket, 4),
      '5xx': of(bucket, 5),
      forwarded: of(bucket, PASSED_ON),
    })),
  }
}

function messageView({ headers, body }: LoggedMessage): { headers: string[][]; body: LoggedBody | null } {
  return { headers, body: body.bytes === 0 ? null : body }
}

/** What a caller may see of what they ask for: their workspace and mode; a key, its own currency type. */
export function visibleLogs(principal: Principal, query: LogFilterInput): LogFilter {
  return {
    workspaceId: principal.workspaceId,
    mode: principal.mode,
    currencyType: principal.kind === 'key' ? principal.currencyType : query.currency_type,
    id: query.id,
    apiKeyId: query.api_key_id,
    method: query.method,
    path: query.path,
    pathContains: query.path_contains,
    status: query.status,
    statusClass: query.status_class === undefined ? undefined : statusClassOf(query.status_class),
    code: query.code,
    createdAfter: query.created_after,
    createdBefore: query.created_before,
    beforeId: query.cursor === undefined ? undefined : idOfCursor(query.cursor),
  }
}

/** The first digit of its statuses; what has no outcome yet is a class of its own, with the one status 0. */
function statusClassOf(name: string): number {
  return name === 'forwarded' ? PASSED_ON : Number(name.charAt(0))
}

/** Whether a row that was just written passes the filters of a live view. */
export function matchesFilter(row: LogRow, filter: LogFilter): boolean {
  const equal = <T>(wanted: T | undefined, is: T) => wanted === undefined || wanted === is
  return (
    equal(filter.mode, row.mode) &&
    equal(filter.currencyType, row.currencyType) &&
    equal(filter.id, row.id) &&
    equal(filter.apiKeyId, row.apiKeyId) &&
    equal(filter.method, row.method) &&
    equal(filter.path, row.path) &&
    equal(filter.status, row.status) &&
    equal(filter.statusClass, Math.floor(row.status / 100)) &&
    (filter.code === undefined || filter.code === row.code) &&
    row.path.includes(filter.pathContains ?? '')
  )
}

function idOfCursor(cursor: string): string {
  const [id = ''] = decodeCursor(cursor, 1)
  if (isId('req', id)) return id
  throw problem('invalid-input', {
    errors: [
      { pointer: '/query/cursor', message: 'must be the next_cursor of an earlier answer to the same list' },
    ],
  })
}
