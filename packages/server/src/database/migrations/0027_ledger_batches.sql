-- A batch of transactions costs a statement per table instead of one per row: docs/decisions/0021-ledger-batches.md.
-- What is written, in which order, and every rule that the database holds are as in 0007_ledger.sql.
--
-- The functions fix their plans: one that was made while a table was small would be kept while it grows.

-- One event to write; what publish_event takes as arguments.
create type event_request as (
  id text, workspace_id text, mode text, currency_type text, type text, object_id text, request_id text, data text
);

-- As publish_event, for many: those of one object are counted in the order of the array.
create function publish_events(p_events event_request[], p_now timestamptz, p_endpoint_id text default null)
returns void language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = on
as $$
begin
  with wanted as materialized (
    select e.id, e.workspace_id, e.mode, coalesce(e.currency_type, '') as currency_type, e.type, e.object_id, e.request_id,
      e.data, row_number() over (partition by e.workspace_id, e.mode, e.object_id order by e.ordinality) as nth,
      count(*) over (partition by e.workspace_id, e.mode, e.object_id) as of_object
    from unnest(p_events) with ordinality e
  ), counted as (
    insert into event_sequences as counter (workspace_id, mode, object_id, sequence)
    select workspace_id, mode, object_id, of_object from wanted where nth = 1 order by workspace_id, mode, object_id
    on conflict (workspace_id, mode, object_id) do update set sequence = counter.sequence + excluded.sequence
    returning workspace_id, mode, object_id, sequence
  ), event as materialized (
    select w.*, c.sequence - w.of_object + w.nth as sequence
    from wanted w join counted c using (workspace_id, mode, object_id)
  ), endpoint as materialized (
    select found.*
    from (select distinct workspace_id, mode from wanted) place
    cross join lateral (
      select w.id, w.workspace_id, w.mode, w.ordering, w.enabled, w.event_types, w.currency_type from webhook_endpoints w
      where w.workspace_id = place.workspace_id and w.mode = place.mode and w.deleted_at is null
        and (p_endpoint_id is null or w.id = p_endpoint_id)
      offset 0
    ) found
  ), delivery as materialized (
    select event.id as event_id, event.workspace_id, event.mode, event.currency_type, event.type, event.object_id,
      event.sequence, endpoint.id as endpoint_id, endpoint.ordering = 'object' and p_endpoint_id is null as ordered,
      case
        when not endpoint.enabled then 'endpoint_disabled'
        when p_endpoint_id is not null then null
        when endpoint.id = event.object_id then 'own_event'
        when not (endpoint.event_types && array['*', event.type]) then 'event_type_not_selected'
        when endpoint.currency_type <> event.currency_type and event.currency_type <> '' then 'currency_type_not_selected'
      end as skip_reason
    from event join endpoint using (workspace_id, mode)
  ), pending as (
    insert into pending_deliveries (endpoint_id, event_id, currency_type, next_at, created_at, object_id, sequence)
    select endpoint_id, event_id, currency_type, p_now, p_now, case when ordered then object_id end,
      case when ordered then sequence end
    from delivery where skip_reason is null
  ), skipped as (
    insert into finished_deliveries (event_id, endpoint_id, workspace_id, mode, currency_type, event_type,
      status, reason, created_at, finished_at)
    select event_id, endpoint_id, workspace_id, mode, currency_type, type, 'skipped', skip_reason, p_now, p_now
    from delivery where skip_reason is not null
  )
  insert into events (id, workspace_id, mode, currency_type, type, object_id, sequence, request_id, body,
    skip_reason, ping, created_at)
  select e.id, e.workspace_id, e.mode, e.currency_type, e.type, e.object_id, e.sequence, e.request_id,
    '{"id":' || to_json(e.id) || ',"type":' || to_json(e.type) || ',"timestamp":"' || time_text(p_now)
      || '","workspace_id":' || to_json(e.workspace_id)
      || ',"mode":' || to_json(e.mode) || ',"sequence":' || e.sequence || ',"data":' || e.data || '}',
    case when (e.workspace_id, e.mode) not in (select workspace_id, mode from endpoint) then 'no_endpoint' end,
    p_endpoint_id is not null, p_now
  from event e order by e.id;

  if pg_try_advisory_xact_lock(716521, 8) then
    perform pg_notify('webhook_deliveries', '');
  end if;
