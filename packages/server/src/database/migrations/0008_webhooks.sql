-- Events, and their way to the customers' endpoints (DESIGN §7). Why the tables look like this, with the
-- measurements: docs/decisions/0011-webhook-tables.md

create table webhook_endpoints (
  id             text collate "C" primary key,
  workspace_id   text collate "C" not null,
  mode           text collate "C" not null check (mode in ('test', 'production')),
  -- Counts within workspace and mode and is never used twice: a delivery's id is made of its event's and this.
  number         integer not null check (number between 1 and 1048575),
  url            text not null,
  description    text,
  -- '*' alone stands for every type.
  event_types    text[] not null check (cardinality(event_types) > 0),
  -- Null: events of either currency type, and those of none.
  currency_type  text collate "C" check (currency_type in ('fiat', 'crypto')),
  -- A JSON object of name and value, sealed: customers put credentials into such headers.
  sealed_headers text,
  enabled        boolean not null default true,
  -- Null while enabled, or when a person switched it off; else what the deliverer saw: gone, failing.
  disabled_reason text check (disabled_reason in ('gone', 'failing')),
  created_at     timestamptz not null,
  updated_at     timestamptz not null,
  -- The row stays, so that its logs stay readable.
  deleted_at     timestamptz,
  unique (workspace_id, mode, number)
);

-- One row per version; during an overlap two are live and both sign. An expired one is deleted.
create table webhook_endpoint_secrets (
  endpoint_id text collate "C" not null references webhook_endpoints (id) on delete cascade,
  version     integer not null,
  sealed      text not null,
  created_at  timestamptz not null,
  -- Null while it is the current one.
  expires_at  timestamptz,
  primary key (endpoint_id, version)
);

-- What the deliverer learned about an endpoint. Apart from the settings, because it changes all the time.
create table webhook_endpoint_health (
  endpoint_id           text collate "C" primary key references webhook_endpoints (id) on delete cascade,
  last_success_at       timestamptz,
  last_failure_at       timestamptz,
  -- Since when nothing but failures; null after a success.
  failing_since         timestamptz,
  consecutive_failures  integer not null default 0,
  -- The circuit breaker: null is closed, the future is open, the past is half open (one probe at a time).
  breaker_open_until    timestamptz,
  -- How often it opened since the last success; the pause doubles with it.
  breaker_openings      integer not null default 0,
  -- A signed ping was answered with 2xx at this URL: one fact of the production checklist.
  ping_answered_at      timestamptz
) with (fillfactor = 50);

-- Counts the events of one object. Kept for good: a count that began again would look like a replay.
create table event_sequences (
  workspace_id text collate "C" not null,
  mode         text collate "C" not null,
  object_id    text collate "C" not null,
  sequence     bigint not null,
  primary key (workspace_id, mode, object_id)
) with (fillfactor = 80);

-- Events, finished deliveries and attempts are partitioned by the event's id, whose first ten digits are its
-- time: what happened to one event lies, and is dropped, together. The ranges always cover everything from
-- minvalue to maxvalue without a default partition, so that "newest first" walks the partitions lazily.
create table events (
  id            text collate "C" not null,
  workspace_id  text collate "C" not null,
  mode          text collate "C" not null,
  -- Empty for an event that concerns neither; not null, so that one index serves every filter.
  currency_type text collate "C" not null default '',
  type          text collate "C" not null,
  object_id     text collate "C" not null,
  sequence      bigint not null,
  request_id    text collate "C",
  -- The very bytes that are sent and signed.
  body          text not null,
  -- Why no delivery was made at all, where one row per endpoint would have nothing to name: no_endpoint.
  skip_reason   text collate "C",
  ping          boolean not null default false,
  created_at    timestamptz not null
) partition by range (id);
-- In pattern order, which answers "which row" but not "in order": a list that the planner led by a plain primary
-- key would walk past everybody else's rows.
create unique index events_by_id on events (id text_pattern_ops);
create index events_newest on events (workspace_id, mode, currency_type, id);
create index events_by_type on events (workspace_id, mode, currency_type, type, id);
create index events_by_object on events (workspace_id, mode, object_id, id);
create index events_by_request on events (request_id) where request_id is not null;
create index events_skipped on events (workspace_id, mode, currency_type, id) where skip_reason is not null;

-- What still has to go out: small, changed all the time, never partitioned. A row leaves it for
-- finished_deliveries in the statement that records the last attempt.
create table pending_deliveries (
  endpoint_id      text collate "C" not null references webhook_endpoints (id) on delete cascade,
  event_id         text collate "C" not null,
  currency_type    text collate "C" not null default '',
  next_at          timestamptz not null,
  attempt_count    integer not null default 0,
  -- The attempts before the schedule began, which a resend begins anew.
  attempts_before  integer not null default 0,
  last_status_code smallint,
  -- The fencing token of the claim that works on it: whoever comes with another one is late.
  lease_id         bigint,
  leased_until     timestamptz,
  created_at       timestamptz not null,
  primary key (endpoint_id, event_id)
) with (
  -- Claims change no indexed column: with room on the page they cost no index entry.
  fillfactor = 70,
  autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0
);
create index pending_deliveries_claim on pending_deliveries (endpoint_id, next_at);

