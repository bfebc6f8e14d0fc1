import type { Executor } from '../database/database.ts'
import type { CurrencyType, Mode } from '../sessions/principal.ts'
import { readLikelyCauses } from './likely-causes.ts'
import { daysOf, partitionName } from './partitions.ts'
import { matchPattern, pathHash, patternsOf } from './path-pattern.ts'
import type { LoggedBody } from './redact.ts'
import { dayName, dayOf, requestIdToUuid, uuidFloor, uuidToRequestId } from './request-id.ts'

/** Whose rows, and which. Absent fields do not filter. */
export type LogFilter = {
  workspaceId: string
  mode: Mode
  currencyType?: CurrencyType
  id?: string
  apiKeyId?: string
  method?: string
  path?: string
  pathContains?: string
  status?: number
  /** 2 for 2xx. */
  statusClass?: number
  code?: string
  createdAfter?: Date
  createdBefore?: Date
  /** Only rows older than this request. */
  beforeId?: string
  /** Only rows newer than this request. */
  afterId?: string
}

/** A row of the list. */
export type LogRow = {
  id: string
  apiKeyId: string
  mode: Mode
  currencyType: CurrencyType
  method: string
  path: string
  status: number
  code: string | null
  /** Why a signature was refused; null where none was. */
  likelyCauseCode: string | null
  durationMs: number
  ip: string | null
  requestCount: number
}

export type LoggedMessage = { headers: string[][]; body: LoggedBody }

/** Everything that is kept of one request. */
export type LogDetail = LogRow & {
  query: string | null
  userAgent: string | null
  secretVersion: number | null
  idempotencyKey: string | null
  transactionId: string | null
  eventIds: string[]
  request: LoggedMessage
  response: LoggedMessage
  diagnosis: Record<string, unknown> | null
}

/** The newest rows that a first, cheap look reads before it asks which series can match at all. */
const ROWS_SCANNED_MAX = 2_000
// Up to this many series are looked at one by one before a text is searched for; in each, this many rows.
const FEW_SERIES_MAX = 200
const FEW_ROWS_MAX = 100
// How many days one statement visits: the newest first, because most questions end there, and a text with some
// matches a day must not fetch those of a month to show twenty.
const DAYS_PER_STATEMENT = [1, 4, 9, 17]
// How far another server's clock may be ahead; later partitions exist, but nobody looks into them.
const CLOCK_SKEW_MS = 60_000

const ROW_COLUMNS = 'id, series_id, duration_ms, request_count, path, ip'
const LIST_COLUMNS = `l.id, l.duration_ms, l.request_count, coalesce(l.path, s.path_pattern) as path, l.ip,
  s.api_key_id, s.mode, s.currency_type, s.method, s.status, s.code`

/**
 * The newest rows that match, at most `limit`. A filter costs what its answer costs, never what it passes
 * over (docs/decisions/0010): first the newest rows are looked at, which ends every common question; then
 * the list of series tells which combinations exist, and each is read from its own place in the index.
 */
export async function listLogs(
  executor: Executor,
  filter: LogFilter,
  options: { limit: number; nowMs: number },
): Promise<LogRow[]> {
  const rows = await findRows(executor, filter, options)
  const refused = rows.filter(({ code }) => code !== '')
  const causes = await readLikelyCauses(
    executor,
    refused.map(({ id }) => id),
  )
  return rows.map((row) => toLogRow(row, causes.get(row.id)))
}

