-- Order on request, what was told of a failing endpoint, and the ramp after an outage: docs/decisions/0015-webhook-engine.md

-- 'object': the events of one object in order, each once the one before is delivered or given up.
alter table webhook_endpoints
  add column ordering text collate "C" not null default 'none' check (ordering in ('none', 'object'));

-- Null where the endpoint did not ask for order: those rows wait for nobody.
alter table pending_deliveries add column object_id text collate "C", add column sequence bigint;
create index pending_deliveries_order on pending_deliveries (endpoint_id, object_id, sequence)
  where object_id is not null;

alter table webhook_endpoint_health
  -- How many of its warnings this failing period has had; the last one is the disabling.
  add column failing_told smallint not null default 0,
  -- When a success closed the breaker: from then on it gets more requests at a time step by step.
  add column recovered_at timestamptz;
update webhook_endpoint_health h set failing_told = 4
  from webhook_endpoints e where e.id = h.endpoint_id and e.disabled_reason is not null;

-- As before, and: rows of endpoints that asked for order say where they stand, and an endpoint is not told about
-- itself (that it fails, that it was switched off), except by a ping.
create or replace function publish_event(
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
    select id, ordering = 'object' and p_endpoint_id is null as ordered, case
      when not enabled then 'endpoint_disabled'
      when p_endpoint_id is not null then null
      when id = p_object_id then 'own_event'
      when not (event_types && array['*', p_type]) then 'event_type_not_selected'
      when currency_type <> v_currency_type and v_currency_type <> '' then 'currency_type_not_selected'
    end as skip_reason
    from webhook_endpoints
    where workspace_id = p_workspace_id and mode = p_mode and deleted_at is null
      and (p_endpoint_id is null or id = p_endpoint_id)
  ), pending as (
    insert into pending_deliveries (endpoint_id, event_id, currency_type, next_at, created_at, object_id, sequence)
    select id, p_id, v_currency_type, p_now, p_now, case when ordered then p_object_id end,
      case when ordered then v_sequence end
    from endpoint where skip_reason is null
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
      || '","workspace_id":' || to_json(p_workspace_id)
      || ',"mode":' || to_json(p_mode) || ',"sequence":' || v_sequence || ',"data":' || p_data || '}',
    case when not exists (select from endpoint) then 'no_endpoint' end, p_endpoint_id is not null, p_now);

  if pg_try_advisory_xact_lock(716521, 8) then
    perform pg_notify('webhook_deliveries', '');
  end if;
end
$$;