create sequence webhook_leases;

create table finished_deliveries (
  event_id         text collate "C" not null,
  endpoint_id      text collate "C" not null,
  workspace_id     text collate "C" not null,
  mode             text collate "C" not null,
  currency_type    text collate "C" not null default '',
  event_type       text collate "C" not null,
  status           text collate "C" not null check (status in ('delivered', 'failed', 'skipped')),
  reason           text collate "C",
  attempt_count    integer not null default 0,
  last_status_code smallint,
  created_at       timestamptz not null,
  finished_at      timestamptz not null
) partition by range (event_id);
create unique index finished_deliveries_by_event
  on finished_deliveries (event_id text_pattern_ops, endpoint_id text_pattern_ops);
create index finished_deliveries_by_status
  on finished_deliveries (workspace_id, mode, currency_type, status, event_id);
create index finished_deliveries_by_endpoint
  on finished_deliveries (endpoint_id, currency_type, status, event_id);

create table delivery_attempts (
  event_id           text collate "C" not null,
  endpoint_id        text collate "C" not null,
  number             integer not null,
  at                 timestamptz not null,
  duration_ms        real not null,
  url                text not null,
  remote_address     text,
  -- Arrays of [name, value] in the order on the wire; custom headers redacted.
  request_headers    json not null,
  -- Null: the event's body, byte for byte.
  request_body       text,
  status_code        smallint,
  response_headers   json,
  -- The first 64 KiB.
  response_body      bytea,
  response_truncated boolean not null default false,
  -- Null where the phase was not reached, or not needed on a kept connection.
  dns_ms             real,
  connect_ms         real,
  tls_ms             real,
  first_byte_ms      real,
  -- The kind of failure, null after a 2xx: status, redirect, timeout, dns, refused, …
  error              text,
  error_detail       text,
  primary key (event_id, endpoint_id, number)
) partition by range (event_id);

-- One partition each until webhooks/partitions.ts splits the days off.
create table events_after partition of events for values from (minvalue) to (maxvalue);
create table finished_deliveries_after partition of finished_deliveries for values from (minvalue) to (maxvalue);
create table delivery_attempts_after partition of delivery_attempts for values from (minvalue) to (maxvalue);

-- Writes an event and what is to become of it for every endpoint of its workspace and mode, in the caller's
-- transaction. Call it at most once for an id, with the object's row locked where order matters.
--   p_currency_type null for an event that concerns neither
--   p_data          JSON text, sent as it is
--   p_endpoint_id   only for pings: this endpoint alone, whatever it has selected
create function publish_event(
  p_id text, p_workspace_id text, p_mode text, p_currency_type text, p_type text, p_object_id text,
  p_request_id text, p_data text, p_now timestamptz, p_endpoint_id text default null
) returns void language plpgsql as $$
declare
  v_sequence bigint;
  v_currency_type text := coalesce(p_currency_type, '');
begin
  insert into event_sequences as counter (workspace_id, mode, object_id, sequence)
  values (p_workspace_id, p_mode, p_object_id, 1)
  on conflict (workspace_id, mode, object_id) do update set sequence = counter.sequence + 1
  returning sequence into v_sequence;

  with endpoint as (
    select id, case
      when not enabled then 'endpoint_disabled'
      when p_endpoint_id is not null then null
      when not (event_types && array['*', p_type]) then 'event_type_not_selected'
      when currency_type <> v_currency_type and v_currency_type <> '' then 'currency_type_not_selected'
    end as skip_reason
    from webhook_endpoints
    where workspace_id = p_workspace_id and mode = p_mode and deleted_at is null
      and (p_endpoint_id is null or id = p_endpoint_id)
  ), pending as (
    insert into pending_deliveries (endpoint_id, event_id, currency_type, next_at, created_at)
    select id, p_id, v_currency_type, p_now, p_now from endpoint where skip_reason is null
  ), skipped as (
    insert into finished_deliveries (event_id, endpoint_id, workspace_id, mode, currency_type, event_type,
      status, reason, created_at, finished_at)
    select p_id, id, p_workspace_id, p_mode, v_currency_type, p_type, 'skipped', skip_reason, p_now, p_now
    from endpoint where skip_reason is not null
  )
  insert into events (id, workspace_id, mode, currency_type, type, object_id, sequence, request_id, body,
    skip_reason, ping, created_at)
  values (p_id, p_workspace_id, p_mode, v_currency_type, p_type, p_object_id, v_sequence, p_request_id,
    '{"id":' || to_json(p_id) || ',"type":' || to_json(p_type)
      || ',"timestamp":"' || to_char(p_now at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
      || '","mode":' || to_json(p_mode) || ',"sequence":' || v_sequence || ',"data":' || p_data || '}',
    case when not exists (select from endpoint) then 'no_endpoint' end, p_endpoint_id is not null, p_now);

  -- NOTIFY makes commits wait for each other (measured: 1 400 commits a second instead of 4 000), so it is
  -- only sent when every deliverer sleeps: one that is awake holds this lock shared and finds the row itself.
  if pg_try_advisory_xact_lock(716521, 8) then
    perform pg_notify('webhook_deliveries', '');
  end if;
end
$$;
