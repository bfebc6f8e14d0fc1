import type { Executor } from '../database/database.ts'
import type { CurrencyType, Mode } from '../sessions/principal.ts'
import { daysOf, partitionName } from './partitions.ts'
import { matchPattern, pathHash, pathPattern, patternsOf } from './path-pattern.ts'
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
// Up to this many, the planner looks at each series to choose an index; 3 000 of them took it 8 ms a day.
const SERIES_WEIGHED_MAX = 200
// How many days one statement visits: the newest first, because most questions end there.
const DAYS_PER_STATEMENT = [1, 4, 26]
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
  { limit, nowMs }: { limit: number; nowMs: number },
): Promise<LogRow[]> {
  const range = rangeOf(filter, nowMs)
  const days = (await daysOf(executor))
    .filter((day) => day >= range.firstDay && day <= range.lastDay)
    .reverse()
  if (filter.path !== undefined && !filter.path.includes(filter.pathContains ?? '')) return []
  if (filter.id !== undefined) return scanNewest(executor, { filter, range, days, limit })
  // A path that names one object is rare by nature: its own index answers at once.
  if (filter.path === undefined || pathPattern(filter.path) === filter.path) {
    const newest = await scanNewest(executor, { filter, range, days, limit })
    if (newest.length === limit) return newest
  }
  const legs = legsOf(filter, await findSeries(executor, filter, range))
  const rows: LogRow[] = []
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

type Range = { from: string; until: string; firstDay: number; lastDay: number }

/** The bounds of a filter as ids: `from` belongs to the range, `until` does not. */
function rangeOf(filter: LogFilter, nowMs: number): Range {
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

const smaller = (a: string, b: string) => (a < b ? a : b)
const larger = (a: string, b: string) => (a > b ? a : b)
const msOf = (uuid: string) => Number.parseInt(uuid.slice(0, 12), 16)
const nextUuid = (uuid: string) => (BigInt(`0x${uuid}`) + 1n).toString(16).padStart(32, '0').slice(-32)

/** The matching rows among the newest that the range holds on its last day. */
async function scanNewest(
  executor: Executor,
  { filter, range, days, limit }: { filter: LogFilter; range: Range; days: number[]; limit: number },
): Promise<LogRow[]> {
  if (days.length === 0) return []
  const parameters = new Parameters()
  // Two days, because the newest may have just begun; more would cost planning time.
  const from = parameters.add(larger(range.from, uuidFloor(days.slice(0, 2).at(-1) as number)))
  const until = parameters.add(range.until)
  const scanned = parameters.add(Math.max(ROWS_SCANNED_MAX, 2 * limit))
  const conditions = seriesConditions(filter, parameters)
  if (filter.path !== undefined)
    conditions.push(`coalesce(l.path, s.path_pattern) = ${parameters.add(filter.path)}`)
  if (filter.pathContains !== undefined)
    conditions.push(
      `position(${parameters.add(filter.pathContains)} in coalesce(l.path, s.path_pattern)) > 0`,
    )
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
  return rows.map(toLogRow)
}

type Series = { id: number; pathPattern: string; firstDay: number; lastDay: number }

/** Every combination that the filter allows and that has rows in the range. */
async function findSeries(executor: Executor, filter: LogFilter, range: Range): Promise<Series[]> {
  const parameters = new Parameters()
  const conditions = seriesConditions(filter, parameters)
  conditions.push(`last_day >= ${parameters.add(dayName(range.firstDay))}`)
  conditions.push(`first_day <= ${parameters.add(dayName(range.lastDay))}`)
  if (filter.path !== undefined)
    conditions.push(`path_pattern = any (${parameters.add(patternsOf(filter.path))})`)
  const { rows } = await executor.query<{
    id: number
    path_pattern: string
    first_ms: number
    last_ms: number
  }>(
    `select id, path_pattern,
            extract(epoch from first_day)::float8 * 1000 as first_ms,
            extract(epoch from last_day)::float8 * 1000 as last_ms
       from transaction_log_series s
      where ${conditions.join(' and ')}`,
    parameters.values,
  )
  return rows.map((row) => ({
    id: row.id,
    pathPattern: row.path_pattern,
    firstDay: row.first_ms,
    lastDay: row.last_ms,
  }))
}

/** The conditions on a series `s` that the filter asks for. */
function seriesConditions(filter: LogFilter, parameters: Parameters): string[] {
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

/** One way to read a set of series: what to compare in the rows, and the index that finds them. */
type Leg = {
  series: Series[]
  condition?: (parameters: Parameters) => string
  index: 'series' | 'path' | 'grams'
}

function legsOf(filter: LogFilter, series: Series[]): Leg[] {
  if (series.length === 0) return []
  const { path, pathContains } = filter
  if (path !== undefined) {
    const literal = series.filter((one) => one.pathPattern === path)
    const starred = series.filter((one) => one.pathPattern !== path)
    const condition = (parameters: Parameters) =>
      `path_hash = ${parameters.add(pathHash(path))} and path = ${parameters.add(path)}`
    return [
      { series: literal, index: 'series' },
      { series: starred, index: 'path', condition },
    ]
  }
  return pathContains === undefined ? [{ series, index: 'series' }] : textLegs(series, pathContains)
}

/** Series whose pattern shows the text are read whole; of the others, the rows that hold its grams. */
function textLegs(series: readonly Series[], text: string): Leg[] {
  const always: Series[] = []
  const perhaps = new Map<string, { series: Series[]; grams: number[] }>()
  for (const one of series) {
    const match = matchPattern(one.pathPattern, text)
    if (match.kind === 'always') always.push(one)
    if (match.kind !== 'perhaps') continue
    const key = match.grams.join()
    const group = perhaps.get(key)
    if (group) group.series.push(one)
    else perhaps.set(key, { series: [one], grams: match.grams })
  }
  const legs: Leg[] = [{ series: always, index: 'series' }]
  for (const { series: group, grams } of perhaps.values())
    legs.push({
      series: group,
      index: grams.length > 0 ? 'grams' : 'series',
      condition: (parameters) => {
        const holdsText = `position(${parameters.add(text)} in path) > 0`
        return grams.length > 0
          ? `path_grams @> ${parameters.add(grams)}::smallint[] and ${holdsText}`
          : holdsText
      },
    })
  return legs
}

/** Reads the newest rows of some days, at most `limit`, with one statement. */
async function readDays(
  executor: Executor,
  { legs, range, days, limit }: { legs: Leg[]; range: Range; days: number[]; limit: number },
): Promise<LogRow[]> {
  const parameters = new Parameters()
  const bounds = `id >= ${parameters.add(range.from)} and id < ${parameters.add(range.until)}`
  const most = parameters.add(limit)
  const parts: string[] = []
  for (const leg of legs) {
    const alive = days.filter((day) => leg.series.some((one) => isOn(one, day)))
    if (alive.length === 0) continue
    const rows =
      leg.index === 'series' ? probeOf(leg, bounds, most, parameters) : searchOf(leg, bounds, parameters)
    for (const day of alive)
      parts.push(`(${rows(partitionName('transaction_logs', day), day)} order by id desc limit ${most})`)
  }
  if (parts.length === 0) return []
  const { rows } = await executor.query<DatabaseRow>(
    `select ${LIST_COLUMNS}
       from (select * from (${parts.join(' union all ')}) every order by id desc limit ${most}) l
       join transaction_log_series s on s.id = l.series_id
      order by l.id desc`,
    parameters.values,
  )
  return rows.map(toLogRow)
}

/** The rows of one day's table. */
type RowsOf = (table: string, day: number) => string

/** Each series gives its newest rows from its own place in the index: many series cost no scan. */
function probeOf(leg: Leg, bounds: string, most: string, parameters: Parameters): RowsOf {
  const condition = leg.condition ? ` and ${leg.condition(parameters)}` : ''
  return (table, day) => {
    const ids = parameters.add(leg.series.filter((one) => isOn(one, day)).map((one) => one.id))
    return `select l.* from unnest(${ids}::integer[]) as wanted (series_id) cross join lateral (
      select ${ROW_COLUMNS} from ${table} where series_id = wanted.series_id and ${bounds}${condition}
       order by id desc limit ${most}) l`
  }
}

/** The leg's own index finds the rows; with few series Postgres may prefer theirs, or both together. */
function searchOf(leg: Leg, bounds: string, parameters: Parameters): RowsOf {
  const ids = parameters.add(leg.series.map((one) => one.id))
  const among =
    leg.series.length <= SERIES_WEIGHED_MAX
      ? `series_id = any (${ids}::integer[])`
      : `series_id in (select unnest(${ids}::integer[]))`
  const condition = leg.condition?.(parameters) ?? 'true'
  return (table) => `select ${ROW_COLUMNS} from ${table} where ${bounds} and ${condition} and ${among}`
}

/** Whether a series may have rows on a day. */
function isOn(series: Series, day: number): boolean {
  return series.firstDay <= day && series.lastDay >= day
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

class Parameters {
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

function toLogRow(row: DatabaseRow): LogRow {
  return {
    id: uuidToRequestId(row.id),
    apiKeyId: row.api_key_id,
    mode: row.mode,
    currencyType: row.currency_type,
    method: row.method,
    path: row.path,
    status: row.status,
    code: row.code === '' ? null : row.code,
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
  return {
    ...toLogRow(row),
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
