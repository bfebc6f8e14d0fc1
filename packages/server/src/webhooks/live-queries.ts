import { sql } from 'kysely'
import { runSql, type Executor } from '../database/database.ts'
import { idFloor } from '../ids.ts'
import type { Mode } from '../sessions/principal.ts'
import { EVENT_COLUMNS, type EventRow } from './event-queries.ts'
import { described, ofEvent, type DeliveryRow } from './log-queries.ts'

/** The whole of what one workspace has in one mode; what a viewer may see of it is decided row by row. */
export type Place = { workspaceId: string; mode: Mode }

/** Since when: by the ids of events, which the servers made, and by the clock of the database. */
export type Since = { eventMs: number; recordedMs: number; limit: number }

/** What happened to one delivery, or to all of an event (`endpointId` null: it is new). */
export type Change = { eventId: string; endpointId: string | null; key: string }

// An endpoint that was deleted longer ago has nothing under way.
const DELETED_SECONDS_MAX = 3_600

/** The ids of events since a time, the newest first. */
export async function newEventIds(
  executor: Executor,
  { workspaceId, mode }: Place,
  { eventMs, limit }: { eventMs: number; limit: number },
): Promise<string[]> {
  const { rows } = await executor.query<{ id: string }>(
    `select v.id from unnest(array['', 'fiat', 'crypto']) as c (currency_type) cross join lateral (
       select id from events
       where workspace_id = $1 and mode = $2 and currency_type = c.currency_type and id >= $3
       order by id desc limit $4
     ) v order by v.id desc limit $4`,
    [workspaceId, mode, idFloor('evt', eventMs), limit],
  )
  return rows.map(({ id }) => id)
}

/** Deliveries that were tried since a time, or given up without a try; of too many, the newest. */
export async function newOutcomes(
  executor: Executor,
  { workspaceId, mode }: Place,
  { recordedMs, limit }: { recordedMs: number; limit: number },
): Promise<Change[]> {
  const { rows } = await executor.query<{ event_id: string; endpoint_id: string; mark: string }>(
    `(select a.event_id, a.endpoint_id, a.number::text as mark
      from webhook_endpoints w cross join lateral (
        select event_id, endpoint_id, number, recorded_at from delivery_attempts
        where endpoint_id = w.id and recorded_at >= to_timestamp($3::float8 / 1000)
        order by recorded_at desc limit $4
      ) a
      where w.workspace_id = $1 and w.mode = $2
        and (w.deleted_at is null or w.deleted_at > now() - interval '${DELETED_SECONDS_MAX} seconds')
      order by a.recorded_at desc limit $4)
     union all
     (select event_id, endpoint_id, 'given up' from finished_deliveries
      where workspace_id = $1 and mode = $2 and finished_at >= to_timestamp($3::float8 / 1000)
        and status = 'failed' and reason in ('endpoint_disabled', 'endpoint_gone', 'endpoint_deleted')
      order by finished_at desc limit $4)`,
    [workspaceId, mode, recordedMs, limit],
  )
  return rows.map(({ event_id: eventId, endpoint_id: endpointId, mark }) => ({
    eventId,
    endpointId,
    key: `${eventId} ${endpointId} ${mark}`,
  }))
}

/** Deliveries as they are now, oldest event first. */
export async function deliveriesOf(
  executor: Executor,
  { workspaceId, mode }: Place,
  eventIds: readonly string[],
): Promise<DeliveryRow[]> {
  return runSql(
    executor,
    sql<DeliveryRow>`${described(sql`(
      select d.* from events v cross join lateral (${ofEvent({ workspaceId, mode })}) d
      where v.id = any (${[...eventIds]}::text[]) and v.workspace_id = ${workspaceId} and v.mode = ${mode})`)}
      order by d.event_id, d.endpoint_id`,
  )
}

/** Events by their ids, oldest first. */
export async function eventsOf(
  executor: Executor,
  { workspaceId, mode }: Place,
  eventIds: readonly string[],
): Promise<EventRow[]> {
  return runSql(
    executor,
    sql<EventRow>`select ${EVENT_COLUMNS} from events v
      where v.id = any (${[...eventIds]}::text[]) and v.workspace_id = ${workspaceId} and v.mode = ${mode}
      order by v.id`,
  )
}

export async function databaseNow(executor: Executor): Promise<number> {
  const { rows } = await executor.query<{ ms: number }>(
    'select (extract(epoch from now()) * 1000)::float8 as ms',
  )
  return Math.floor(rows[0]?.ms ?? 0)
}