async function findRows(
  executor: Executor,
  filter: LogFilter,
  { limit, nowMs }: { limit: number; nowMs: number },
): Promise<DatabaseRow[]> {
  const range = rangeOf(filter, nowMs)
  // Also what lies so far ahead that no date names its day.
  if (range.from >= range.until) return []
  const days = (await daysOf(executor))
    .filter((day) => day >= range.firstDay && day <= range.lastDay)
    .reverse()
  if (filter.path !== undefined && !filter.path.includes(filter.pathContains ?? '')) return []
  if (filter.id !== undefined) return scanNewest(executor, { filter, range, days, limit })
  // A path that names one object is rare by nature: its own index answers at once.
  if (filter.path === undefined || patternsOf(filter.path).includes(filter.path)) {
    const newest = await scanNewest(executor, { filter, range, days, limit })
    if (newest.length === limit) return newest
  }
  const legs = legsOf(filter, await findSeries(executor, filter, range))
  const rows: DatabaseRow[] = []
  for (const group of groupsOf(days)) {
    const found = await readDays(executor, { legs, range, days: group, limit: limit - rows.length })
    rows.push(...found)
    if (rows.length >= limit) break
  }
  return rows
}

/** One request, or null when the workspace has none with this id in this mode (and currency type). */
export async function findLog(
  executor: Executor,
  {
    id,
    workspaceId,
    mode,
    currencyType,
  }: { id: string } & Pick<LogFilter, 'workspaceId' | 'mode' | 'currencyType'>,
): Promise<LogDetail | null> {
  const { rows } = await executor.query<DatabaseRow & PayloadRow>(
    `select ${LIST_COLUMNS}, p.query, p.user_agent, p.secret_version, p.idempotency_key, p.transaction_id, p.event_ids,
            p.request_headers, p.request_body, p.request_body_bytes, p.request_body_truncated, p.request_body_digest,
            p.response_headers, p.response_body, p.response_body_bytes, p.response_body_truncated,
            p.response_body_digest, p.diagnosis
       from transaction_logs l
       join transaction_log_series s on s.id = l.series_id
       join transaction_log_payloads p on p.id = l.id
      where l.id = $1 and p.id = $1 and s.workspace_id = $2 and s.mode = $3
        and ($4::text is null or s.currency_type = $4)`,
    [requestIdToUuid(id), workspaceId, mode, currencyType ?? null],
  )
  const [row] = rows
  return row ? toLogDetail(row) : null
}

export type Range = { from: string; until: string; firstDay: number; lastDay: number }

/** The bounds of a filter as ids: `from` belongs to the range, `until` does not. */
export function rangeOf(filter: LogFilter, nowMs: number): Range {
  let from = uuidFloor(filter.createdAfter ? filter.createdAfter.getTime() + 1 : 0)
  let until = uuidFloor(Math.min(nowMs + CLOCK_SKEW_MS, filter.createdBefore?.getTime() ?? Infinity))
  if (filter.beforeId) until = smaller(until, requestIdToUuid(filter.beforeId))
  if (filter.afterId) from = larger(from, nextUuid(requestIdToUuid(filter.afterId)))
  if (filter.id) {
    from = larger(from, requestIdToUuid(filter.id))
    until = smaller(until, nextUuid(requestIdToUuid(filter.id)))
  }
  return { from, until, firstDay: dayOf(msOf(from)), lastDay: dayOf(msOf(until)) }
}

export const smaller = (a: string, b: string) => (a < b ? a : b)
export const larger = (a: string, b: string) => (a > b ? a : b)
export const msOf = (uuid: string) => Number.parseInt(uuid.slice(0, 12), 16)
const nextUuid = (uuid: string) => (BigInt(`0x${uuid}`) + 1n).toString(16).padStart(32, '0').slice(-32)

/** The matching rows among the newest that the range holds on its last day. */
async function scanNewest(
  executor: Executor,
  { filter, range, days, limit }: { filter: LogFilter; range: Range; days: number[]; limit: number },
): Promise<DatabaseRow[]> {
  if (days.length === 0) return []
  const parameters = new Parameters()
  // Two days, because the newest may have just begun; more would cost planning time.
  const from = parameters.add(larger(range.from, uuidFloor(days.slice(0, 2).at(-1) as number)))
  const until = parameters.add(range.until)
  const scanned = parameters.add(Math.max(ROWS_SCANNED_MAX, 2 * limit))
  const conditions = rowConditions(filter, parameters)
  const { rows } = await executor.query<DatabaseRow>(
    `select ${LIST_COLUMNS}
       from (
         select ${ROW_COLUMNS} from transaction_logs
          where id >= ${from} and id < ${until}
          order by id desc limit ${scanned}
       ) l
       join transaction_log_series s on s.id = l.series_id
      where ${conditions.join(' and ')}
      order by l.id desc
      limit ${parameters.add(limit)}`,
    parameters.values,
  )
  return rows
}

