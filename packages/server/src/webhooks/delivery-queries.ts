import type { Executor } from '../database/database.ts'
import type { Mode } from '../sessions/principal.ts'
import type { Payload, SignatureScheme } from './queries.ts'
import type { Header } from './send-request.ts'

/**
 * Settings of the deliverer's own connections. The queue is empty one moment and holds 300 000 rows the next; a
 * plan made from the first would read all of it, or all endpoints, in the second. Its two indexes and nested loops
 * are right at every size.
 */
export const DELIVERY_CONNECTION_OPTIONS =
  '-c enable_seqscan=off -c enable_bitmapscan=off -c enable_mergejoin=off -c enable_hashjoin=off'

export type ClaimedDelivery = {
  endpointId: string
  eventId: string
  leaseId: string
  attemptCount: number
  attemptsBefore: number
  /** The breaker is half open and this row is its one probe. */
  probe: boolean
  workspaceId: string
  mode: Mode
  eventType: string
  objectId: string
  body: string
  ping: boolean
  url: string
  sealedHeaders: string | null
  /** The newest first; two during an overlap. */
  secrets: { version: number; sealed: string }[]
  signatureSchemes: SignatureScheme[]
  payload: Payload
}

export type ClaimInput = {
  now: Date
  leasedUntil: Date
  leaseId: string
  rowsMax: number
  /** Free slots of an endpoint that this deliverer knows nothing about. */
  roomDefault: number
  /** What it has under way at those it knows, and the free slots beside. */
  rooms: ReadonlyMap<string, Room>
}

/** `free` is what may be claimed beside the requests that run. */
export type Room = { free: number; running: number }

/** After an outage an endpoint gets one request at a time for so long, then two, four, … */
const RAMP_STEP_SECONDS = 1
/** The step that would allow 64, which is what any endpoint may have. */
const RAMP_STEPS = 6

/** The endpoints that have anything waiting: one index probe each, however long their queues are. */
const WAITING = `waiting (endpoint_id) as (
    (select p.endpoint_id from pending_deliveries p order by p.endpoint_id limit 1)
    union all
    select (select p.endpoint_id from pending_deliveries p where p.endpoint_id > w.endpoint_id
      order by p.endpoint_id limit 1)
    from waiting w where w.endpoint_id is not null
  )`

// Fair: every endpoint gets its share of the round, in random order, within its own free slots, so that one
// with 300 000 rows takes no more than one with a single row. An endpoint whose breaker is open is passed by;
// half open, it gives one row and counts as open until the lease of that probe ends; after a success, it is
// trusted with twice as many at a time every second. Where order was asked for, only the first that waits of an
// object may go: one whose predecessor is still in the queue, under way or not, is passed by.
const CLAIM = `
  with recursive ${WAITING},
  room as materialized (
    select w.endpoint_id, h.breaker_open_until is not null as probe,
      case when h.breaker_open_until is not null then 1
        else least(coalesce(b.free, $4::int), greatest(1, $5::int / count(*) over ()),
          case when h.recovered_at > $1 - interval '${RAMP_STEPS * RAMP_STEP_SECONDS} seconds' then greatest(0,
            2 ^ floor(extract(epoch from $1 - h.recovered_at) / ${RAMP_STEP_SECONDS}) - coalesce(b.running, 0)) end)
        end::int as room
    from waiting w
    join webhook_endpoints e on e.id = w.endpoint_id and e.enabled and e.deleted_at is null
      and e.listener_seen_at is null -- listeners fetch theirs themselves (listeners/)
    join webhook_endpoint_health h on h.endpoint_id = w.endpoint_id
      and (h.breaker_open_until is null or h.breaker_open_until <= $1)
    left join unnest($6::text[], $7::int[], $8::int[]) as b (endpoint_id, free, running)
      on b.endpoint_id = w.endpoint_id
    order by random()
  ),
  due as materialized (
    select p.endpoint_id, p.event_id, r.probe
    from room r cross join lateral (
      select endpoint_id, event_id from pending_deliveries d
      where endpoint_id = r.endpoint_id and next_at <= $1 and (leased_until is null or leased_until <= $1)
        and (object_id is null or not exists (select from pending_deliveries before
          where before.endpoint_id = d.endpoint_id and before.object_id = d.object_id
            and before.sequence < d.sequence))
      order by next_at limit r.room for update skip locked
    ) p
    limit $5
  ),
  -- Of several deliverers that see a breaker half open at once, one gets the probe; the others do not wait for it.
  probing as materialized (
    select h.endpoint_id from due join webhook_endpoint_health h on h.endpoint_id = due.endpoint_id
      and h.breaker_open_until <= $1
    where due.probe for update of h skip locked
  ),
  probed as (
    update webhook_endpoint_health h set breaker_open_until = $2
    from probing where h.endpoint_id = probing.endpoint_id
  ),
  leased as (
    update pending_deliveries p set lease_id = $3, leased_until = $2
    from due where p.endpoint_id = due.endpoint_id and p.event_id = due.event_id
      and (not due.probe or exists (select from probing where probing.endpoint_id = due.endpoint_id))
    returning p.endpoint_id, p.event_id, p.attempt_count, p.attempts_before, due.probe
  )
  select l.endpoint_id, l.event_id, l.attempt_count, l.attempts_before, l.probe,
    v.workspace_id, v.mode, v.type, v.object_id, v.body, v.ping, e.url, e.sealed_headers, e.signature_schemes, e.payload, s.secrets
  from leased l
  join webhook_endpoints e on e.id = l.endpoint_id
  cross join lateral (
    select workspace_id, mode, type, object_id, body, ping from events where id = l.event_id limit 1
  ) v
  cross join lateral (
    select json_agg(json_build_object('version', version, 'sealed', sealed) order by version desc) as secrets
    from webhook_endpoint_secrets where endpoint_id = l.endpoint_id and (expires_at is null or expires_at > $1)
  ) s`

