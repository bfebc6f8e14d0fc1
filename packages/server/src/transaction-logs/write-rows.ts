import { once } from 'node:events'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { Database } from '../database/database.ts'
import type { PreparedRow } from './record.ts'
import { dayName } from './request-id.ts'

// Measured: below this one statement with arrays is faster, above it COPY is (docs/decisions/0010).
const COPY_ROWS_MIN = 64

type Value = string | number | boolean | null
type Column = {
  name: string
  type: string
  of: (row: PreparedRow, seriesId: number) => Value
  /** Its texts are this server's own and hold nothing to escape. */
  plain?: true
}

const NO_IDS = '{}'

const ROW_COLUMNS: Column[] = [
  { name: 'id', type: 'uuid', of: (row) => row.uuid, plain: true },
  { name: 'series_id', type: 'integer', of: (_, seriesId) => seriesId, plain: true },
  {
    name: 'duration_ms',
    type: 'real',
    of: (row) => Math.round(row.record.durationMs * 1000) / 1000,
    plain: true,
  },
  { name: 'request_count', type: 'integer', of: (row) => row.requestCount, plain: true },
  { name: 'path_hash', type: 'integer', of: (row) => row.pathHash, plain: true },
  { name: 'path_grams', type: 'smallint[]', of: (row) => row.pathGrams, plain: true },
  { name: 'path', type: 'text', of: (row) => row.path },
  { name: 'ip', type: 'text', of: (row) => row.record.ip },
]

const PAYLOAD_COLUMNS: Column[] = [
  { name: 'id', type: 'uuid', of: (row) => row.uuid, plain: true },
  { name: 'secret_version', type: 'integer', of: (row) => row.record.secretVersion, plain: true },
  { name: 'query', type: 'text', of: (row) => row.query },
  { name: 'user_agent', type: 'text', of: (row) => row.record.userAgent },
  { name: 'idempotency_key', type: 'text', of: (row) => row.record.idempotencyKey },
  { name: 'transaction_id', type: 'text', of: (row) => row.record.transactionId },
  {
    name: 'event_ids',
    type: 'text[]',
    of: (row) => (row.record.eventIds.length === 0 ? NO_IDS : `{${row.record.eventIds.join()}}`),
  },
  { name: 'request_headers', type: 'json', of: (row) => row.requestHeaders },
  { name: 'request_body', type: 'text', of: (row) => row.requestBody },
  { name: 'request_body_bytes', type: 'integer', of: (row) => row.requestBytes, plain: true },
  { name: 'request_body_truncated', type: 'boolean', of: (row) => row.requestTruncated, plain: true },
  { name: 'request_body_digest', type: 'text', of: (row) => row.requestDigest, plain: true },
  { name: 'response_headers', type: 'json', of: (row) => row.responseHeaders },
  { name: 'response_body', type: 'text', of: (row) => row.responseBody },
  { name: 'response_body_bytes', type: 'integer', of: (row) => row.responseBytes, plain: true },
  { name: 'response_body_truncated', type: 'boolean', of: (row) => row.responseTruncated, plain: true },
  { name: 'response_body_digest', type: 'text', of: (row) => row.responseDigest, plain: true },
  { name: 'diagnosis', type: 'json', of: (row) => row.diagnosis },
]

type Table = { name: string; columns: Column[] }

const TABLES: Table[] = [
  { name: 'transaction_logs', columns: ROW_COLUMNS },
  { name: 'transaction_log_payloads', columns: PAYLOAD_COLUMNS },
]

/** Commits rows, each in both tables, in one transaction. */
export async function writeRows(
  database: Database,
  rows: readonly PreparedRow[],
  seriesIds: readonly number[],
): Promise<void> {
  if (rows.length < COPY_ROWS_MIN) return insertRows(database, rows, seriesIds)
  await database.transaction(async (client) => {
    for (const table of TABLES) await copyRows(client, table, rows, seriesIds)
  })
}

const INSERT_NAME = 'transaction-log-insert'
const INSERT = insertStatement()