end
$$;

-- One event: the same, so that there is one place that decides what becomes of an event.
create or replace function publish_event(
  p_id text, p_workspace_id text, p_mode text, p_currency_type text, p_type text, p_object_id text,
  p_request_id text, p_data text, p_now timestamptz, p_endpoint_id text default null
) returns void language plpgsql as $$
begin
  perform publish_events(
    array[row(p_id, p_workspace_id, p_mode, p_currency_type, p_type, p_object_id, p_request_id, p_data)::event_request],
    p_now, p_endpoint_id);
end
$$;

-- An account's balance after one step of a transaction.
create type balance_after as (
  -- Which of the transactions that were handed over it is.
  n integer,
  transaction_id text, account_id text, kind text, workspace_id text, mode text, currency_type text, currency text,
  decimals integer, posted numeric, pending_in numeric, pending_out numeric, version bigint
);

-- The data of balance.updated: as balance_json of 0007_ledger.sql.
create function balance_after_json(b balance_after) returns json language plpgsql stable as $$
begin
  return (
    select row_to_json(shape) from (
      select
        b.account_id, b.currency, b.currency_type, b.mode, money_text(b.posted, b.decimals) as posted,
        money_text(b.pending_in, b.decimals) as pending_in, money_text(b.pending_out, b.decimals) as pending_out,
        money_text(b.posted - b.pending_out, b.decimals) as available, b.version, b.transaction_id
    ) shape
  );
end
$$;

-- Posts one step of each transaction, in their order: every account is changed once, every entry is its own, with the
-- balance and the version after it. The caller has locked the accounts, sorted by id, and has seen that no step takes
-- more than is there; here that is proved once more, and an account that somebody else changed meanwhile is noticed.
create function post_steps(p_transactions transactions[], p_steps text[], p_now timestamptz)
returns balance_after[] language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  balances balance_after[];
  accounts_touched integer;
  accounts_changed integer;
  accounts_overdrawn integer;
begin
  with step as (
    select t.ordinality as n, t.id, t.debit_account_id, t.credit_account_id, p_steps[t.ordinality] as step,
      case when p_steps[t.ordinality] in ('post', 'direct') then t.amount else 0 end as posted,
      case p_steps[t.ordinality] when 'hold' then t.amount when 'direct' then 0 else -t.amount end as pending
    from unnest(p_transactions) with ordinality t
  ), side as (
    select n, id, step, debit_account_id as account_id, -posted as posted, 0 as pending_in, pending as pending_out from step
    union all
    select n, id, step, credit_account_id, posted, pending, 0 from step
  ), entry as materialized (
    select s.*, a.workspace_id, a.mode, a.currency_type, a.currency, a.decimals, a.kind, a.available_min,
      a.version as version_before, a.version + row_number() over account as version_after,
      row_number() over (partition by s.account_id order by s.n desc) = 1 as is_last,
      a.posted + sum(s.posted) over account as posted_after,
      a.pending_in + sum(s.pending_in) over account as pending_in_after,
      a.pending_out + sum(s.pending_out) over account as pending_out_after
    from side s join accounts a on a.id = s.account_id
    window account as (partition by s.account_id order by s.n)
  ), changed as (
    update accounts a
      set posted = e.posted_after, pending_in = e.pending_in_after, pending_out = e.pending_out_after, version = e.version_after
      from entry e where e.is_last and a.id = e.account_id and a.version = e.version_before
      returning 1
  ), written as (
    insert into entries (
      account_id, version, workspace_id, mode, currency, transaction_id, step,
      posted, pending_in, pending_out, posted_after, pending_in_after, pending_out_after, created_at
    )
    select account_id, version_after, workspace_id, mode, currency, id, step,
      posted, pending_in, pending_out, posted_after, pending_in_after, pending_out_after, p_now
    from entry order by account_id, version_after
  )
  select
    array_agg(
      row(n, id, account_id, kind, workspace_id, mode, currency_type, currency, decimals, posted_after, pending_in_after,
        pending_out_after, version_after)::balance_after order by n, account_id),
    count(*) filter (where is_last), (select count(*) from changed),
    count(*) filter (where posted_after - pending_out_after < available_min and posted - pending_out < 0)
  into balances, accounts_touched, accounts_changed, accounts_overdrawn
  from entry;
  if accounts_touched <> accounts_changed or cardinality(balances) <> 2 * cardinality(p_transactions) then
    raise exception 'an account changed under its lock' using errcode = 'CS004';
  end if;
  if accounts_overdrawn > 0 then
    raise exception 'a step takes more than its account has' using errcode = 'CS004';
  end if;
  return balances;
