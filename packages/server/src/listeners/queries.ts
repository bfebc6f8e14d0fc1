import type { Executor } from '../database/database.ts'
import { idFloor, idTime } from '../ids.ts'
import type { Scope } from '../webhooks/queries.ts'

export type DueDelivery = {
  endpointId: string
  endpointNumber: number
  eventId: string
  eventType: string
  attemptCount: number
  body: string
}

// Ids are in the order of their making, which is not quite that of commits.
const CATCH_UP_OVERLAP_MS = 5_000

/** Puts the events after one into a listener's queue, the oldest first. @returns how many */
export async function catchUp(
  executor: Executor,
  { workspaceId }: Scope,
  input: { endpointId: string; afterEventId: string; now: Date; rowsMax: number },
): Promise<number> {
  const { rowCount } = await executor.query(
    `insert into pending_deliveries (endpoint_id, event_id, currency_type, next_at, created_at)
     select e.id, v.id, v.currency_type, $4, v.created_at
     from webhook_endpoints e join events v on v.workspace_id = e.workspace_id and v.mode = e.mode
     where e.id = $1 and e.workspace_id = $2 and v.id >= $3 and not v.ping
       and e.event_types && array['*', v.type]
       and (e.currency_type is null or v.currency_type in ('', e.currency_type))
     order by v.id limit $5
     on conflict do nothing`,
    [
      input.endpointId,
      workspaceId,
      idFloor('evt', idTime(input.afterEventId) - CATCH_UP_OVERLAP_MS),
      input.now,
      input.rowsMax,
    ],
  )
  return rowCount ?? 0
}

/** What is due for these listeners, at most `rowsMax` for each; bodies of what is in `sent` stay where they are. */
export async function findDue(
  executor: Executor,
  input: { endpointIds: readonly string[]; sent: readonly string[]; now: Date; rowsMax: number },
): Promise<{ due: string[]; fresh: DueDelivery[] }> {
  const { rows } = await executor.query<Omit<DueDelivery, 'body'> & { key: string; body: string | null }>(
    `select p.*, e.number as "endpointNumber", v.type as "eventType", v.body
     from unnest($1::text[]) as l (id)
     join webhook_endpoints e on e.id = l.id and e.deleted_at is null
     cross join lateral (
       select endpoint_id as "endpointId", event_id as "eventId", attempt_count as "attemptCount",
         endpoint_id || event_id || attempt_count as key, next_at
       from pending_deliveries where endpoint_id = l.id and next_at <= $3 order by next_at, event_id limit $4
     ) p
     cross join lateral (
       select type, case when p.key <> all ($2::text[]) then body end as body from events where id = p."eventId" limit 1
     ) v
     order by p.next_at, p."eventId"`,
    [input.endpointIds, input.sent, input.now, input.rowsMax],
  )
  return {
    due: rows.map(({ key }) => key),
    fresh: rows.flatMap((row) => (row.body === null ? [] : [{ ...row, body: row.body }])),
  }
}

/** The name of one attempt among those that were sent. */
export function attemptKey(delivery: Pick<DueDelivery, 'endpointId' | 'eventId' | 'attemptCount'>): string {
  return `${delivery.endpointId}${delivery.eventId}${delivery.attemptCount}`
}

/** Notes that listeners are connected. @returns those that still exist */
export async function markSeen(
  executor: Executor,
  endpointIds: readonly string[],
  now: Date,
): Promise<Set<string>> {
  const { rows } = await executor.query<{ id: string }>(
    `update webhook_endpoints set listener_seen_at = $2
     where id = any ($1) and deleted_at is null and listener_seen_at is not null returning id`,
    [endpointIds, now],
  )
  return new Set(rows.map(({ id }) => id))
}

/** Takes a waiting delivery for the attempt of this number, for as long as the transaction runs. */
export async function leaseForAttempt(
  executor: Executor,
  input: { endpointId: string; eventId: string; number: number; leaseId: string; now: Date },
): Promise<{ eventType: string } | null> {
  const { rows } = await executor.query<{ eventType: string }>(
    `update pending_deliveries p set lease_id = $4, leased_until = $5
     from events v
     where p.endpoint_id = $1 and p.event_id = $2 and p.attempt_count = $3::int - 1 and v.id = p.event_id
     returning v.type as "eventType"`,
    [input.endpointId, input.eventId, input.number, input.leaseId, input.now],
  )
  return rows[0] ?? null
}

/** Ends the listeners that nobody has connected since, and forgets those of before `forgetBefore`. @returns how many ended */
export async function endAbsentListeners(
  executor: Executor,
  { now, seenBefore, forgetBefore }: { now: Date; seenBefore: Date; forgetBefore: Date },
): Promise<number> {
  const { rowCount } = await executor.query(
    `update webhook_endpoints set deleted_at = $1, updated_at = $1, enabled = false
     where listener_seen_at < $2 and deleted_at is null`,
    [now, seenBefore],
  )
  await executor.query(
    `delete from webhook_endpoints e where listener_seen_at < $1 and deleted_at < $1
       and not exists (select from pending_deliveries where endpoint_id = e.id)`,
    [forgetBefore],
  )
  return rowCount ?? 0
}