type ClaimRow = {
  endpoint_id: string
  event_id: string
  attempt_count: number
  attempts_before: number
  probe: boolean
  workspace_id: string
  mode: Mode
  type: string
  object_id: string
  body: string
  ping: boolean
  url: string
  sealed_headers: string | null
  secrets: ClaimedDelivery['secrets'] | null
  signature_schemes: SignatureScheme[]
  payload: Payload
}

/** Leases what is due, in fair shares; rows that another deliverer works on are passed by. */
export async function claimDeliveries(executor: Executor, input: ClaimInput): Promise<ClaimedDelivery[]> {
  const { rows } = await executor.query<ClaimRow>({
    name: 'claim-deliveries',
    text: CLAIM,
    values: [
      input.now,
      input.leasedUntil,
      input.leaseId,
      input.roomDefault,
      input.rowsMax,
      [...input.rooms.keys()],
      [...input.rooms.values()].map((room) => room.free),
      [...input.rooms.values()].map((room) => room.running),
    ],
  })
  return rows.map((row) => ({
    endpointId: row.endpoint_id,
    eventId: row.event_id,
    leaseId: input.leaseId,
    attemptCount: row.attempt_count,
    attemptsBefore: row.attempts_before,
    probe: row.probe,
    workspaceId: row.workspace_id,
    mode: row.mode,
    eventType: row.type,
    objectId: row.object_id,
    body: row.body,
    ping: row.ping,
    url: row.url,
    sealedHeaders: row.sealed_headers,
    secrets: row.secrets ?? [],
    signatureSchemes: row.signature_schemes,
    payload: row.payload,
  }))
}

/** An attempt with what becomes of its delivery, in the database's names: it travels as JSON. */
export type AttemptOutcome = {
  endpoint_id: string
  event_id: string
  lease_id: string
  workspace_id: string
  mode: string
  event_type: string
  ping: boolean
  probe: boolean
  outcome: 'delivered' | 'failed' | 'retry'
  reason: string | null
  next_at: string | null
  at: string
  duration_ms: number
  url: string
  remote_address: string | null
  request_headers: readonly Header[]
  /** What was sent, where it was not the event's own body. */
  request_body?: string
  status_code: number | null
  response_headers: readonly Header[] | null
  /** Base64. */
  response_body: string | null
  response_truncated: boolean
  dns_ms: number | null
  connect_ms: number | null
  tls_ms: number | null
  first_byte_ms: number | null
  error: string | null
  error_detail: string | null
}

/** So many failures in a row, without a success in between, open an endpoint's breaker. */
const BREAKER_FAILURES = 20
const BREAKER_PAUSE_SECONDS = 2
const BREAKER_PAUSE_SECONDS_MAX = 60
/** Longer than this nobody is held back unseen, should the call get lost. */
const STEP_BACK_SECONDS = 3_600
/** A healthy endpoint's row is written this often at most. */
const HEALTH_INTERVAL_SECONDS = 10