/** Series that share their pattern and their days. */
export type SeriesGroup = { ids: number[]; pathPattern: string; firstDay: number; lastDay: number }

/** Every combination that the filter allows and that has rows in the range. */
export async function findSeries(
  executor: Executor,
  filter: LogFilter,
  range: Range,
): Promise<SeriesGroup[]> {
  const parameters = new Parameters()
  const conditions = seriesConditions(filter, parameters)
  conditions.push(`s.last_day >= ${parameters.add(dayName(range.firstDay))}`)
  conditions.push(`s.first_day <= ${parameters.add(dayName(range.lastDay))}`)
  if (filter.path !== undefined)
    conditions.push(`s.path_pattern = any (${parameters.add(patternsOf(filter.path))})`)
  const { rows } = await executor.query<{ ids: number[]; path_pattern: string; first: string; last: string }>(
    `select array_agg(s.id) as ids, s.path_pattern, s.first_day::text as first, s.last_day::text as last
       from transaction_log_series s
      where ${conditions.join(' and ')}
      group by s.path_pattern, s.first_day, s.last_day`,
    parameters.values,
  )
  return rows.map(({ ids, path_pattern: pathPattern, first, last }) => {
    return { ids, pathPattern, firstDay: Date.parse(first), lastDay: Date.parse(last) }
  })
}

/** The conditions on a series `s` that the filter asks for. */
export function seriesConditions(filter: LogFilter, parameters: Parameters): string[] {
  const conditions = [
    `s.workspace_id = ${parameters.add(filter.workspaceId)}`,
    `s.mode = ${parameters.add(filter.mode)}`,
  ]
  const equal = (column: string, value: unknown) => {
    if (value !== undefined) conditions.push(`s.${column} = ${parameters.add(value)}`)
  }
  equal('currency_type', filter.currencyType)
  equal('api_key_id', filter.apiKeyId)
  equal('method', filter.method)
  equal('status', filter.status)
  equal('code', filter.code)
  if (filter.statusClass !== undefined) {
    const first = filter.statusClass * 100
    conditions.push(`s.status between ${parameters.add(first)} and ${parameters.add(first + 99)}`)
  }
  return conditions
}

/** The conditions on a row `l` of the series `s`. */
export function rowConditions(filter: LogFilter, parameters: Parameters): string[] {
  const conditions = seriesConditions(filter, parameters)
  const path = 'coalesce(l.path, s.path_pattern)'
  if (filter.path !== undefined) conditions.push(`${path} = ${parameters.add(filter.path)}`)
  if (filter.pathContains !== undefined)
    conditions.push(`position(${parameters.add(filter.pathContains)} in ${path}) > 0`)
  return conditions
}

/** One way to read some series: whole, or only the rows of a path, or only rows that may hold a text. */
export type Leg =
  | { read: 'whole'; series: SeriesGroup[] }
  | { read: 'path'; series: SeriesGroup[]; path: string }
  | { read: 'text'; series: SeriesGroup[]; text: string; grams: number[] }

export function legsOf({ path, pathContains }: LogFilter, series: SeriesGroup[]): Leg[] {
  if (path === undefined && pathContains === undefined) return [{ read: 'whole', series }]
  if (path === undefined) return textLegs(series, pathContains as string)
  return [
    { read: 'whole', series: series.filter((group) => group.pathPattern === path) },
    { read: 'path', series: series.filter((group) => group.pathPattern !== path), path },
  ]
}

