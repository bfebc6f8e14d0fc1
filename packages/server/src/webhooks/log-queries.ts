import { sql, type RawBuilder } from 'kysely'
import { runSql, type Executor } from '../database/database.ts'
import { decodeCursor } from '../http/pagination.ts'
import { idFloor } from '../ids.ts'
import type { CurrencyType } from '../sessions/principal.ts'
import { parseDeliveryId } from './delivery-id.ts'
import { eventConditions, fitsEvent, type EventFilter } from './event-queries.ts'
import { findEndpointLife, idRange, type EndpointLife, type Scope } from './queries.ts'
import type { Header } from './send-request.ts'

export type DeliveryStatus = 'pending' | 'delivered' | 'failed' | 'skipped'

export type DeliveryRow = {
  eventId: string
  /** Empty where the event found no endpoint. */
  endpointId: string
  status: DeliveryStatus
  reason: string | null
  attemptCount: number
  nextAt: Date | null
  lastStatusCode: number | null
  eventType: string
  currencyType: CurrencyType | ''
  objectId: string
  requestId: string | null
  createdAt: Date
  endpointNumber: number | null
  endpointUrl: string | null
  /** Where order was asked for: the event of its object whose turn it is. */
  behindEventId: string | null
  /** While its endpoint's breaker is open or half open: when it is probed next. */
  probeAt: Date | null
}

export type LogFilter = EventFilter & {
  eventId?: string | undefined
  endpointId?: string | undefined
  status?: DeliveryStatus | undefined
}

/** Whether a delivery that has just changed passes the filters of a live view. */
export function fitsDelivery(
  row: DeliveryRow,
  scope: Scope,
  filter: Omit<LogFilter, 'cursor' | 'limit'>,
): boolean {
  const equal = (wanted: string | undefined, is: string | null) => wanted === undefined || wanted === is
  return (
    fitsEvent(row, scope, filter) &&
    equal(filter.eventId, row.eventId) &&
    equal(filter.endpointId, row.endpointId) &&
    equal(filter.status, row.status)
  )
}

const FINISHED: DeliveryStatus[] = ['delivered', 'failed', 'skipped']
const PENDING_COLUMNS = sql`p.event_id, p.endpoint_id, 'pending' as status, null::text as reason, p.attempt_count,
  p.next_at, p.last_status_code`
const FINISHED_COLUMNS = sql`f.event_id, f.endpoint_id, f.status, f.reason, f.attempt_count,
  null::timestamptz as next_at, f.last_status_code`

type Page = {
  scope: Scope
  filter: LogFilter
  after: [eventId: string, endpointId: string] | null
  rowsMax: number
  /** Of the endpoint asked for. */
  lived: EndpointLife | null
}

/**
 * Webhook Logs: newest first, one row more than the limit. What waits, what is finished and what found no
 * endpoint lie in three tables; the filter decides which index leads (measured: docs/decisions/0011).
 */
export async function listDeliveries(
  executor: Executor,
  scope: Scope,
  filter: LogFilter,
): Promise<DeliveryRow[]> {
  const cursor = filter.cursor ? decodeCursor(filter.cursor, 2) : null
  const lived =
    filter.endpointId === undefined ? null : await findEndpointLife(executor, scope, filter.endpointId)
  if (filter.endpointId !== undefined && lived === null) return []
  const after: Page['after'] = cursor && [cursor[0]!, cursor[1]!]
  const page: Page = { scope, filter, after, rowsMax: filter.limit + 1, lived }
  const namesEvents = filter.eventId ?? filter.objectId ?? filter.requestId
  const oftenDelivered = filter.status === undefined || filter.status === 'delivered'
  const source =
    namesEvents !== undefined ||
    (filter.type !== undefined && oftenDelivered) ||
    (!filter.endpointId && !filter.status)
      ? byEvent(page)
      : filter.endpointId
        ? byEndpoint(page, filter.endpointId)
        : byStatus(page)
  return runSql(
    executor,
    sql<DeliveryRow>`with page as materialized (
        select * from (${source}) d order by event_id desc, endpoint_id desc limit ${page.rowsMax}
      )
      ${described(sql`page`)} order by d.event_id desc, d.endpoint_id desc`,
  )
}

/** Deliveries of the events that match, event by event: the events' indexes lead. */
function byEvent({ scope, filter, after, rowsMax, lived }: Page): RawBuilder<unknown> {
  return sql`
    select d.* from unnest(${[...scope.currencyTypes]}::text[]) as c (currency_type) cross join lateral (
      select d.* from events v cross join lateral (${ofEvent(scope)}) d
      where v.workspace_id = ${scope.workspaceId} and v.mode = ${scope.mode} and v.currency_type = c.currency_type
        ${filter.eventId === undefined ? sql`` : sql`and v.id = ${filter.eventId}`}
        ${eventConditions(filter)}
        ${after ? sql`and v.id <= ${after[0]} and (v.id, d.endpoint_id) < (${after[0]}, ${after[1]})` : sql``}
        ${filter.status === undefined ? sql`` : sql`and d.status = ${filter.status}`}
        ${lived === null ? sql`` : duringLife(lived)}
      order by v.id desc, d.endpoint_id desc limit ${rowsMax}
    ) d`
}

