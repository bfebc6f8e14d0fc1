import type { Executor } from '../database/database.ts'
import { idFloor } from '../ids.ts'

/** Where a row of `taken` stands among the events of its object; nulls where its endpoint did not ask for order. */
const PLACE = `left join lateral (
       select v.object_id, v.sequence from webhook_endpoints e join events v on v.id = taken.event_id and not v.ping
       where e.id = taken.endpoint_id and e.ordering = 'object' limit 1
     ) place on true`

/** What leaves `finished_deliveries f` for the queue. */
export const TAKEN =
  'f.event_id, f.endpoint_id, f.currency_type, f.attempt_count, f.last_status_code, f.created_at'

/** Puts the rows of `taken` into the queue, with a schedule that begins anew. @param now SQL for when they are due */
export const requeueTaken = (now: string): string => `
  insert into pending_deliveries (endpoint_id, event_id, currency_type, next_at, attempt_count, attempts_before,
    last_status_code, created_at, object_id, sequence)
  select endpoint_id, event_id, currency_type, ${now}, attempt_count, attempt_count, last_status_code, created_at,
    place.object_id, place.sequence
  from taken ${PLACE}`

/**
 * Puts a finished delivery back into the queue, due now, with a schedule that begins anew; one that waits
 * already becomes due now.
 */
export async function requeueDelivery(
  executor: Executor,
  { eventId, endpointId, now }: { eventId: string; endpointId: string; now: Date },
): Promise<void> {
  await executor.query(
    `with taken as (
       delete from finished_deliveries f where event_id = $1 and endpoint_id = $2
       returning ${TAKEN}
     )
     ${requeueTaken('$3')} on conflict (endpoint_id, event_id) do nothing`,
    [eventId, endpointId, now],
  )
  await executor.query(
    'update pending_deliveries set next_at = $3, attempts_before = attempt_count where event_id = $1 and endpoint_id = $2',
    [eventId, endpointId, now],
  )
}

export type RecoverRange = { endpointId: string; since: Date; until: Date }

const CURRENCY_TYPES = "unnest(array['', 'fiat', 'crypto'])"

/** How many failed deliveries of an endpoint lie in a range of time. */
export async function countFailed(executor: Executor, range: RecoverRange): Promise<number> {
  const { rows } = await executor.query<{ count: number }>(
    `select count(*)::int as count from ${CURRENCY_TYPES} as c (currency_type)
     join finished_deliveries f on f.endpoint_id = $1 and f.currency_type = c.currency_type and f.status = 'failed'
       and f.event_id >= $2 and f.event_id < $3`,
    [range.endpointId, ...bounds(range)],
  )
  return rows[0]?.count ?? 0
}

/** Puts failed deliveries back into the queue, the oldest first, at most `rowsMax`. @returns how many */
export async function requeueFailed(
  executor: Executor,
  range: RecoverRange & { now: Date; rowsMax: number },
): Promise<number> {
  const { rowCount } = await executor.query(
    `with picked as materialized (
       select f.event_id from ${CURRENCY_TYPES} as c (currency_type) cross join lateral (
         select event_id from finished_deliveries
         where endpoint_id = $1 and currency_type = c.currency_type and status = 'failed'
           and event_id >= $2 and event_id < $3
         order by event_id limit $5
       ) f order by f.event_id limit $5
     ), taken as (
       delete from finished_deliveries f using picked
       where f.event_id = picked.event_id and f.endpoint_id = $1 and f.status = 'failed'
       returning ${TAKEN}
     )
     ${requeueTaken('$4')}`,
    [range.endpointId, ...bounds(range), range.now, range.rowsMax],
  )
  return rowCount ?? 0
}

/** Events are found by the time in their ids. */
function bounds({ since, until }: RecoverRange): [string, string] {
  return [idFloor('evt', since.getTime()), idFloor('evt', until.getTime())]
}

/** Wakes the deliverers when this transaction commits. */
export async function wakeDeliverers(executor: Executor): Promise<void> {
  await executor.query("select pg_notify('webhook_deliveries', '')")
}