/** Series whose pattern shows the text are read whole; of the others, the rows that hold its grams. */
function textLegs(series: readonly SeriesGroup[], text: string): Leg[] {
  const always: SeriesGroup[] = []
  const perhaps = new Map<string, { read: 'text'; series: SeriesGroup[]; text: string; grams: number[] }>()
  for (const group of series) {
    const match = matchPattern(group.pathPattern, text)
    if (match.kind === 'always') always.push(group)
    if (match.kind !== 'perhaps') continue
    const key = match.grams.join()
    const leg = perhaps.get(key) ?? { read: 'text', series: [], text, grams: match.grams }
    leg.series.push(group)
    perhaps.set(key, leg)
  }
  return [{ read: 'whole', series: always }, ...perhaps.values()]
}

/** Reads the newest rows of some days, at most `limit`, with one statement. */
async function readDays(
  executor: Executor,
  { legs, range, days, limit }: { legs: Leg[]; range: Range; days: number[]; limit: number },
): Promise<DatabaseRow[]> {
  const parameters = new Parameters()
  const bounds = `id >= ${parameters.add(range.from)} and id < ${parameters.add(range.until)}`
  const most = parameters.add(limit)
  const parts = legs.flatMap((leg) => {
    const alive = days.filter((day) => leg.series.some((group) => isOn(group, day)))
    return alive.length > 0 ? legSql(leg, alive, { bounds, most, parameters }) : []
  })
  if (parts.length === 0) return []
  const { rows } = await executor.query<DatabaseRow>(
    `select ${LIST_COLUMNS}
       from (select * from (${parts.join(' union all ')}) every order by id desc limit ${most}) l
       join transaction_log_series s on s.id = l.series_id
      order by l.id desc`,
    parameters.values,
  )
  return rows
}

type LegContext = { bounds: string; most: string; parameters: Parameters }

/** The statements that together give a leg's newest rows on these days. */
function legSql(leg: Leg, days: readonly number[], context: LegContext): string[] {
  const { bounds, most, parameters } = context
  const newest = `order by id desc limit ${most}`
  if (leg.read === 'whole') return days.map((day) => `(${wholeSql(leg, day, context)} ${newest})`)

  const ids = `unnest(${parameters.add(leg.series.flatMap((group) => group.ids))}::integer[])`
  const condition =
    leg.read === 'path'
      ? `path_hash = ${parameters.add(pathHash(leg.path))} and path = ${parameters.add(leg.path)}`
      : textCondition(leg, parameters)
  const seriesCount = leg.series.reduce((sum, group) => sum + group.ids.length, 0)
  if (leg.read === 'text' && seriesCount <= FEW_SERIES_MAX)
    return days.map((day) => `(${fewSeriesSql(day, { ids, condition, text: leg.text }, context)} ${newest})`)

  const found = days.map(
    (day) =>
      `select ${ROW_COLUMNS} from ${partitionName('transaction_logs', day)} where ${bounds} and ${condition}`,
  )
  // `in (select unnest …)` is hashed once; with `= any (…)` the planner weighed every element: 8 ms a day.
  return [`(select * from (${found.join(' union all ')}) found where series_id in (select ${ids}) ${newest})`]
}

/** Each series gives its newest rows from its own place in the index: many series cost no scan. */
function wholeSql(leg: Leg, day: number, { bounds, most, parameters }: LegContext): string {
  const ids = leg.series.filter((group) => isOn(group, day)).flatMap((group) => group.ids)
  return `select l.* from unnest(${parameters.add(ids)}::integer[]) as wanted (series_id) cross join lateral (
    select ${ROW_COLUMNS} from ${partitionName('transaction_logs', day)}
     where series_id = wanted.series_id and ${bounds} order by id desc limit ${most}) l`
}

/**
 * A common text (the first letters of every id) among rare series: reading those series is cheap, and the
 * grams would find half the day. So every series is read a little, and only one that has more is searched.
 */
