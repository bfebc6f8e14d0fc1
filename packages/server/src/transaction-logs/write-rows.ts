import { once } from 'node:events'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { Database } from '../database/database.ts'
import { latencyText } from '../usage/latency.ts'
import type { Usage } from '../usage/usage.ts'
import { createPages, piecesOf, type Line } from './pages.ts'
import { pathGrams, pathHash } from './path-pattern.ts'
import type { ListedRow, Payload, Series } from './record.ts'
import { dayName } from './request-id.ts'
import { usageOf } from './usage-counts.ts'

// Measured: below this one statement with arrays is faster, above it COPY is (docs/decisions/0010).
const COPY_ROWS_MIN = 64

/** A row that waits. A change keeps its payload, for the statement; a read has it laid out for COPY at once. */
export type WaitingRow = { listed: ListedRow; payload: Payload | null; line: Line | null }

type Value = string | number | boolean | null
type Column<Row> = {
  name: string
  type: string
  /** @param id what the row does not know: of a listed row its series, of a payload its row */
  of: (row: Row, id: string | number) => Value
  /** Its texts are this server's own, or JSON: they hold nothing that CSV quotes. */
  plain?: true
}
type Table<Row> = { name: string; columns: Column<Row>[] }

const NO_IDS = '{}'

const ROWS: Table<ListedRow> = {
  name: 'transaction_logs',
  columns: [
    { name: 'id', type: 'uuid', of: (row) => row.uuid, plain: true },
    { name: 'series_id', type: 'integer', of: (_, seriesId) => seriesId, plain: true },
    { name: 'duration_ms', type: 'real', of: (row) => Math.round(row.durationMs * 1000) / 1000, plain: true },
    { name: 'request_count', type: 'integer', of: (row) => row.requestCount, plain: true },
    {
      name: 'path_hash',
      type: 'integer',
      of: ({ path }) => (path === null ? null : pathHash(path)),
      plain: true,
    },
    {
      name: 'path_grams',
      type: 'smallint[]',
      of: ({ path, series }) => (path === null ? null : `{${pathGrams(path, series.pattern).join()}}`),
      plain: true,
    },
    { name: 'path', type: 'text', of: (row) => row.path },
    { name: 'ip', type: 'text', of: (row) => row.ip },
  ],
}

const PAYLOADS: Table<Payload> = {
  name: 'transaction_log_payloads',
  columns: [
    { name: 'id', type: 'uuid', of: (_, uuid) => uuid, plain: true },
    { name: 'secret_version', type: 'integer', of: (row) => row.secretVersion, plain: true },
    { name: 'query', type: 'text', of: (row) => row.query },
    { name: 'user_agent', type: 'text', of: (row) => row.userAgent },
    { name: 'idempotency_key', type: 'text', of: (row) => row.idempotencyKey },
    { name: 'transaction_id', type: 'text', of: (row) => row.transactionId },
    {
      name: 'event_ids',
      type: 'text[]',
      of: ({ eventIds }) => (eventIds.length === 0 ? NO_IDS : `{${eventIds.join()}}`),
    },
    { name: 'request_headers', type: 'json', of: (row) => row.requestHeaders, plain: true },
    { name: 'request_body', type: 'text', of: (row) => row.requestBody.text },
    { name: 'request_body_bytes', type: 'integer', of: (row) => row.requestBody.bytes, plain: true },
    { name: 'request_body_truncated', type: 'boolean', of: (row) => row.requestBody.truncated, plain: true },
    { name: 'request_body_digest', type: 'text', of: (row) => row.requestBody.digest, plain: true },
    { name: 'response_headers', type: 'json', of: (row) => row.responseHeaders, plain: true },
    { name: 'response_body', type: 'text', of: (row) => row.responseBody.text },
    { name: 'response_body_bytes', type: 'integer', of: (row) => row.responseBody.bytes, plain: true },
    {
      name: 'response_body_truncated',
      type: 'boolean',
      of: (row) => row.responseBody.truncated,
      plain: true,
    },
    { name: 'response_body_digest', type: 'text', of: (row) => row.responseBody.digest, plain: true },
    { name: 'diagnosis', type: 'json', of: (row) => row.diagnosis, plain: true },
  ],
}

const USAGE: Table<Usage> = {
  name: 'usage_pending',
  columns: [
    { name: 'workspace_id', type: 'text', of: (usage) => usage.workspaceId, plain: true },
    { name: 'mode', type: 'text', of: (usage) => usage.mode, plain: true },
    { name: 'currency_type', type: 'text', of: (usage) => usage.currencyType, plain: true },
    { name: 'subject_id', type: 'text', of: (usage) => usage.subjectId, plain: true },
    { name: 'at', type: 'timestamptz', of: (usage) => new Date(usage.atMs).toISOString(), plain: true },
    ...['none', '1xx', '2xx', '3xx', '4xx', '5xx'].map((status, index) => ({
      name: `status_${status}`,
      type: 'integer',
      of: (usage: Usage) => usage.counts[index] as number,
      plain: true as const,
    })),
    // Not plain: where nothing was measured it is an empty text, which COPY would take for null.
    { name: 'latency', type: 'text', of: (usage) => latencyText(usage.latency) },
  ],
}