// One statement for a batch: the attempts are recorded and counted, the deliveries finished or put back, and the
// endpoints' health noted, all or nothing. Rows whose lease is no longer ours fall out in `mine` and change nothing.
const COMPLETE = `
  with result as materialized (
    select * from json_to_recordset($1) as r (
      endpoint_id text, event_id text, lease_id bigint, workspace_id text, mode text, event_type text, ping boolean,
      probe boolean, outcome text, reason text, next_at timestamptz, at timestamptz, duration_ms real, url text,
      remote_address text, request_headers json, request_body text, status_code smallint, response_headers json, response_body text,
      response_truncated boolean, dns_ms real, connect_ms real, tls_ms real, first_byte_ms real, error text,
      error_detail text)
  ),
  mine as materialized (
    select r.*, p.attempt_count + 1 as number, p.currency_type, p.created_at, p.object_id, p.sequence
    from result r cross join lateral (
      select attempt_count, currency_type, created_at, object_id, sequence from pending_deliveries
      where endpoint_id = r.endpoint_id and event_id = r.event_id and lease_id = r.lease_id for update
    ) p
  ),
  attempted as (
    insert into delivery_attempts (event_id, endpoint_id, number, at, duration_ms, url, remote_address, request_headers,
      request_body, status_code, response_headers, response_body, response_truncated, dns_ms, connect_ms, tls_ms, first_byte_ms,
      error, error_detail)
    select event_id, endpoint_id, number, at, duration_ms, url, remote_address, request_headers,
      request_body, status_code, response_headers, decode(response_body, 'base64'), response_truncated, dns_ms, connect_ms, tls_ms,
      first_byte_ms, error, error_detail
    from mine
  ),
  counted as (
    insert into usage_pending (workspace_id, mode, currency_type, subject_id, at, status_none, status_1xx, status_2xx,
      status_3xx, status_4xx, status_5xx, latency)
    select workspace_id, mode, currency_type, endpoint_id, minute, coalesce(sum(tries) filter (where class = 0), 0), 0,
      coalesce(sum(tries) filter (where class = 2), 0), coalesce(sum(tries) filter (where class = 3), 0),
      coalesce(sum(tries) filter (where class = 4), 0), coalesce(sum(tries) filter (where class = 5), 0),
      string_agg(slot || ':' || tries, ' ')
    from (
      select workspace_id, mode, currency_type, endpoint_id, date_bin('1 minute', at, 'epoch') as minute,
        case when error is null then 2 when status_code between 300 and 599 then status_code / 100 else 0 end as class,
        usage_slot(least(round(duration_ms * 1000), 2147483647)::integer) as slot, count(*)::integer as tries
      from mine group by 1, 2, 3, 4, 5, 6, 7
    ) tried
    group by 1, 2, 3, 4, 5
  ),
  retried as (
    update pending_deliveries p set attempt_count = m.number, next_at = m.next_at, last_status_code = m.status_code,
      lease_id = null, leased_until = null
    from mine m where m.outcome = 'retry' and p.endpoint_id = m.endpoint_id and p.event_id = m.event_id
  ),
  finished as (
    insert into finished_deliveries (event_id, endpoint_id, workspace_id, mode, currency_type, event_type, status, reason,
      attempt_count, last_status_code, created_at, finished_at)
    select event_id, endpoint_id, workspace_id, mode, currency_type, event_type, outcome, reason,
      number, status_code, created_at, $2
    from mine where outcome <> 'retry'
  ),
  removed as (
    delete from pending_deliveries p using mine m
    where m.outcome <> 'retry' and p.endpoint_id = m.endpoint_id and p.event_id = m.event_id
  ),
  -- Where order was asked for, the next of the object may go at once, unless it waits for its own retry.
  woken as (
    update pending_deliveries p set next_at = $2
    from mine m cross join lateral (
      select event_id from pending_deliveries
      where endpoint_id = m.endpoint_id and object_id = m.object_id and sequence > m.sequence
      order by sequence limit 1
    ) next
    where m.outcome <> 'retry' and p.endpoint_id = m.endpoint_id and p.event_id = next.event_id
      and p.next_at > $2 and p.attempt_count = p.attempts_before
  ),
  tally as materialized (
    select endpoint_id, bool_or(error is null) as alive, count(*) filter (where error is not null) as failures,
      min(at) as first_at, bool_or(probe) as probe, bool_or(ping and error is null) as ping_answered
    from mine group by endpoint_id
  ),
  -- Locked in one order: two deliverers that record at once never wait for each other in a circle.
  seen as materialized (
    select h.endpoint_id, h.breaker_open_until, h.consecutive_failures
    from tally t join webhook_endpoint_health h on h.endpoint_id = t.endpoint_id
    where t.failures > 0 or t.ping_answered or h.failing_since is not null
      or h.last_success_at is null or h.last_success_at < $2 - interval '${HEALTH_INTERVAL_SECONDS} seconds'
    order by h.endpoint_id for update of h
  )
  update webhook_endpoint_health h set
    last_success_at = case when t.alive then $2 else h.last_success_at end,
    last_failure_at = case when t.failures > 0 then $2 else h.last_failure_at end,
    failing_since = case when not t.alive then coalesce(h.failing_since, t.first_at) end,
    failing_told = case when t.alive then 0 else h.failing_told end,
    consecutive_failures = case when t.alive then 0 else h.consecutive_failures + t.failures end,
    breaker_open_until = case
      when t.alive then null
      when opening.now then $2 + least(${BREAKER_PAUSE_SECONDS} * 2 ^ h.breaker_openings, ${BREAKER_PAUSE_SECONDS_MAX}) * interval '1 second'
      else h.breaker_open_until end,
    breaker_openings = case when t.alive then 0 when opening.now then least(h.breaker_openings + 1, 10) else h.breaker_openings end,
    recovered_at = case
      when t.alive and h.breaker_openings > 0 then $2
      when not t.alive and opening.now then null
      else h.recovered_at end,
    ping_answered_at = case when t.ping_answered then $2 else h.ping_answered_at end
  from tally t
  join seen on seen.endpoint_id = t.endpoint_id
  cross join lateral (
    select t.probe or (seen.breaker_open_until is null and seen.consecutive_failures + t.failures >= ${BREAKER_FAILURES}) as now
  ) opening
  where h.endpoint_id = t.endpoint_id`