end
$$;

-- Of the balances that post_steps answered with, those of the n-th transaction that are the customer's, by account id.
create function customer_balances(p_balances balance_after[], p_n bigint)
returns table (balance balance_after, account_id text, nth bigint) language sql immutable as $$
  select side, (side).account_id, row_number() over (order by (side).account_id collate "C")
  from (values (p_balances[2 * p_n - 1]), (p_balances[2 * p_n])) sides (side) where (side).kind = 'customer'
$$;

-- As create_transactions of 0007_ledger.sql: same outcomes, bodies, rows and order of locks. Everything is looked up
-- at once, decided item by item on running balances in memory, and written at once.
create or replace function create_transactions(p_items json, p_now timestamptz)
returns table (ordinal integer, outcome text, status integer, body text, transaction_id text, event_ids text[])
language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
  -- By workspace, mode and ordinal.
  items transaction_request[];
  missing record;
  item record;
  n integer;
  debit_id text;
  available_min numeric;
  workspaces text[];
  locked text[];
  -- By place in items.
  outcomes text[] := '{}';
  statuses integer[] := '{}';
  bodies text[] := '{}';
  places integer[] := '{}';
  -- Items whose Idempotency-Key an earlier one of this batch has: they are answered once that one is stored.
  twins transaction_request[] := '{}';
  expired transaction_request[] := '{}';
  -- What limited accounts can spend as this batch goes on.
  spenders text[] := '{}';
  available numeric[] := '{}';
  spender integer;
  -- The items that are created, and what was found for them.
  accepted transaction_request[] := '{}';
  account_ids text[] := '{}';
  debit_ids text[] := '{}';
  credit_ids text[] := '{}';
  steps text[] := '{}';
  made transactions[];
  made_bodies text[];
  balances balance_after[];
  events event_request[];
