import { sql, type RawBuilder } from 'kysely'
import { runSql, type Executor } from '../database/database.ts'
import { eventConditions } from './event-queries.ts'
import { duringLife, ofEvent, type DeliveryStatus, type LogFilter } from './log-queries.ts'
import type { EndpointLife, Scope } from './queries.ts'

/** A stretch of event ids: `from` belongs to it, `until` does not. */
export type Slice = { from: string; until: string }

/**
 * What one leg found in one slice: how many rows of an outcome in a bucket, and the last id that it read. An outcome of
 * null counts what was read to find the others.
 */
export type Found = {
  slice: number
  leg: string
  bucket: number
  outcome: string | null
  rows: number
  last: string
}

export type CountFilter = Omit<LogFilter, 'cursor' | 'limit' | 'createdAfter' | 'createdBefore'>
/** Statements that yield `leg`, `outcome` and `id` of a slice `s`, each reading so many rows, the oldest first. */
export type Legs = (rowsMax: number) => RawBuilder<unknown>[]

/** Counts by slice, leg and bucket. Every leg reads at most `rowsMax` rows of a slice, and all of them `totalMax`. */
export async function countSlices(
  executor: Executor,
  input: {
    legs: Legs
    slices: readonly Slice[]
    bounds: readonly string[]
    rowsMax: number
    totalMax?: number
  },
): Promise<Found[]> {
  const { legs, slices, bounds, rowsMax, totalMax } = input
  const all = sql.join(
    legs(rowsMax).map((leg) => sql`(${leg})`),
    sql` union all `,
  )
  return runSql(
    executor,
    sql<Found>`select (s.slice - 1)::integer as slice, l.leg, l.outcome, count(*)::integer as rows, max(l.id) as last,
        width_bucket(l.id collate "C", ${[...bounds]}::text[]) - 1 as bucket
      from unnest(${slices.map(({ from }) => from)}::text[], ${slices.map(({ until }) => until)}::text[])
        with ordinality as s (first_id, past_id, slice)
      cross join lateral (select leg, outcome, id from (${all}) u ${totalMax === undefined ? sql`` : sql`limit ${totalMax}`}) l
      group by s.slice, l.leg, l.outcome, 6`,
  )
}

const within = (column: string) =>
  sql`and ${sql.ref(column)} >= s.first_id and ${sql.ref(column)} < s.past_id order by ${sql.ref(column)}`

/** Events that match, as the one outcome `events`. */
export function eventLegs(scope: Scope, filter: CountFilter): Legs {
  return (rowsMax) =>
    scope.currencyTypes.map(
      (type) => sql`select ${`events ${type}`}::text as leg, 'events' as outcome, v.id from (
        select v.id from events v where v.workspace_id = ${scope.workspaceId} and v.mode = ${scope.mode}
          and v.currency_type = ${type} ${eventConditions(filter)} ${within('v.id')} limit ${rowsMax}) v`,
    )
}

/** Deliveries of the events that match: for what names few events. */
export function deliveryLegsByEvent(scope: Scope, filter: CountFilter, lived: EndpointLife | null): Legs {
  const { eventId, status } = filter
  return (rowsMax) =>
    scope.currencyTypes.map(
      (type) => sql`with base as materialized (
          select v.* from events v where v.workspace_id = ${scope.workspaceId} and v.mode = ${scope.mode}
            and v.currency_type = ${type} ${eventId === undefined ? sql`` : sql`and v.id = ${eventId}`}
            ${eventConditions(filter)} ${within('v.id')} limit ${rowsMax})
        select ${`named ${type}`}::text as leg, null::text as outcome, v.id from base v
        union all
        select ${`named ${type}`}::text, ${outcomeOf}, v.id from base v cross join lateral (${ofEvent(scope)}) d
        where true ${lived === null ? sql`` : duringLife(lived)} ${status === undefined ? sql`` : sql`and d.status = ${status}`}`,
    )
}