function fewSeriesSql(
  day: number,
  { ids, condition, text }: { ids: string; condition: string; text: string },
  { bounds, parameters }: LegContext,
): string {
  const rows = `from ${partitionName('transaction_logs', day)} where ${bounds}`
  return `select * from (
    with large as materialized (
      select series_id from ${ids} as wanted (series_id)
       where exists (select ${rows} and series_id = wanted.series_id offset ${FEW_ROWS_MAX})
    )
    select l.* from ${ids} as wanted (series_id) cross join lateral (
      select ${ROW_COLUMNS} from (
        select ${ROW_COLUMNS} ${rows} and series_id = wanted.series_id order by id desc limit ${FEW_ROWS_MAX}
      ) newest where position(${parameters.add(text)} in path) > 0) l
    union
    select ${ROW_COLUMNS} ${rows} and ${condition}
       and series_id in (select series_id from large) and (select count(*) from large) > 0
  ) few`
}

export function textCondition(
  { text, grams }: { text: string; grams: number[] },
  parameters: Parameters,
): string {
  const holdsText = `position(${parameters.add(text)} in path) > 0`
  return grams.length > 0 ? `path_grams @> ${parameters.add(grams)}::smallint[] and ${holdsText}` : holdsText
}

/** Whether a group of series may have rows on a day. */
export function isOn(group: SeriesGroup, day: number): boolean {
  return group.firstDay <= day && group.lastDay >= day
}

function groupsOf(days: readonly number[]): number[][] {
  const groups: number[][] = []
  let start = 0
  while (start < days.length) {
    const size = DAYS_PER_STATEMENT[Math.min(groups.length, DAYS_PER_STATEMENT.length - 1)] as number
    groups.push(days.slice(start, start + size))
    start += size
  }
  return groups
}

/** The values of a statement; each is named by its place. */
export class Parameters {
  readonly values: unknown[] = []
  add(value: unknown): string {
    this.values.push(value)
    return `$${this.values.length}`
  }
}

type DatabaseRow = {
  id: string
  duration_ms: number
  request_count: number
  path: string
  ip: string | null
  api_key_id: string
  mode: Mode
  currency_type: CurrencyType
  method: string
  status: number
  code: string
}

function toLogRow(row: DatabaseRow, likelyCauseCode: string | undefined): LogRow {
  return {
    id: uuidToRequestId(row.id),
    apiKeyId: row.api_key_id,
    mode: row.mode,
    currencyType: row.currency_type,
    method: row.method,
    path: row.path,
    status: row.status,
    code: row.code === '' ? null : row.code,
    likelyCauseCode: likelyCauseCode ?? null,
    durationMs: row.duration_ms,
    ip: row.ip,
    requestCount: row.request_count,
  }
}

type PayloadRow = {
  query: string | null
  user_agent: string | null
  secret_version: number | null
  idempotency_key: string | null
  transaction_id: string | null
  event_ids: string[]
  request_headers: string[][]
  request_body: string | null
  request_body_bytes: number
  request_body_truncated: boolean
  request_body_digest: string | null
  response_headers: string[][]
  response_body: string | null
  response_body_bytes: number
  response_body_truncated: boolean
  response_body_digest: string | null
  diagnosis: Record<string, unknown> | null
}

function toLogDetail(row: DatabaseRow & PayloadRow): LogDetail {
  const cause = row.diagnosis?.['likely_cause_code']
  return {
    ...toLogRow(row, typeof cause === 'string' ? cause : undefined),
    query: row.query,
    userAgent: row.user_agent,
    secretVersion: row.secret_version,
    idempotencyKey: row.idempotency_key,
    transactionId: row.transaction_id,
    eventIds: row.event_ids,
    request: {
      headers: row.request_headers,
      body: {
        text: row.request_body,
        bytes: row.request_body_bytes,
        truncated: row.request_body_truncated,
        digest: row.request_body_digest,
      },
    },
    response: {
      headers: row.response_headers,
      body: {
        text: row.response_body,
        bytes: row.response_body_bytes,
        truncated: row.response_body_truncated,
        digest: row.response_body_digest,
      },
    },
    diagnosis: row.diagnosis,
  }
}