/** Records a batch of attempts; those whose lease was taken over in the meantime are ignored. */
export async function completeDeliveries(
  executor: Executor,
  outcomes: readonly AttemptOutcome[],
  now: Date,
): Promise<void> {
  await executor.query({
    name: 'complete-deliveries',
    text: COMPLETE,
    values: [JSON.stringify(outcomes), now],
  })
}

// A backlog behind one failing object must not be read at every claim. What is due, not the first of its object, and
// behind one that nobody works on, steps back; the record of the attempt before it calls it (`woken`). The row
// in front is locked meanwhile, so that it cannot be claimed, and recorded, unseen.
const STEP_BACK = `
  with recursive ${WAITING},
  blocked as materialized (
    select p.endpoint_id, p.event_id
    from waiting w
    join webhook_endpoints e on e.id = w.endpoint_id and e.ordering = 'object'
    cross join lateral (
      select endpoint_id, event_id, object_id, sequence from pending_deliveries
      where endpoint_id = e.id and object_id is not null and next_at <= $1
        and lease_id is null and attempt_count = attempts_before
      order by next_at limit $2
    ) due
    cross join lateral (
      select from pending_deliveries
      where endpoint_id = due.endpoint_id and object_id = due.object_id and sequence < due.sequence and lease_id is null
      order by sequence desc limit 1 for update skip locked
    ) before
    cross join lateral (
      select endpoint_id, event_id from pending_deliveries
      where endpoint_id = due.endpoint_id and event_id = due.event_id and next_at <= $1 and lease_id is null
      for update skip locked
    ) p
  )
  update pending_deliveries p set next_at = $1 + interval '${STEP_BACK_SECONDS} seconds'
  from blocked b where p.endpoint_id = b.endpoint_id and p.event_id = b.event_id`

/** Takes up to `rowsMax` rows an endpoint, that an earlier event of their object holds back, out of the claims' way. */
export async function stepBack(
  executor: Executor,
  { now, rowsMax }: { now: Date; rowsMax: number },
): Promise<number> {
  return (await executor.query({ name: 'step-back', text: STEP_BACK, values: [now, rowsMax] })).rowCount ?? 0
}

/** Gives rows back unattempted: a deliverer that stops keeps nobody waiting for its leases to end. */
export async function releaseLeases(executor: Executor, leaseIds: readonly string[]): Promise<void> {
  await executor.query(
    'update pending_deliveries set lease_id = null, leased_until = null where lease_id = any ($1::bigint[])',
    [leaseIds],
  )
}

