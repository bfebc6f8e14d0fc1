import { sql } from 'kysely'
import { runSql, type Executor } from '../database/database.ts'
import { decodeCursor } from '../http/pagination.ts'
import type { CurrencyType, Mode } from '../sessions/principal.ts'
import { idFloor } from '../ids.ts'
import { idRange, type Scope } from './queries.ts'

export type EventRow = {
  id: string
  type: string
  mode: Mode
  currencyType: CurrencyType | ''
  objectId: string
  sequence: string
  requestId: string | null
  body: string
  createdAt: Date
}

export type EventFilter = {
  type?: string | undefined
  objectId?: string | undefined
  requestId?: string | undefined
  createdAfter?: Date | undefined
  createdBefore?: Date | undefined
  cursor?: string | undefined
  limit: number
}

export const EVENT_COLUMNS = sql<EventRow>`v.id, v.type, v.mode, v.currency_type as "currencyType", v.object_id as "objectId",
  v.sequence, v.request_id as "requestId", v.body, v.created_at as "createdAt"`

/** Newest first, one row more than the limit. One ordered index scan per currency type, merged. */
export async function listEvents(executor: Executor, scope: Scope, filter: EventFilter): Promise<EventRow[]> {
  return runSql(
    executor,
    sql<EventRow>`
      select v.* from unnest(${[...scope.currencyTypes]}::text[]) as c (currency_type) cross join lateral (
        select ${EVENT_COLUMNS} from events v
        where v.workspace_id = ${scope.workspaceId} and v.mode = ${scope.mode} and v.currency_type = c.currency_type
          ${eventConditions(filter)}
          ${filter.cursor ? sql`and v.id < ${decodeCursor(filter.cursor, 1)[0]}` : sql``}
        order by v.id desc limit ${filter.limit + 1}
      ) v order by v.id desc limit ${filter.limit + 1}`,
  )
}

/** What type, object, request and time ask of `events v`. */
export function eventConditions(filter: Omit<EventFilter, 'cursor' | 'limit'>) {
  return sql`${filter.type === undefined ? sql`` : sql`and v.type = ${filter.type}`}
    ${filter.objectId === undefined ? sql`` : sql`and v.object_id = ${filter.objectId}`}
    ${filter.requestId === undefined ? sql`` : sql`and v.request_id = ${filter.requestId}`}
    ${idRange('v.id', 'evt', filter)}`
}

/** Whether an event that has just happened, or a delivery of it, passes the filters of a live view. */
export function fitsEvent(
  row: Pick<EventRow, 'currencyType' | 'objectId' | 'requestId'> & ({ type: string } | { eventType: string }),
  scope: Scope,
  { type, objectId, requestId }: Pick<EventFilter, 'type' | 'objectId' | 'requestId'>,
): boolean {
  return (
    scope.currencyTypes.includes(row.currencyType) &&
    (type === undefined || type === ('type' in row ? row.type : row.eventType)) &&
    (objectId === undefined || objectId === row.objectId) &&
    (requestId === undefined || requestId === row.requestId)
  )
}

export async function findEvent(executor: Executor, scope: Scope, id: string): Promise<EventRow | null> {
  const [event] = await runSql(
    executor,
    sql<EventRow>`select ${EVENT_COLUMNS} from events v
      where v.id = ${id} and v.workspace_id = ${scope.workspaceId} and v.mode = ${scope.mode}
        and v.currency_type = any (${[...scope.currencyTypes]}::text[])`,
  )
  return event ?? null
}

/** Events of Test Mode of every workspace, made in a span of time; of more than the limit, some. */
export async function listTestEvents(
  executor: Executor,
  { fromMs, toMs, limit }: { fromMs: number; toMs: number; limit: number },
): Promise<Pick<EventRow, 'id' | 'type' | 'body'>[]> {
  // The first pair of bounds chooses the partitions, the second the index, which is in pattern order.
  const { rows } = await executor.query<Pick<EventRow, 'id' | 'type' | 'body'>>(
    `select id, type, body from events
     where id >= $1 and id < $2 and id ~>=~ $1 and id ~<~ $2 and mode = 'test' limit $3`,
    [idFloor('evt', fromMs), idFloor('evt', toMs), limit],
  )
  return rows
}
