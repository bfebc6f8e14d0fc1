import type { Database } from '../database/database.ts'
import { idTime } from '../ids.ts'
import type { CurrencyType, Mode } from '../sessions/principal.ts'
import { latencySlot, latencyText } from '../usage/latency.ts'
import { MINUTE_MS, startOf } from '../usage/usage.ts'
import type { RequestLog } from './record-request.ts'
import { answerHeadersJson, redactBody } from './redact.ts'
import { dayName, dayOfRequest, requestIdToUuid } from './request-id.ts'

export type RequestOutcome = {
  id: string
  status: number
  code: string | null
  durationMs: number
  headers: readonly (readonly [string, string])[]
  body: string | null
}

export type RecordOutcomeDeps = { database: Database; requestLog: Pick<RequestLog, 'flush' | 'live'> }

/**
 * Completes the row of a request that was passed on to another service, once, and shows it to live views again.
 * @returns `unknown` when there is no such row, `told` when its outcome is on record
 */
export async function recordOutcome(
  deps: RecordOutcomeDeps,
  outcome: RequestOutcome,
): Promise<'recorded' | 'told' | 'unknown'> {
  let found = await writeOutcome(deps.database, outcome)
  if (!found) {
    // A read's row waits up to 100 ms for its batch; its answer may be quicker.
    await deps.requestLog.flush()
    found = await writeOutcome(deps.database, outcome)
  }
  if (!found) return 'unknown'
  if (!found.is_changed) return 'told'
  const row = {
    id: outcome.id,
    apiKeyId: found.api_key_id,
    mode: found.mode,
    currencyType: found.currency_type,
    method: found.method,
    path: found.path,
    status: outcome.status,
    code: outcome.code,
    likelyCauseCode: null,
    durationMs: outcome.durationMs,
    ip: found.ip,
    requestCount: found.request_count,
  }
  deps.requestLog.live.publish(found.workspace_id, found.mode, () => row)
  return 'recorded'
}

type FoundRow = {
  is_changed: boolean
  workspace_id: string
  api_key_id: string
  mode: Mode
  currency_type: CurrencyType
  method: string
  path: string
  ip: string | null
  request_count: number
}

async function writeOutcome(database: Database, outcome: RequestOutcome): Promise<FoundRow | undefined> {
  const body = redactBody(outcome.body)
  const { rows } = await database.pool.query<FoundRow>({
    name: 'transaction-log-outcome',
    text: OUTCOME,
    values: [
      requestIdToUuid(outcome.id),
      outcome.status,
      outcome.code ?? '',
      outcome.durationMs,
      dayName(dayOfRequest(outcome.id)),
      answerHeadersJson(grouped(outcome.headers)),
      body.text,
      body.bytes,
      body.truncated,
      body.digest,
      new Date(startOf(idTime(outcome.id), MINUTE_MS)),
      latencyText(new Map([[latencySlot(outcome.durationMs), 1]])),
    ],
  })
  return rows[0]
}

// The status is part of the series, so the row moves to another one. A second outcome at the same moment waits for
// the row, finds it in another series and changes nothing. Of its key's usage, one without outcome becomes one with it.
const OUTCOME = `
with found as (
  select l.series_id, l.ip, l.request_count, coalesce(l.path, s.path_pattern) as path, s.workspace_id, s.mode,
         s.currency_type, s.api_key_id, s.method, s.path_pattern, s.status
    from transaction_logs l join transaction_log_series s on s.id = l.series_id
   where l.id = $1::uuid
), wanted as (
  insert into transaction_log_series as s
    (workspace_id, mode, currency_type, api_key_id, method, path_pattern, status, code, first_day, last_day)
  select workspace_id, mode, currency_type, api_key_id, method, path_pattern, $2::smallint, $3, $5::date, $5::date
    from found where status = 0
  on conflict (workspace_id, mode, api_key_id, currency_type, method, path_pattern, status, code) do update
    set first_day = least(s.first_day, excluded.first_day), last_day = greatest(s.last_day, excluded.last_day)
  returning s.id
), changed as (
  update transaction_logs l set series_id = wanted.id, duration_ms = $4::real
    from wanted, found where l.id = $1::uuid and l.series_id = found.series_id
  returning l.id
), payload as (
  update transaction_log_payloads p
     set response_headers = $6::json, response_body = $7, response_body_bytes = $8::integer,
         response_body_truncated = $9::boolean, response_body_digest = $10
    from changed where p.id = $1::uuid
  returning p.id
), counted as (
  insert into usage_pending (workspace_id, mode, currency_type, subject_id, at, status_none, status_1xx, status_2xx,
    status_3xx, status_4xx, status_5xx, latency)
  select workspace_id, mode, currency_type, api_key_id, $11::timestamptz, -request_count,
    case when class = 1 then request_count else 0 end, case when class = 2 then request_count else 0 end,
    case when class = 3 then request_count else 0 end, case when class = 4 then request_count else 0 end,
    case when class = 5 then request_count else 0 end, $12
    from changed cross join found cross join (values ($2::smallint / 100)) as outcome (class)
)
select exists (select 1 from changed) as is_changed, workspace_id, api_key_id, mode, currency_type, method, path, ip,
       request_count
  from found`

function grouped(pairs: RequestOutcome['headers']): Record<string, string[]> {
  const headers: Record<string, string[]> = Object.create(null) as Record<string, string[]>
  for (const [name, value] of pairs) (headers[name.toLowerCase()] ??= []).push(value)
  return headers
}