/** A payload as it is copied. */
export function payloadLine({ uuid }: ListedRow, payload: Payload): string {
  return csvLine(PAYLOADS.columns, payload, uuid)
}

/** Commits rows, each in both tables, and what they add to the usage of their keys, in one transaction. */
export async function writeRows(
  database: Database,
  rows: readonly WaitingRow[],
  seriesIds: readonly number[],
): Promise<void> {
  const payloads = rows.flatMap(({ payload }) => payload ?? [])
  const usage = usageOf(rows.map(({ listed }) => listed))
  if (rows.length < COPY_ROWS_MIN && payloads.length === rows.length)
    return insertRows(database, { rows, payloads, usage, seriesIds })
  await database.transaction(async (client) => {
    const lines = rows.map(({ listed }, index) => csvLine(ROWS.columns, listed, seriesIds[index] as number))
    await copy(client, ROWS, [lines.join('')])
    await copy(client, PAYLOADS, piecesOf(linesOf(rows)))
    await copy(client, USAGE, [usage.map((one) => csvLine(USAGE.columns, one, '')).join('')])
  })
}

/** Where the payloads of rows lie, laid out now where they were not. */
function linesOf(rows: readonly WaitingRow[]): Line[] {
  const pages = createPages()
  return rows.map(({ listed, line, payload }) => line ?? pages.add(payloadLine(listed, payload as Payload)))
}

const INSERT_NAME = 'transaction-log-insert'
const INSERT = insertStatement()

/** All tables in one statement: one round trip and one commit. */
async function insertRows(
  database: Database,
  {
    rows,
    payloads,
    usage,
    seriesIds,
  }: {
    rows: readonly WaitingRow[]
    payloads: readonly Payload[]
    usage: readonly Usage[]
    seriesIds: readonly number[]
  },
): Promise<void> {
  const values = [
    ...ROWS.columns.map(({ of }) => rows.map(({ listed }, index) => of(listed, seriesIds[index] as number))),
    ...PAYLOADS.columns.map(({ of }) =>
      payloads.map((payload, index) => of(payload, (rows[index] as WaitingRow).listed.uuid)),
    ),
    ...USAGE.columns.map(({ of }) => usage.map((one) => of(one, ''))),
  ]
  await database.pool.query({ name: INSERT_NAME, text: INSERT, values })
}

function insertStatement(): string {
  let parameter = 0
  const inserts = [ROWS, PAYLOADS, USAGE].map(({ name, columns }) => {
    const names = columns.map((column) => column.name).join(', ')
    // Arrays of arrays would have to be of one length: these travel as texts.
    const selected = columns.map(({ name: column, type }) =>
      type.endsWith('[]') ? `${column}::${type}` : column,
    )
    const arrays = columns.map(({ type }) => `$${(parameter += 1)}::${type.endsWith('[]') ? 'text' : type}[]`)
    return `insert into ${name} (${names}) select ${selected.join(', ')} from unnest(${arrays.join(', ')}) as t (${names})`
  })
  return `with rows as (${inserts[0]}), payloads as (${inserts[1]}) ${inserts[2]}`
}

async function copy(
  client: pg.PoolClient,
  { name, columns }: { name: string; columns: readonly { name: string }[] },
  pieces: Iterable<string | Buffer>,
): Promise<void> {
  const names = columns.map((column) => column.name).join(', ')
  const stream = client.query(copyFrom(`copy ${name} (${names}) from stdin with (${CSV})`))
  const finished = once(stream, 'finish')
  stream.cork()
  for (const piece of pieces) stream.write(piece)
  stream.end()
  await finished
}

// JSON is full of backslashes and quotes, which COPY's own format and the usual CSV would escape one by one: with a
// quote that no text holds, nearly every value stands as it is. Null is nothing at all, an empty text a pair of quotes.
const CSV = "format csv, delimiter E'\\t', quote E'\\x01', escape E'\\x01'"
const UNQUOTED = /^[ -\uffff]+$/

function csvLine<Row>(columns: readonly Column<Row>[], row: Row, id: string | number): string {
  let text = ''
  let separator = ''
  for (const { of, plain } of columns) {
    const value = of(row, id)
    text += separator
    if (value !== null) text += plain ? String(value) : csvText(String(value))
    separator = '\t'
  }
  return `${text}\n`
}

function csvText(value: string): string {
  if (UNQUOTED.test(value)) return value
  // Postgres stores no NUL.
  return `\x01${value.replaceAll('\0', '').replaceAll('\x01', '\x01\x01')}\x01`
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
