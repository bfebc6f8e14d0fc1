import { sql } from 'kysely'
import { runSql, type Executor } from '../database/database.ts'
import { idFloor } from '../ids.ts'

export type EndpointHealth = {
  /** Of the newest deliveries in the window. */
  deliveries: number
  attempts: number
  succeeded: number
  p50Ms: number | null
  p95Ms: number | null
  /** At most `COUNTED_MAX`. */
  waiting: number
  /** When the one that should have gone out longest ago became due. */
  oldestDueAt: Date | null
}

/** Deliveries whose attempts are looked at, of each kind: what is asked costs the same however long the logs are. */
const SAMPLE_MAX = 500
export const COUNTED_MAX = 10_000

/**
 * What an endpoint's newest deliveries since a time met, and what waits for it. Of the queue, those with the latest
 * next attempt were tried last; rows that were never tried tell nothing.
 */
export async function measureHealth(
  executor: Executor,
  { endpointId, since, now }: { endpointId: string; since: Date; now: Date },
): Promise<EndpointHealth> {
  const [row] = await runSql(
    executor,
    sql<EndpointHealth>`
      with finished as (
        select f.event_id from unnest(array['', 'fiat', 'crypto']) as c (currency_type)
        cross join unnest(array['delivered', 'failed']) as s (status) cross join lateral (
          select event_id from finished_deliveries
          where endpoint_id = ${endpointId} and currency_type = c.currency_type and status = s.status
            and event_id >= ${idFloor('evt', since.getTime())}
          order by event_id desc limit ${SAMPLE_MAX}
        ) f order by f.event_id desc limit ${SAMPLE_MAX}
      ), tried as (
        select event_id from pending_deliveries where endpoint_id = ${endpointId} and attempt_count > 0
        order by next_at desc limit ${SAMPLE_MAX}
      ), attempt as materialized (
        select a.event_id, a.error, a.duration_ms from (select * from finished union select * from tried) d
        cross join lateral (
          select event_id, error, duration_ms from delivery_attempts
          where event_id = d.event_id and endpoint_id = ${endpointId} and at >= ${since}
        ) a
      )
      select (select count(distinct event_id)::int from attempt) as deliveries,
        (select count(*)::int from attempt) as attempts,
        (select count(*)::int from attempt where error is null) as succeeded,
        (select percentile_cont(0.5) within group (order by duration_ms) from attempt) as "p50Ms",
        (select percentile_cont(0.95) within group (order by duration_ms) from attempt) as "p95Ms",
        (select count(*)::int from (
          select from pending_deliveries where endpoint_id = ${endpointId} limit ${COUNTED_MAX}) p) as waiting,
        (select next_at from pending_deliveries where endpoint_id = ${endpointId} and next_at <= ${now}
          order by next_at limit 1) as "oldestDueAt"`,
  )
  return row!
}

/** How many deliveries of an endpoint are due, counting to `rowsMax`. */
export async function countDue(
  executor: Executor,
  { endpointId, now, rowsMax }: { endpointId: string; now: Date; rowsMax: number },
): Promise<number> {
  const { rows } = await executor.query<{ count: number }>(
    `select count(*)::int as count from (
       select from pending_deliveries where endpoint_id = $1 and next_at <= $2 limit $3) p`,
    [endpointId, now, rowsMax],
  )
  return rows[0]?.count ?? 0
}