// The deliverer of a lease is in its upper half. Each holds an advisory lock for as long as it lives, which
// Postgres drops with the connection: what a killed one had claimed is free at the next start.
const RELEASE_ABANDONED = `
  update pending_deliveries set lease_id = null, leased_until = null
  where lease_id is not null and not exists (
    select from pg_locks where locktype = 'advisory' and classid = $1 and objid = (lease_id >> 32)::int::oid
      and database = (select oid from pg_database where datname = current_database()))`

/** The numbers of the deliverers that live. */
export async function livingDeliverers(executor: Executor, lockClass: number): Promise<Set<number>> {
  const { rows } = await executor.query<{ number: string }>(
    `select objid as number from pg_locks where locktype = 'advisory' and classid = $1
       and database = (select oid from pg_database where datname = current_database())`,
    [lockClass],
  )
  return new Set(rows.map((row) => Number(row.number)))
}

/** Frees the rows that these deliverers had claimed. @returns how many */
export async function releaseDeliverers(executor: Executor, numbers: readonly number[]): Promise<number> {
  const { rowCount } = await executor.query(
    `update pending_deliveries set lease_id = null, leased_until = null
     where lease_id is not null and (lease_id >> 32) = any ($1::bigint[])`,
    [numbers],
  )
  return rowCount ?? 0
}

/** Frees the rows that deliverers which no longer live had claimed. @returns how many */
export async function releaseAbandoned(executor: Executor, lockClass: number): Promise<number> {
  return (await executor.query(RELEASE_ABANDONED, [lockClass])).rowCount ?? 0
}

// A disabled or deleted endpoint's queue fails in batches, beside the traffic of the others. It names events before
// finished_deliveries, as publishers lock them: so it does not hold the second while a change of partitions, which
// needs both, holds the first.
const FAIL_QUEUES = `
  with recursive ${WAITING},
  doomed as materialized (
    select p.endpoint_id, p.event_id, e.workspace_id, e.mode, case
      when e.deleted_at is not null then 'endpoint_deleted'
      when e.disabled_reason = 'gone' then 'endpoint_gone' else 'endpoint_disabled' end as reason
    from waiting w
    join webhook_endpoints e on e.id = w.endpoint_id and (not e.enabled or e.deleted_at is not null)
    cross join lateral (
      select endpoint_id, event_id from pending_deliveries
      where endpoint_id = e.id and (leased_until is null or leased_until <= $1)
      order by next_at limit $2 for update skip locked
    ) p
    limit $2
  ),
  typed as materialized (
    select d.*, v.type
    from doomed d left join lateral (select type from events where id = d.event_id limit 1) v on true
  ),
  removed as (
    delete from pending_deliveries p using typed t where p.endpoint_id = t.endpoint_id and p.event_id = t.event_id
    returning p.*, t.workspace_id, t.mode, t.type, t.reason
  )
  insert into finished_deliveries (event_id, endpoint_id, workspace_id, mode, currency_type, event_type, status, reason,
    attempt_count, last_status_code, created_at, finished_at)
  select event_id, endpoint_id, workspace_id, mode, currency_type, type, 'failed', reason, attempt_count,
    last_status_code, created_at, $1
  from removed where type is not null`

/** Fails up to `rowsMax` waiting deliveries of endpoints that are off or gone. @returns how many */
export async function failQueues(
  executor: Executor,
  { now, rowsMax }: { now: Date; rowsMax: number },
): Promise<number> {
  return (await executor.query(FAIL_QUEUES, [now, rowsMax])).rowCount ?? 0
}

/** When the next row is due that no breaker holds back; null when nothing waits. */
export async function nextDueAt(executor: Executor): Promise<Date | null> {
  const { rows } = await executor.query<{ due: Date | null }>(`
    with recursive ${WAITING}
    select min(greatest(p.next_at, h.breaker_open_until, p.leased_until)) as due
    from waiting w
    join webhook_endpoint_health h on h.endpoint_id = w.endpoint_id
    join webhook_endpoints e on e.id = w.endpoint_id and e.listener_seen_at is null
    cross join lateral (
      select next_at, leased_until from pending_deliveries where endpoint_id = w.endpoint_id order by next_at limit 1
    ) p`)
  return rows[0]?.due ?? null
}