/** Both tables in one statement: one round trip and one commit. */
async function insertRows(
  database: Database,
  rows: readonly PreparedRow[],
  seriesIds: readonly number[],
): Promise<void> {
  const values = TABLES.flatMap(({ columns }) =>
    columns.map(({ of }) => rows.map((row, index) => of(row, seriesIds[index] as number))),
  )
  await database.pool.query({ name: INSERT_NAME, text: INSERT, values })
}

function insertStatement(): string {
  let parameter = 0
  const inserts = TABLES.map(({ name, columns }) => {
    const names = columns.map((column) => column.name).join(', ')
    // Arrays of arrays would have to be of one length: these travel as texts.
    const selected = columns.map(({ name: column, type }) =>
      type.endsWith('[]') ? `${column}::${type}` : column,
    )
    const arrays = columns.map(({ type }) => `$${(parameter += 1)}::${type.endsWith('[]') ? 'text' : type}[]`)
    return `insert into ${name} (${names}) select ${selected.join(', ')} from unnest(${arrays.join(', ')}) as t (${names})`
  })
  return `with rows as (${inserts[0]}) ${inserts[1]}`
}

async function copyRows(
  client: pg.PoolClient,
  table: Table,
  rows: readonly PreparedRow[],
  seriesIds: readonly number[],
): Promise<void> {
  const columns = table.columns.map((column) => column.name).join(', ')
  const stream = client.query(copyFrom(`copy ${table.name} (${columns}) from stdin`))
  const finished = once(stream, 'finish')
  stream.end(copyTextOf(table, rows, seriesIds))
  await finished
}

/** Rows in COPY's text format. */
function copyTextOf({ columns }: Table, rows: readonly PreparedRow[], seriesIds: readonly number[]): string {
  let text = ''
  for (const [index, row] of rows.entries()) {
    let separator = ''
    for (const { of, plain } of columns) {
      const value = of(row, seriesIds[index] as number)
      text += separator + (value === null ? NULL : plain ? String(value) : copyText(String(value)))
      separator = '\t'
    }
    text += '\n'
  }
  return text
}

const NULL = '\\N'
const CONTROL = /[\n\r\t\0]/
const COPY_ESCAPES: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\0': '' }

/** A text in COPY's text format. */
function copyText(value: string): string {
  // JSON is full of backslashes and free of control characters: the common case stays without a callback.
  const text = value.includes('\\') ? value.replaceAll('\\', '\\\\') : value
  if (!CONTROL.test(text)) return text
  return text.replaceAll(/[\n\r\t\0]/g, (character) => COPY_ESCAPES[character] as string)
}

/** The dimensions of a series, as one text: the key of whoever remembers its id. */
export function seriesKey({ record, pattern }: PreparedRow): string {
  const { workspaceId, mode, currencyType, apiKeyId, method, status, code } = record
  return `${workspaceId}\n${mode}\n${currencyType}\n${apiKeyId}\n${method}\n${pattern}\n${status}\n${code ?? ''}`
}

export type KnownSeries = { id: number; firstDay: number; lastDay: number }

/**
 * The ids of series, made where they are new, with the rows' days inside their days. In the order of
 * their keys, so that two servers that write the same ones wait for each other instead of deadlocking.
 */
export async function upsertSeries(
  database: Database,
  wanted: readonly { key: string; row: PreparedRow; firstDay: number; lastDay: number }[],
): Promise<Map<string, KnownSeries>> {
  const sorted = wanted.toSorted((a, b) => (a.key < b.key ? -1 : 1))
  const column = <T>(of: (row: PreparedRow) => T) => sorted.map(({ row }) => of(row))
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
      column(({ record }) => record.workspaceId),
      column(({ record }) => record.mode),
      column(({ record }) => record.currencyType),
      column(({ record }) => record.apiKeyId),
      column(({ record }) => record.method),
      column(({ pattern }) => pattern),
      column(({ record }) => record.status),
      column(({ record }) => record.code ?? ''),
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
