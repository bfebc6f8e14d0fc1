-- A transaction can ask for a reference that no other one of its account has that asked so too.
alter table transactions
  add column unique_reference boolean not null default false,
  add constraint transactions_unique_reference_check check (reference is not null or not unique_reference);
create unique index transactions_unique_reference_idx on transactions (account_id, reference) where unique_reference;
alter type transaction_request add attribute unique_reference boolean;

-- As in 0034_transfer_to_itself.sql, and with the outcome `reference-taken`, {transaction_id} of the one that has it.
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
  -- By the first item with that Idempotency-Key: the item that was created with it; and by place in items, whose answer
  -- it is given again.
  created_with integer[] := '{}';
  replays integer[] := '{}';
  original integer;
  -- What this batch creates with a unique reference, as account and reference, and its ids.
  names text[] := '{}';
  named_ids text[] := '{}';
  name text;
  taken_by text;
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
        case when i.idempotency_key is not null then
          min(i.ordinality) over (partition by i.workspace_id, i.mode, i.method, i.path, i.idempotency_key)
        end::integer as first_with_key
      from unnest(items) with ordinality i
    )
    select i.n, i.first_with_key, stored.is_expired is not distinct from false as is_stored, i.type, i.amount, account.id as account_id, target.id as target_id,
      coalesce(stored.is_expired, false) as is_expired, stored.status as stored_status, stored.body as stored_body,
      case
        when not stored.is_expired then stored.outcome
        when account.id is null or account.mode <> i.mode then 'account-not-found'
        when account.currency <> i.currency then 'account-mismatch'
        when i.type <> 'transfer' then 'created'
        when target.id is null or target.mode <> i.mode then 'account-not-found'
        when target.currency <> i.currency then 'account-mismatch'
        when target.id = account.id then 'same-account'
        else 'created' end as outcome,
      taken.id as taken_by,
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
    -- The account is locked: who creates another one with that reference has either committed or waits.
    left join lateral (
      select t.id from transactions t
      where i.unique_reference and t.account_id = account.id and t.reference = i.reference and t.unique_reference
    ) taken on true
    order by i.n
  loop
    n := item.n;
    outcomes[n] := item.outcome;
    original := created_with[item.first_with_key];
    if original is not null and not item.is_stored then
      outcomes[n] := 'key-reused';
      if items[n].request_hash = items[original].request_hash and items[n].created_by = items[original].created_by then
        outcomes[n] := 'replayed';
        statuses[n] := 201;
        replays[n] := original;
      end if;
      continue;
    end if;
    if item.outcome = 'replayed' then
      statuses[n] := item.stored_status;
      bodies[n] := item.stored_body;
    elsif item.outcome in ('account-not-found', 'account-mismatch', 'same-account') then
      bodies[n] := case when item.account_mode = items[n].mode and item.account_currency = items[n].currency
        then json_build_object('pointer', '/destination_account_id', 'mode', item.target_mode,
          'currency', item.target_currency, 'currency_type', item.target_currency_type)
        else json_build_object('pointer', '/account_id', 'mode', item.account_mode,
          'currency', item.account_currency, 'currency_type', item.account_currency_type) end;
    end if;
    if item.is_expired then expired := expired || items[n]; end if;
    continue when item.outcome <> 'created';

    name := case when items[n].unique_reference then item.account_id || ' ' || items[n].reference end;
    taken_by := coalesce(item.taken_by, named_ids[array_position(names, name)]);
    if name is not null and taken_by is not null then
      outcomes[n] := 'reference-taken';
      bodies[n] := json_build_object('transaction_id', taken_by);
      continue;
    end if;
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

    if name is not null then
      names := names || name;
      named_ids := named_ids || items[n].id;
    end if;
    accepted := accepted || items[n];
    places[n] := cardinality(accepted);
    if item.first_with_key is not null then created_with[item.first_with_key] := n; end if;
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
        linked_transaction_id, request_id, created_by, rail, effective_at, created_at, updated_at, completed_at,
        unique_reference
      )
      select
        i.id, i.workspace_id, i.mode, i.currency_type, i.currency, i.decimals, i.type,
        case i.type when 'transfer' then 'completed' else 'pending' end, i.amount, c.last_sequence + i.before_last,
        account_ids[i.ordinality], case i.type when 'transfer' then credit_ids[i.ordinality] end,
        debit_ids[i.ordinality], credit_ids[i.ordinality], i.destination, i.reference, i.description,
        coalesce(i.metadata, '{}'), i.linked_transaction_id, i.request_id, i.created_by, i.rail,
        coalesce(i.effective_at, p_now), p_now, p_now, case i.type when 'transfer' then p_now end,
        coalesce(i.unique_reference, false)
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
      coalesce(made_bodies[places[coalesce(replays[n], n)]], bodies[n]), case when places[n] is not null then i.id end,
      case
        when places[n] is null then '{}'
        when i.type = 'transfer' then i.event_ids[1:2] || i.event_ids[3:4]
        when i.type = 'deposit' then i.event_ids[1:1]
        else i.event_ids[1:1] || i.event_ids[3:3] end
    from unnest(items) with ordinality i cross join lateral (select i.ordinality::integer) place (n);
end
$$;