const outcomeOf = sql`case when d.status = 'pending' and d.attempt_count > 0 then 'retrying' else d.status end`
const FINISHED: DeliveryStatus[] = ['delivered', 'failed', 'skipped']

/** All deliveries of a workspace, or of an endpoint, each kind from its own index. */
export function deliveryLegs(scope: Scope, filter: CountFilter): Legs {
  const { endpointId, status, type: eventType } = filter
  const statuses = FINISHED.filter((each) => status === undefined || status === each)
  const owner =
    endpointId === undefined
      ? sql`f.workspace_id = ${scope.workspaceId} and f.mode = ${scope.mode}`
      : sql`f.endpoint_id = ${endpointId}`
  const finished = (type: string, each: DeliveryStatus, rowsMax: number) =>
    sql`select ${`${each} ${type}`}::text as leg, ${each}::text as outcome, f.event_id as id from (
      select f.event_id from finished_deliveries f where ${owner} and f.currency_type = ${type} and f.status = ${each}
        ${eventType === undefined ? sql`` : sql`and f.event_type = ${eventType}`} ${within('f.event_id')} limit ${rowsMax}) f`
  return (rowsMax) => [
    ...statuses.flatMap((each) => scope.currencyTypes.map((type) => finished(type, each, rowsMax))),
    ...(status === undefined || status === 'pending' ? [pendingLeg(scope, filter, rowsMax)] : []),
    ...(endpointId === undefined && (status === undefined || status === 'skipped')
      ? scope.currencyTypes.map((type) => endpointlessLeg(scope, { type, eventType, rowsMax }))
      : []),
  ]
}

/** What waits, by the endpoints that anything waits for; each is a leg, since each queue has its own length. */
function pendingLeg(scope: Scope, { endpointId, type }: CountFilter, rowsMax: number): RawBuilder<unknown> {
  const hidden = ['fiat', 'crypto'].filter((each) => !scope.currencyTypes.includes(each))
  const isType = sql`and exists (select from events v where v.id = p.event_id and v.type = ${type})`
  return sql`select 'pending ' || w.id as leg, ${outcomeOf} as outcome, d.event_id as id
    from webhook_endpoints w cross join lateral (
      select 'pending' as status, p.event_id, p.attempt_count from pending_deliveries p
      where p.endpoint_id = w.id and p.currency_type <> all (${hidden}::text[])
        ${type === undefined ? sql`` : isType} ${within('p.event_id')} limit ${rowsMax}) d
    where w.workspace_id = ${scope.workspaceId} and w.mode = ${scope.mode}
      ${endpointId === undefined ? sql`` : sql`and w.id = ${endpointId}`}
      and exists (select from pending_deliveries any_waits where any_waits.endpoint_id = w.id)`
}

/** Events that found no endpoint. */
function endpointlessLeg(
  scope: Scope,
  { type, eventType, rowsMax }: { type: string; eventType: string | undefined; rowsMax: number },
): RawBuilder<unknown> {
  return sql`select ${`endpointless ${type}`}::text as leg, 'skipped' as outcome, v.id from (
    select v.id from events v where v.workspace_id = ${scope.workspaceId} and v.mode = ${scope.mode}
      and v.currency_type = ${type} and v.skip_reason is not null
      ${eventType === undefined ? sql`` : sql`and v.type = ${eventType}`} ${within('v.id')} limit ${rowsMax}) v`
}

/** When the oldest event is from that a scope may see; null where there is none. */
export async function oldestEventId(executor: Executor, scope: Scope): Promise<string | null> {
  const { rows } = await executor.query<{ id: string | null }>(
    `select min(v.id) as id from unnest($3::text[]) as c (currency_type) cross join lateral (
       select id from events where workspace_id = $1 and mode = $2 and currency_type = c.currency_type
       order by id limit 1
     ) v`,
    [scope.workspaceId, scope.mode, [...scope.currencyTypes]],
  )
  return rows[0]?.id ?? null
}