begin
  select array_agg(i order by i.workspace_id collate "C", i.mode, i.ordinal), array_agg(distinct i.workspace_id)
    into items, workspaces
    from json_populate_recordset(null::transaction_request, p_items) i;

  for missing in
    with wanted as materialized (
      select distinct on (i.workspace_id, i.mode, i.currency, role) i.workspace_id, i.mode, i.currency_type, i.currency,
        i.decimals, role, new_id
      from unnest(items) i
        cross join lateral (values ('main', i.main_account_new_id), ('rail:' || i.rail, i.rail_account_new_id)) r (role, new_id)
      where role is not null
      order by i.workspace_id, i.mode, i.currency, role
    )
    select * from wanted w
    where not exists (
      select from accounts a
      where a.workspace_id = w.workspace_id and a.mode = w.mode and a.currency = w.currency and a.role = w.role
    )
  loop
    perform ensure_account(missing.new_id, missing.workspace_id, missing.mode, missing.currency_type, missing.currency,
      missing.decimals, missing.role, p_now);
  end loop;

  with wanted as materialized (
    select distinct i.workspace_id, i.mode, i.currency, role
    from unnest(items) i
      cross join lateral (values (case when i.account_id is null then 'main' end), ('rail:' || i.rail)) r (role)
    where role is not null
  )
  select array_agg(id) into locked from (
    select account_id from unnest(items)
    union select destination_account_id from unnest(items)
    union select a.id from wanted w join accounts a
      on a.workspace_id = w.workspace_id and a.mode = w.mode and a.currency = w.currency and a.role = w.role
  ) named (id) where id is not null;
  -- The workspaces keep strangers who name an account of somebody else from waiting for it or holding it up.
  perform from accounts a where a.id = any (locked) and a.workspace_id = any (workspaces) order by a.id for update;

  for item in
    with asked as materialized (
      select i.*, i.ordinality::integer as n,
        case when i.idempotency_key is null then 1 else
          row_number() over (partition by i.workspace_id, i.mode, i.method, i.path, i.idempotency_key order by i.ordinality)
        end as nth
      from unnest(items) with ordinality i
    )
    select i.n, i.type, i.amount, account.id as account_id, target.id as target_id,
      coalesce(stored.is_expired, false) as is_expired, stored.status as stored_status, stored.body as stored_body,
      case
        when i.nth > 1 then 'twin'
        when not stored.is_expired then stored.outcome
        when account.id is null or account.mode <> i.mode then 'account-not-found'
        when account.currency <> i.currency then 'account-mismatch'
        when i.type <> 'transfer' then 'created'
        when target.id is null or target.mode <> i.mode then 'account-not-found'
        when target.currency <> i.currency then 'account-mismatch'
        else 'created' end as outcome,
      account.mode as account_mode, account.currency as account_currency, account.currency_type as account_currency_type,
      account.posted - account.pending_out as account_available, account.available_min as account_min, account.decimals,
      target.mode as target_mode, target.currency as target_currency, target.currency_type as target_currency_type,
      target.posted - target.pending_out as target_available, target.available_min as target_min
    from asked i
    left join lateral (
      select k.status, k.body, coalesce(k.expires_at <= p_now or k.lease_expires_at <= p_now, false) as is_expired,
        case
          when k.request_hash <> decode(i.request_hash, 'hex') or k.principal_id <> i.created_by then 'key-reused'
          when k.status is null then 'key-in-use'
          else 'replayed' end as outcome
      from idempotency_keys k
      where k.workspace_id = i.workspace_id and k.key = i.idempotency_key and k.path = i.path and k.mode = i.mode
        and k.method = i.method
      offset 0
    ) stored on true
    left join lateral (
      select * from accounts a where a.id = i.account_id and a.workspace_id = i.workspace_id and a.kind = 'customer'
      union all
      select * from accounts a
      where i.account_id is null and a.workspace_id = i.workspace_id and a.mode = i.mode and a.currency = i.currency
        and a.role = 'main'
    ) account on true
    left join lateral (
      select * from accounts a
      where i.type = 'transfer' and a.id = i.destination_account_id and a.workspace_id = i.workspace_id and a.kind = 'customer'
      union all
      select * from accounts a
      where (i.type <> 'transfer' or i.destination_account_id is null) and a.workspace_id = i.workspace_id
        and a.mode = i.mode and a.currency = i.currency
        and a.role = case i.type when 'transfer' then 'main' else 'rail:' || i.rail end
    ) target on true
    order by i.n
  loop
    n := item.n;
    outcomes[n] := item.outcome;
    if item.outcome = 'twin' then
      twins := twins || items[n];
    elsif item.outcome = 'replayed' then
      statuses[n] := item.stored_status;
      bodies[n] := item.stored_body;
    elsif item.outcome in ('account-not-found', 'account-mismatch') then
      bodies[n] := case when item.account_mode = items[n].mode and item.account_currency = items[n].currency
        then json_build_object('pointer', '/destination_account_id', 'mode', item.target_mode,
          'currency', item.target_currency, 'currency_type', item.target_currency_type)
        else json_build_object('pointer', '/account_id', 'mode', item.account_mode,
          'currency', item.account_currency, 'currency_type', item.account_currency_type) end;
    end if;
    if item.is_expired then expired := expired || items[n]; end if;
    continue when item.outcome <> 'created';

    debit_id := case item.type when 'deposit' then item.target_id else item.account_id end;
    available_min := case item.type when 'deposit' then item.target_min else item.account_min end;
    if available_min is not null then
      spender := array_position(spenders, debit_id);
      if spender is null then
        spenders := spenders || debit_id;
        available := available || case item.type when 'deposit' then item.target_available else item.account_available end;
        spender := cardinality(spenders);
      end if;
      if available[spender] - item.amount < available_min then
        outcomes[n] := 'insufficient-funds';
        bodies[n] := json_build_object('available', money_text(available[spender], item.decimals));
        continue;
      end if;
      available[spender] := available[spender] - item.amount;
    end if;
    -- Only a transfer adds to what somebody can spend: a deposit is only announced yet.
    if item.type = 'transfer' and item.target_min is not null then
      spender := array_position(spenders, item.target_id);
      if spender is null then
        spenders := spenders || item.target_id::text;
        available := available || item.target_available;
        spender := cardinality(spenders);
      end if;
      available[spender] := available[spender] + item.amount;
    end if;

    accepted := accepted || items[n];
    places[n] := cardinality(accepted);
    account_ids := account_ids || item.account_id::text;
    debit_ids := debit_ids || debit_id;
    credit_ids := credit_ids || case item.type when 'deposit' then item.account_id else item.target_id end::text;
    steps := steps || case item.type when 'transfer' then 'direct' else 'hold' end;
  end loop;

  if cardinality(expired) > 0 then
    delete from idempotency_keys k using unnest(expired) i
      where k.workspace_id = i.workspace_id and k.key = i.idempotency_key and k.path = i.path and k.mode = i.mode
        and k.method = i.method;
  end if;

  if cardinality(accepted) > 0 then
    with counted as materialized (
      insert into ledger_sequences as s (workspace_id, mode, last_sequence)
      select i.workspace_id, i.mode, count(*) from unnest(accepted) i
        group by i.workspace_id, i.mode order by i.workspace_id collate "C", i.mode
      on conflict (workspace_id, mode) do update set last_sequence = s.last_sequence + excluded.last_sequence
      returning workspace_id, mode, last_sequence
    ), placed as (
      select i.*, row_number() over place - count(*) over (partition by i.workspace_id, i.mode) as before_last
      from unnest(accepted) with ordinality i
      window place as (partition by i.workspace_id, i.mode order by i.ordinality)
    ), inserted as (
      insert into transactions as t (
        id, workspace_id, mode, currency_type, currency, decimals, type, status, amount, sequence, account_id,
        destination_account_id, debit_account_id, credit_account_id, destination, reference, description, metadata,
        linked_transaction_id, request_id, created_by, rail, effective_at, created_at, updated_at, completed_at
      )
      select
        i.id, i.workspace_id, i.mode, i.currency_type, i.currency, i.decimals, i.type,
        case i.type when 'transfer' then 'completed' else 'pending' end, i.amount, c.last_sequence + i.before_last,
        account_ids[i.ordinality], case i.type when 'transfer' then credit_ids[i.ordinality] end,
        debit_ids[i.ordinality], credit_ids[i.ordinality], i.destination, i.reference, i.description,
        coalesce(i.metadata, '{}'), i.linked_transaction_id, i.request_id, i.created_by, i.rail,
        coalesce(i.effective_at, p_now), p_now, p_now, case i.type when 'transfer' then p_now end
      from placed i join counted c on c.workspace_id = i.workspace_id and c.mode = i.mode
      order by i.ordinality
      returning t as made
    )
    select array_agg(i.made order by (i.made).workspace_id, (i.made).mode, (i.made).sequence) into made from inserted i;
    balances := post_steps(made, steps, p_now);
    select array_agg(transaction_json(made[m])::text order by m) into made_bodies
      from generate_series(1, cardinality(made)) m;

    insert into rail_tasks (transaction_id, rail, due_at)
      select i.id, i.rail, i.due_at from unnest(accepted) i where i.due_at is not null;
    insert into idempotency_keys (
      workspace_id, mode, method, path, key, request_hash, principal_id, claim_id, status, body, created_at, expires_at
    )
    select i.workspace_id, i.mode, i.method, i.path, i.idempotency_key, decode(i.request_hash, 'hex'), i.created_by,
      coalesce(i.request_id, i.id), 201, made_bodies[i.ordinality], p_now, p_now + interval '24 hours'
    from unnest(accepted) with ordinality i where i.idempotency_key is not null;

    select array_agg(
      row(e.id, i.workspace_id, i.mode, i.currency_type, e.type, e.object_id, i.request_id, e.data)::event_request
      order by i.ordinality, e.nth)
    into events
    from unnest(accepted) with ordinality i
    cross join lateral (
      select i.event_ids[1], 'transaction.created', i.id, made_bodies[i.ordinality], 0
      union all
      select i.event_ids[2], 'transaction.completed', i.id, made_bodies[i.ordinality], 0 where i.type = 'transfer'
      union all
      -- A deposit is only announced yet: what the customer has and can spend is as before.
      select i.event_ids[2 + b.nth], 'balance.updated', b.account_id, balance_after_json(b.balance)::text, b.nth
      from customer_balances(balances, i.ordinality) b where i.type <> 'deposit'
    ) e (id, type, object_id, data, nth);
    perform publish_events(events, p_now);
  end if;

  return query
    select i.ordinal, outcomes[n], case when places[n] is null then statuses[n] else 201 end,
      coalesce(made_bodies[places[n]], bodies[n]), case when places[n] is not null then i.id end,
      case
        when places[n] is null then '{}'
        when i.type = 'transfer' then i.event_ids[1:2] || i.event_ids[3:4]
        when i.type = 'deposit' then i.event_ids[1:1]
        else i.event_ids[1:1] || i.event_ids[3:3] end
    from unnest(items) with ordinality i cross join lateral (select i.ordinality::integer) place (n)
    where outcomes[n] <> 'twin';
  if cardinality(twins) > 0 then
    return query select * from create_transactions((select json_agg(t) from unnest(twins) t), p_now);
  end if;
