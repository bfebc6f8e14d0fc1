import { sql, type RawBuilder } from 'kysely'
import { runSql, type Executor } from '../database/database.ts'
import { decodeCursor } from '../http/pagination.ts'
import { idFloor } from '../ids.ts'
import type { CurrencyType, Mode } from '../sessions/principal.ts'
import type { DeliveryStatus } from './log-queries.ts'
import { visible, type Scope } from './queries.ts'
import { requeueTaken, TAKEN } from './resend-queries.ts'

export type ReplayStatus = 'running' | 'completed' | 'canceled' | 'failed'
export type ReplayedStatus = Exclude<DeliveryStatus, 'pending'>

/** What a replay takes: finished deliveries of events in a range of time. */
export type ReplayFilter = {
  eventType: string | null
  deliveryStatus: ReplayedStatus | null
  objectId: string | null
  createdAfter: Date
  createdBefore: Date
}

export type Replay = ReplayFilter & {
  id: string
  workspaceId: string
  mode: Mode
  endpointId: string
  currencyTypes: string[]
  ratePerSecond: number
  status: ReplayStatus
  reason: string | null
  count: number
  countCapped: boolean
  queued: number
  position: string
  fedUntil: Date
  createdAt: Date
  finishedAt: Date | null
}

const COLUMNS = sql<Replay>`r.id, r.workspace_id as "workspaceId", r.mode, r.endpoint_id as "endpointId",
  r.currency_types as "currencyTypes", r.event_type as "eventType", r.delivery_status as "deliveryStatus",
  r.object_id as "objectId", r.created_after as "createdAfter", r.created_before as "createdBefore",
  r.rate_per_second as "ratePerSecond", r.status, r.reason, r.count, r.count_capped as "countCapped", r.queued,
  r.position, r.fed_until as "fedUntil", r.created_at as "createdAt", r.finished_at as "finishedAt"`

export async function insertReplay(
  executor: Executor,
  row: Omit<Replay, 'status' | 'reason' | 'queued' | 'finishedAt' | 'position' | 'fedUntil'>,
): Promise<Replay> {
  const [replay] = await runSql(
    executor,
    sql<Replay>`insert into webhook_replays as r (id, workspace_id, mode, endpoint_id, currency_types, event_type,
        delivery_status, object_id, created_after, created_before, rate_per_second, count, count_capped, position,
        fed_until, created_at)
      values (${row.id}, ${row.workspaceId}, ${row.mode}, ${row.endpointId}, ${row.currencyTypes}, ${row.eventType},
        ${row.deliveryStatus}, ${row.objectId}, ${row.createdAfter}, ${row.createdBefore}, ${row.ratePerSecond},
        ${row.count}, ${row.countCapped}, ${startOf(row)}, ${row.createdAt}, ${row.createdAt})
      returning ${COLUMNS}`,
  )
  return replay!
}

export async function findReplay(executor: Executor, scope: Scope, id: string): Promise<Replay | null> {
  const [replay] = await runSql(
    executor,
    sql<Replay>`select ${COLUMNS} from webhook_replays r join webhook_endpoints e on e.id = r.endpoint_id
      where r.id = ${id} and ${visible(scope)}`,
  )
  return replay ?? null
}