/**
 * While an endpoint lives, every event of its workspace and mode has a row for it, if only that it was skipped:
 * between its bounds the events' indexes find its rows without a gap.
 */
export function duringLife({ id, createdAt, deletedAt }: EndpointLife): RawBuilder<unknown> {
  // A second of slack: an event's id and an endpoint's row may be from clocks that differ.
  const from = idFloor('evt', createdAt.getTime() - 1_000)
  const to = deletedAt ? sql`and v.id < ${idFloor('evt', deletedAt.getTime() + 1_000)}` : sql``
  return sql`and v.id >= ${from} ${to} and d.endpoint_id = ${id}`
}

/** Everything that became of `events v`. */
export function ofEvent(scope: Pick<Scope, 'workspaceId' | 'mode'>): RawBuilder<unknown> {
  return sql`
    select ${PENDING_COLUMNS} from webhook_endpoints w
      join pending_deliveries p on p.endpoint_id = w.id and p.event_id = v.id
      where w.workspace_id = ${scope.workspaceId} and w.mode = ${scope.mode}
    union all
    select ${FINISHED_COLUMNS} from finished_deliveries f where f.event_id = v.id
    union all
    select v.id, '', 'skipped', v.skip_reason, 0, null, null where v.skip_reason is not null`
}

function byEndpoint(page: Page, endpointId: string): RawBuilder<unknown> {
  const { scope, filter, rowsMax } = page
  const statuses = filter.status === undefined ? FINISHED : [filter.status]
  const owned = sql`from webhook_endpoints w cross join lateral`
  const isOwn = sql`where w.id = ${endpointId} and w.workspace_id = ${scope.workspaceId} and w.mode = ${scope.mode}`
  const finished = sql`select f.* ${owned} (
      select f.* from unnest(${[...scope.currencyTypes]}::text[]) as c (currency_type)
      cross join unnest(${statuses}::text[]) as s (status) cross join lateral (
        select ${FINISHED_COLUMNS} from finished_deliveries f
        where f.endpoint_id = w.id and f.currency_type = c.currency_type and f.status = s.status
          ${rest(page, 'f')}
        order by f.event_id desc limit ${rowsMax}
      ) f
    ) f ${isOwn}`
  const pending = sql`select p.* ${owned} (${pendingOf(page)}) p ${isOwn}`
  if (filter.status === undefined) return sql`${finished} union all ${pending}`
  return filter.status === 'pending' ? pending : finished
}

function byStatus(page: Page): RawBuilder<unknown> {
  const { scope, filter, rowsMax } = page
  if (filter.status === 'pending')
    return sql`select p.* from webhook_endpoints w cross join lateral (${pendingOf(page)}) p
      where w.workspace_id = ${scope.workspaceId} and w.mode = ${scope.mode}`
  const finished = sql`
    select f.* from unnest(${[...scope.currencyTypes]}::text[]) as c (currency_type) cross join lateral (
      select ${FINISHED_COLUMNS} from finished_deliveries f
      where f.workspace_id = ${scope.workspaceId} and f.mode = ${scope.mode} and f.currency_type = c.currency_type
        and f.status = ${filter.status} ${rest(page, 'f')}
      order by f.event_id desc, f.endpoint_id desc limit ${rowsMax}
    ) f`
  if (filter.status !== 'skipped') return finished
  return sql`${finished} union all
    select v.* from unnest(${[...scope.currencyTypes]}::text[]) as c (currency_type) cross join lateral (
      select v.id, '', 'skipped', v.skip_reason, 0, null::timestamptz, null::smallint from events v
      where v.workspace_id = ${scope.workspaceId} and v.mode = ${scope.mode} and v.currency_type = c.currency_type
        and v.skip_reason is not null ${eventConditions(filter)}
        ${page.after ? sql`and v.id <= ${page.after[0]} and (v.id, '') < (${page.after[0]}, ${page.after[1]})` : sql``}
      order by v.id desc limit ${rowsMax}
    ) v`
}

/** What waits for endpoint `w`, newest event first. */
function pendingOf(page: Page): RawBuilder<unknown> {
  const { filter, scope, rowsMax } = page
  // "Not hidden" and not "visible": the planner takes the first for most rows, and so reads them in order.
  const hidden = ['fiat', 'crypto'].filter((type) => !scope.currencyTypes.includes(type))
  const isType = sql`and exists (select from events v where v.id = p.event_id and v.type = ${filter.type})`
  return sql`select ${PENDING_COLUMNS} from pending_deliveries p
    where p.endpoint_id = w.id and p.currency_type <> all (${hidden}::text[])
      ${rest({ ...page, filter: { ...filter, type: undefined } }, 'p')} ${filter.type === undefined ? sql`` : isType}
    order by p.event_id desc limit ${rowsMax}`
}

