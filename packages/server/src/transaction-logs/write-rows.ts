import type { Database } from '../database/database.ts'
import { copyIn } from '../database/copy-in.ts'
import { latencyText } from '../usage/latency.ts'
import type { Usage } from '../usage/usage.ts'
import { CSV, csvText } from './csv-text.ts'
import { piecesOf, type Line } from './pages.ts'
import { pathGrams, pathHash } from './path-pattern.ts'
import { PAYLOAD_COLUMNS } from './payload-line.ts'
import type { ListedRow, Series } from './record.ts'
import { dayName } from './request-id.ts'
import { usageOf } from './usage-counts.ts'

/** A row that waits: what it is listed by, and the rest of it as it is copied. */
export type WaitingRow = { listed: ListedRow; line: Line }

const COPY_ROWS = copyInto(
  'transaction_logs',
  'id, series_id, duration_ms, request_count, path_hash, path_grams, path, ip',
)
const COPY_PAYLOADS = copyInto('transaction_log_payloads', PAYLOAD_COLUMNS)
const COPY_USAGE = copyInto(
  'usage_pending',
  `workspace_id, mode, currency_type, subject_id, at,
   status_none, status_1xx, status_2xx, status_3xx, status_4xx, status_5xx, latency`,
)

function copyInto(table: string, columns: string): string {
  return `copy ${table} (${columns}) from stdin with (${CSV})`
}

/** Commits rows, each in both tables, and what they add to the usage of their keys, in one transaction. */
export async function writeRows(
  database: Database,
  rows: readonly WaitingRow[],
  seriesIds: readonly number[],
): Promise<void> {
  const lines = rows.map(({ listed }, index) => rowLine(listed, seriesIds[index] as number))
  const usage = usageOf(rows.map(({ listed }) => listed))
  await copyIn(database.pool, [
    { statement: COPY_ROWS, pieces: [Buffer.from(lines.join(''))] },
    { statement: COPY_PAYLOADS, pieces: [...piecesOf(rows.map(({ line }) => line))] },
    { statement: COPY_USAGE, pieces: [Buffer.from(usage.map(usageLine).join(''))] },
  ])
}

function rowLine({ uuid, series, path, durationMs, ip, requestCount }: ListedRow, seriesId: number): string {
  const found =
    path === null
      ? '\t\t'
      : `${pathHash(path)}\t{${pathGrams(path, series.pattern).join()}}\t${csvText(path)}`
  // Whole microseconds: a number without a fraction is written faster.
  const duration = `${Math.round(durationMs * 1000)}e-3`
  return `${uuid}\t${seriesId}\t${duration}\t${requestCount}\t${found}\t${ip === null ? '' : csvText(ip)}\n`
}

function usageLine({ workspaceId, mode, currencyType, subjectId, atMs, counts, latency }: Usage): string {
  const at = new Date(atMs).toISOString()
  // Where nothing was measured it is an empty text, which is not null.
  const measured = csvText(latencyText(latency))
  return `${workspaceId}\t${mode}\t${currencyType}\t${subjectId}\t${at}\t${counts.join('\t')}\t${measured}\n`
}

/** The dimensions of a series, as one text: the key of whoever remembers its id. */
export function seriesKey(series: Series): string {
  const { workspaceId, mode, currencyType, apiKeyId, method, pattern, status, code } = series
  return `${workspaceId}\n${mode}\n${currencyType}\n${apiKeyId}\n${method}\n${pattern}\n${status}\n${code ?? ''}`
}

export type KnownSeries = { id: number; firstDay: number; lastDay: number }

/**
 * The ids of series, made where they are new, with the rows' days inside their days. In the order of
 * their keys, so that two servers that write the same ones wait for each other instead of deadlocking.
 */
export async function upsertSeries(
  database: Database,
  wanted: readonly { key: string; series: Series; firstDay: number; lastDay: number }[],
): Promise<Map<string, KnownSeries>> {
  const sorted = wanted.toSorted((a, b) => (a.key < b.key ? -1 : 1))
  const column = <T>(of: (series: Series) => T) => sorted.map(({ series }) => of(series))
  const { rows } = await database.pool.query<{
    key: string
    id: number
    first_day: string
    last_day: string
  }>(
    `with wanted as materialized (
       select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::smallint[],
                            $8::text[], $9::date[], $10::date[])
         as t (workspace_id, mode, currency_type, api_key_id, method, path_pattern, status, code, first_day, last_day)
     )
     insert into transaction_log_series as s
       (workspace_id, mode, currency_type, api_key_id, method, path_pattern, status, code, first_day, last_day)
     select workspace_id, mode, currency_type, api_key_id, method, path_pattern, status, code, first_day, last_day
       from wanted
     on conflict (workspace_id, mode, api_key_id, currency_type, method, path_pattern, status, code) do update
       set first_day = least(s.first_day, excluded.first_day), last_day = greatest(s.last_day, excluded.last_day)
     returning id, first_day::text, last_day::text,
       concat_ws(E'\\n', workspace_id, mode, currency_type, api_key_id, method, path_pattern, status, code) as key`,
    [
      column((series) => series.workspaceId),
      column((series) => series.mode),
      column((series) => series.currencyType),
      column((series) => series.apiKeyId),
      column((series) => series.method),
      column((series) => series.pattern),
      column((series) => series.status),
      column((series) => series.code ?? ''),
      sorted.map(({ firstDay }) => dayName(firstDay)),
      sorted.map(({ lastDay }) => dayName(lastDay)),
    ],
  )
  return new Map(
    rows.map((row) => [
      row.key,
      { id: row.id, firstDay: Date.parse(row.first_day), lastDay: Date.parse(row.last_day) },
    ]),
  )
}