/** Those of one endpoint, newest first, one row more than the limit. */
export async function listReplays(
  executor: Executor,
  endpointId: string,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<Replay[]> {
  return runSql(
    executor,
    sql<Replay>`select ${COLUMNS} from webhook_replays r where r.endpoint_id = ${endpointId}
      ${cursor ? sql`and r.id < ${decodeCursor(cursor, 1)[0]}` : sql``} order by r.id desc limit ${limit + 1}`,
  )
}

export async function findRunningReplay(executor: Executor, endpointId: string): Promise<string | null> {
  const { rows } = await executor.query<{ id: string }>(
    "select id from webhook_replays where endpoint_id = $1 and status = 'running'",
    [endpointId],
  )
  return rows[0]?.id ?? null
}

export async function listRunningReplays(executor: Executor): Promise<string[]> {
  const { rows } = await executor.query<{ id: string }>(
    "select id from webhook_replays where status = 'running'",
  )
  return rows.map((row) => row.id)
}

/** What stands at the endpoint's end of a replay. */
export type ReplayTarget = {
  eventTypes: string[]
  currencyType: CurrencyType | null
  enabled: boolean
  deleted: boolean
  /** The breaker is open or half open. */
  broken: boolean
}

/** A running replay for this transaction alone; null while another process works on it, or when it has ended. */
export async function lockRunningReplay(
  executor: Executor,
  id: string,
): Promise<(Replay & ReplayTarget) | null> {
  const [row] = await runSql(
    executor,
    sql<
      Replay & ReplayTarget
    >`select ${COLUMNS}, e.event_types as "eventTypes", e.currency_type as "currencyType",
        e.enabled, e.deleted_at is not null as deleted, h.breaker_open_until is not null as broken
      from webhook_replays r
      join webhook_endpoints e on e.id = r.endpoint_id
      join webhook_endpoint_health h on h.endpoint_id = r.endpoint_id
      where r.id = ${id} and r.status = 'running' for update of r skip locked`,
  )
  return row ?? null
}

/** Ends a running replay. @returns whether it ran */
export async function finishReplay(
  executor: Executor,
  { id, status, reason, now }: { id: string; status: ReplayStatus; reason: string | null; now: Date },
): Promise<boolean> {
  const { rowCount } = await executor.query(
    "update webhook_replays set status = $2, reason = $3, finished_at = $4 where id = $1 and status = 'running'",
    [id, status, reason, now],
  )
  return rowCount === 1
}

export async function moveReplay(
  executor: Executor,
  { id, queued, position, fedUntil }: { id: string; queued: number; position: string; fedUntil: Date },
): Promise<void> {
  await executor.query(
    'update webhook_replays set queued = queued + $2, position = $3, fed_until = $4 where id = $1',
    [id, queued, position, fedUntil],
  )
}

export type ReplayRange = ReplayFilter &
  Pick<ReplayTarget, 'eventTypes' | 'currencyType'> & {
    workspaceId: string
    mode: Mode
    endpointId: string
    currencyTypes: readonly string[]
    /** When the replay began: what still waited then goes its own way. */
    createdAt: Date
  }

/** How many match, as far as `rowsMax` deliveries of the range reach. */
export async function countReplayed(
  executor: Executor,
  range: ReplayRange,
  rowsMax: number,
): Promise<{ count: number; capped: boolean }> {
  const [row] = await runSql(
    executor,
    sql<{ count: number; seen: number }>`
      with seen as materialized (${seenAfter(range, startOf(range), rowsMax)})
      select (select count(*)::int from seen) as seen,
        (select count(*)::int from seen s where ${matches(range)}) as count`,
  )
  return { count: row!.count, capped: row!.seen === rowsMax }
}

/**
 * Puts the next matching deliveries into the queue, oldest event first: at most `rowsMax`, out of the next `seenMax`.
 * @returns how many, and the event up to which everything is dealt with; null at the end of the range
 */
export async function requeueNext(
  executor: Executor,
  input: { range: ReplayRange; position: string; now: Date; rowsMax: number; seenMax: number },
): Promise<{ queued: number; position: string | null }> {
  const { range, position, rowsMax, seenMax } = input
  const [row] = await runSql(
    executor,
    sql<{ queued: number; picked: number; lastPicked: string | null; seen: number; lastSeen: string | null }>`
      with moment as (select ${input.now}::timestamptz as at),
      seen as materialized (${seenAfter(range, position, seenMax)}),
      picked as materialized (
        select s.event_id from seen s where ${matches(range)} order by s.event_id limit ${rowsMax}
      ), taken as (
        delete from finished_deliveries f using picked
        where f.event_id = picked.event_id and f.endpoint_id = ${range.endpointId} returning ${sql.raw(TAKEN)}
      ), added as (
        ${sql.raw(requeueTaken('(select at from moment)'))} returning 1
      )
      select (select count(*)::int from added) as queued,
        (select count(*)::int from picked) as picked, (select max(event_id) from picked) as "lastPicked",
        (select count(*)::int from seen) as seen, (select max(event_id) from seen) as "lastSeen"`,
  )
  const { queued, picked, lastPicked, seen, lastSeen } = row!
  if (picked === rowsMax) return { queued, position: lastPicked }
  return { queued, position: seen === seenMax ? lastSeen : null }
}

/**
 * The next `rowsMax` deliveries in the order of their events, whatever matches of them: a rare type is looked for in
 * rounds of bounded length. An object's deliveries are found by its events; others by the endpoint's own index.
 */
function seenAfter(range: ReplayRange, position: string, rowsMax: number): RawBuilder<unknown> {
  const before = idFloor('evt', range.createdBefore.getTime())
  if (range.objectId !== null)
    return sql`select v.id as event_id, f.event_type, f.currency_type, f.status, f.finished_at
      from (select id from events
        where workspace_id = ${range.workspaceId} and mode = ${range.mode} and object_id = ${range.objectId}
          and id > ${position} and id < ${before} order by id limit ${rowsMax}) v
      left join lateral (select event_type, currency_type, status, finished_at from finished_deliveries
        where event_id = v.id and endpoint_id = ${range.endpointId} limit 1) f on true`
  const statuses = range.deliveryStatus === null ? ['delivered', 'failed', 'skipped'] : [range.deliveryStatus]
  return sql`select f.* from unnest(${[...range.currencyTypes]}::text[]) as c (currency_type)
      cross join unnest(${statuses}::text[]) as s (status) cross join lateral (
        select event_id, event_type, currency_type, status, finished_at from finished_deliveries
        where endpoint_id = ${range.endpointId} and currency_type = c.currency_type and status = s.status
          and event_id > ${position} and event_id < ${before} order by event_id limit ${rowsMax}
      ) f order by f.event_id limit ${rowsMax}`
}

/** Which of `seen s` go out: what the filter asks for and the endpoint takes; never the examples of a ping. */
function matches(range: ReplayRange): RawBuilder<unknown> {
  const takesAll = range.eventTypes.includes('*')
  return sql`s.finished_at <= ${range.createdAt} and s.currency_type = any (${[...range.currencyTypes]}::text[])
    ${range.currencyType === null ? sql`` : sql`and s.currency_type in ('', ${range.currencyType})`}
    ${range.deliveryStatus === null ? sql`and s.status is not null` : sql`and s.status = ${range.deliveryStatus}`}
    ${range.eventType === null ? sql`` : sql`and s.event_type = ${range.eventType}`}
    ${takesAll ? sql`` : sql`and s.event_type = any (${range.eventTypes}::text[])`}
    and exists (select from events where id = s.event_id and not ping)`
}

/** The bound before the first event of a range; positions are exclusive. */
function startOf({ createdAfter }: ReplayFilter): string {
  return idFloor('evt', createdAfter.getTime())
}
