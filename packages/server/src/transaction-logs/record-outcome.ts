import type { Database } from '../database/database.ts'
import { responsePairs } from './record.ts'
import type { RequestLog } from './record-request.ts'
import { redactBody } from './redact.ts'
import { dayName, dayOfRequest, requestIdToUuid } from './request-id.ts'

export type RequestOutcome = {
  id: string
  status: number
  code: string | null
  durationMs: number
  headers: readonly (readonly [string, string])[]
  body: string | null
}

export type RecordOutcomeDeps = { database: Database; requestLog: Pick<RequestLog, 'flush'> }

/**
 * Completes the row of a request that was passed on to another service, once.
 * @returns `unknown` when there is no such row, `told` when its outcome is on record
 */
export async function recordOutcome(
  deps: RecordOutcomeDeps,
  outcome: RequestOutcome,
): Promise<'recorded' | 'told' | 'unknown'> {
  const result = await writeOutcome(deps.database, outcome)
  if (result !== 'unknown') return result
  // A read's row waits up to 100 ms for its batch; its answer may be quicker.
  await deps.requestLog.flush()
  return writeOutcome(deps.database, outcome)
}

async function writeOutcome(
  database: Database,
  outcome: RequestOutcome,
): Promise<'recorded' | 'told' | 'unknown'> {
  const body = redactBody(outcome.body)
  const headers = responsePairs(grouped(outcome.headers))
  const { rows } = await database.pool.query<{ found: number; changed: number }>({
    name: 'transaction-log-outcome',
    text: OUTCOME,
    values: [
      requestIdToUuid(outcome.id),
      outcome.status,
      outcome.code ?? '',
      outcome.durationMs,
      dayName(dayOfRequest(outcome.id)),
      JSON.stringify(headers),
      body.text,
      body.bytes,
      body.truncated,
      body.digest,
    ],
  })
  const [counts] = rows
  if (!counts || Number(counts.found) === 0) return 'unknown'
  return Number(counts.changed) === 0 ? 'told' : 'recorded'
}

// The status is part of the series, so the row moves to another one. A second outcome at the same moment waits for
// the row, finds it in another series and changes nothing.
const OUTCOME = `
with found as (
  select l.series_id, s.* from transaction_logs l join transaction_log_series s on s.id = l.series_id
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
)
select (select count(*) from found) as found, (select count(*) from changed) as changed`

function grouped(pairs: RequestOutcome['headers']): Record<string, string[]> {
  const headers: Record<string, string[]> = Object.create(null) as Record<string, string[]>
  for (const [name, value] of pairs) (headers[name.toLowerCase()] ??= []).push(value)
  return headers
}