end
$$;

-- As advance_transactions of 0007_ledger.sql: same outcomes, bodies, rows and order of locks. A second change of the
-- same transaction comes after all first ones.
create or replace function advance_transactions(p_changes json, p_now timestamptz)
returns table (ordinal integer, outcome text, body text, transaction_id text, event_ids text[])
language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
  asked transaction_change[];
  transaction_ids text[];
  account_ids text[];
  -- By workspace, mode and sequence: the first change of each transaction, what becomes of it, and the row after it.
  changes transaction_change[];
  outcomes text[];
  later transaction_change[];
  current transactions[];
  bodies text[];
  -- Those that end, and where they stand in the lists above.
  ended transactions[];
  places integer[];
  steps text[];
  balances balance_after[];
  events event_request[];
begin
  select array_agg(c), array_agg(distinct c.transaction_id) into asked, transaction_ids
    from json_populate_recordset(null::transaction_change, p_changes) c;
  perform from transactions t where t.id = any (transaction_ids) order by t.id for update;
  select array_agg(distinct a.id) into account_ids
    from transactions t cross join lateral (values (t.debit_account_id), (t.credit_account_id)) a (id)
    where t.id = any (transaction_ids);
  perform from accounts a where a.id = any (account_ids) order by a.id for update;

  with found as materialized (
    select c.change, c.nth, t.workspace_id, t.mode, t.sequence,
      case
        when t.status not in ('pending', 'processing') then 'ended'
        when (c.change).lease_id is not null and not exists (
          select from rail_tasks r where r.transaction_id = t.id and r.lease_id = (c.change).lease_id
        ) then 'lease-lost'
        -- is_being_settled: 0009_production.sql
        when (c.change).status = 'canceled' and (t.status <> 'pending' or is_being_settled(t.id)) then 'under-way'
        when (c.change).status = t.status then 'unchanged'
        else 'changed' end as outcome
    from (
      select c as change, row_number() over (partition by c.transaction_id order by c.ordinal) as nth from unnest(asked) c
    ) c
    cross join lateral (select * from transactions t where t.id = (c.change).transaction_id offset 0) t
  )
  select
    array_agg(f.change order by f.workspace_id, f.mode, f.sequence) filter (where f.nth = 1),
    array_agg(f.outcome order by f.workspace_id, f.mode, f.sequence) filter (where f.nth = 1),
    array_agg(f.change order by (f.change).ordinal) filter (where f.nth > 1)
  into changes, outcomes, later from found f;
  if changes is null then return; end if;

  delete from rail_tasks r using unnest(changes) with ordinality c
    where r.transaction_id = c.transaction_id and c.due_at is null and outcomes[c.ordinality] in ('changed', 'unchanged');
  update rail_tasks r set due_at = c.due_at, lease_id = null from unnest(changes) with ordinality c
    where r.transaction_id = c.transaction_id and c.due_at is not null and outcomes[c.ordinality] in ('changed', 'unchanged');
  update transactions t set
      status = c.status, failure_code = c.failure_code, failure_message = c.failure_message,
      rail_reference = coalesce(c.rail_reference, t.rail_reference),
      updated_at = p_now, completed_at = case c.status when 'completed' then p_now end
    from unnest(changes) with ordinality c
    where t.id = c.transaction_id and outcomes[c.ordinality] = 'changed';
  select array_agg(t.moved order by c.ordinality),
      array_agg(case when outcomes[c.ordinality] <> 'lease-lost' then transaction_json(t.moved)::text end order by c.ordinality)
    into current, bodies
    from unnest(changes) with ordinality c
    cross join lateral (select t as moved from transactions t where t.id = c.transaction_id offset 0) t;

  select array_agg(current[n] order by n), array_agg(n order by n),
      array_agg(case current[n].status when 'completed' then 'post' else 'release' end order by n)
    into ended, places, steps
    from generate_series(1, cardinality(changes)) n
    where outcomes[n] = 'changed' and current[n].status <> 'processing';
  if cardinality(ended) > 0 then
    balances := post_steps(ended, steps, p_now);
    select array_agg(
      row(e.id, t.workspace_id, t.mode, t.currency_type, e.type, e.object_id, coalesce(c.request_id, t.request_id), e.data)::event_request
      order by t.ordinality, e.nth)
    into events
    from unnest(ended) with ordinality t
    cross join lateral (select (changes[places[t.ordinality]]).*) c
    cross join lateral (
      select c.event_ids[1], 'transaction.' || t.status, t.id, bodies[places[t.ordinality]], 0
      union all
      -- A deposit that did not come leaves what the customer has and can spend as before.
      select c.event_ids[1 + b.nth], 'balance.updated', b.account_id, balance_after_json(b.balance)::text, b.nth
      from customer_balances(balances, t.ordinality) b
      where t.status = 'completed' or t.account_id = t.debit_account_id
    ) e (id, type, object_id, data, nth);
    perform publish_events(events, p_now);
  end if;

  return query
    select c.ordinal, outcomes[n], bodies[n], c.transaction_id,
      case when place is null then '{}'::text[] else c.event_ids[1:1] || case
        when current[n].status = 'completed' or current[n].account_id = current[n].debit_account_id
        then c.event_ids[2:1 + (select count(*)::integer from customer_balances(balances, place))] else '{}' end
      end
    from unnest(changes) with ordinality c
    cross join lateral (select c.ordinality::integer, array_position(places, c.ordinality::integer)) found (n, place);
  if cardinality(later) > 0 then
    return query select * from advance_transactions((select json_agg(l) from unnest(later) l), p_now);
  end if;
end
$$;