/** Time, cursor and type on a table of deliveries. */
function rest({ filter, after }: Page, table: 'p' | 'f'): RawBuilder<unknown> {
  const eventId = sql.ref(`${table}.event_id`)
  const endpointId = sql.ref(`${table}.endpoint_id`)
  return sql`${idRange(`${table}.event_id`, 'evt', filter)}
    ${filter.type === undefined ? sql`` : sql`and ${sql.ref(`${table}.event_type`)} = ${filter.type}`}
    ${after ? sql`and ${eventId} <= ${after[0]} and (${eventId}, ${endpointId}) < (${after[0]}, ${after[1]})` : sql``}`
}

/** The rows of `d` with what their event and endpoint say. */
export function described(source: RawBuilder<unknown>): RawBuilder<DeliveryRow> {
  return sql<DeliveryRow>`select d.event_id as "eventId", d.endpoint_id as "endpointId", d.status, d.reason,
      d.attempt_count as "attemptCount", d.next_at as "nextAt", d.last_status_code as "lastStatusCode",
      v.type as "eventType", v.currency_type as "currencyType", v.object_id as "objectId", v.request_id as "requestId", v.created_at as "createdAt",
      w.number as "endpointNumber", w.url as "endpointUrl", held."behindEventId", held."probeAt"
    from ${source} d
    cross join lateral (
      select type, currency_type, object_id, request_id, created_at from events where id = d.event_id limit 1
    ) v
    left join webhook_endpoints w on w.id = d.endpoint_id
    left join lateral (${holdingBack()}) held on true`
}

/** What holds a waiting delivery `d` back; nothing holds one that is under way. */
function holdingBack(): RawBuilder<unknown> {
  return sql`select first.event_id as "behindEventId", h.breaker_open_until as "probeAt"
    from pending_deliveries p
    join webhook_endpoint_health h on h.endpoint_id = p.endpoint_id
    left join lateral (
      select event_id from pending_deliveries
      where endpoint_id = p.endpoint_id and object_id = p.object_id and sequence < p.sequence order by sequence limit 1
    ) first on true
    where d.status = 'pending' and p.endpoint_id = d.endpoint_id and p.event_id = d.event_id
      and (p.leased_until is null or p.leased_until <= now())`
}

/** One delivery by its id, or null when the scope may not see it. */
export async function findDelivery(
  executor: Executor,
  scope: Scope,
  id: string,
): Promise<DeliveryRow | null> {
  const parsed = parseDeliveryId(id)
  if (!parsed) return null
  const { firstEventId, lastEventId, endpointNumber } = parsed
  const rows = await runSql(
    executor,
    described(sql`(
      select d.* from events v cross join lateral (${ofEvent(scope)}) d
      where v.id between ${firstEventId} and ${lastEventId} -- chooses the partition
        and v.id ~>=~ ${firstEventId} and v.id ~<=~ ${lastEventId} -- leads into its index
        and v.workspace_id = ${scope.workspaceId} and v.mode = ${scope.mode}
        and v.currency_type = any (${[...scope.currencyTypes]}::text[]))`),
  )
  return rows.find((row) => (row.endpointNumber ?? 0) === endpointNumber) ?? null
}

export type AttemptRow = {
  number: number
  at: Date
  durationMs: number
  url: string
  remoteAddress: string | null
  requestHeaders: Header[]
  requestBody: string
  statusCode: number | null
  responseHeaders: Header[] | null
  responseBody: Buffer | null
  responseTruncated: boolean
  dnsMs: number | null
  connectMs: number | null
  tlsMs: number | null
  firstByteMs: number | null
  error: string | null
  errorDetail: string | null
}

const ATTEMPTS_SHOWN_MAX = 100

/** Every attempt at a delivery, the first one first; of very many, the last hundred. */
export async function listAttempts(
  executor: Executor,
  eventId: string,
  endpointId: string,
): Promise<AttemptRow[]> {
  const rows = await runSql(
    executor,
    sql<AttemptRow>`select a.number, a.at, a.duration_ms as "durationMs", a.url, a.remote_address as "remoteAddress",
        a.request_headers as "requestHeaders", coalesce(a.request_body, v.body) as "requestBody",
        a.status_code as "statusCode", a.response_headers as "responseHeaders", a.response_body as "responseBody",
        a.response_truncated as "responseTruncated", a.dns_ms as "dnsMs", a.connect_ms as "connectMs",
        a.tls_ms as "tlsMs", a.first_byte_ms as "firstByteMs", a.error, a.error_detail as "errorDetail"
      from delivery_attempts a cross join lateral (select body from events where id = a.event_id limit 1) v
      where a.event_id = ${eventId} and a.endpoint_id = ${endpointId}
      order by a.number desc limit ${ATTEMPTS_SHOWN_MAX}`,
  )
  return rows.reverse()
}
