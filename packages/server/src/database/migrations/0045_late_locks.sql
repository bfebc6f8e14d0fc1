-- The accounts of rails and fees are locked last (docs/decisions/0021-ledger-batches.md). Every deposit and payout of a
-- currency touches its rail's one account, and whoever held it from the beginning of a batch to its commit made creating
-- and settling take turns. Nothing that is answered or told depends on these balances, so the functions work on
-- customers' accounts as before, do everything else, and then lock, change and write the rest in one statement.
--
-- Locks are taken in one order everywhere: transactions; customers' accounts by id; per workspace and mode its
-- sequence, its idempotency keys, its events; the system's accounts by id.

-- The first half of what post_steps of 0040_fees_and_holds.sql does: customers' accounts are changed, and their entries
-- are answered, not written yet. Of a side that is not the customer's, the balance is null.
create function post_customer_steps(
  p_transactions transactions[], p_steps text[], p_now timestamptz, out balances balance_after[], out written entries[]
) language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  accounts_touched integer;
  accounts_changed integer;
  accounts_overdrawn integer;
begin
  with step as (
    select t.ordinality as n, t.id, p.*,
      case when p.step in ('post', 'direct') then p.moved else 0 end as posted,
      case p.step when 'hold' then p.moved when 'direct' then 0 else -p.moved end as pending
    from unnest(p_transactions) with ordinality t cross join lateral (
      select 'amount' as part, t.debit_account_id, t.credit_account_id, p_steps[t.ordinality] as step, t.amount as moved
      union all
      select 'fee', t.account_id, t.fee_account_id,
        case t.type when 'deposit' then 'direct' else p_steps[t.ordinality] end, t.fee
      where t.fee_account_id is not null and (t.type <> 'deposit' or p_steps[t.ordinality] = 'post')
    ) p
  ), side as (
    select n, id, part, step, debit_account_id as account_id, -posted as posted, 0 as pending_in, pending as pending_out,
      true as is_told from step
    union all
    select n, id, part, step, credit_account_id, posted, pending, 0, part = 'amount' from step
  ), entry as materialized (
    select s.*, a.workspace_id, a.mode, a.currency_type, a.currency, a.decimals, a.kind, a.available_min,
      a.version as version_before, a.version + row_number() over account as version_after,
      row_number() over (partition by s.account_id order by s.n desc, s.part desc) = 1 as is_last,
      s.is_told and lead(s.n) over account is distinct from s.n as is_answer,
      a.posted + sum(s.posted) over account as posted_after,
      a.pending_in + sum(s.pending_in) over account as pending_in_after,
      a.pending_out + sum(s.pending_out) over account as pending_out_after
    from side s left join accounts a on a.id = s.account_id and a.kind = 'customer'
    window account as (partition by s.account_id order by s.n, s.part)
  ), changed as (
    update accounts a
      set posted = e.posted_after, pending_in = e.pending_in_after, pending_out = e.pending_out_after, version = e.version_after
      from entry e where e.is_last and e.kind is not null and a.id = e.account_id and a.version = e.version_before
      returning 1
  )
  select
    array_agg(
      row(n, id, account_id, kind, workspace_id, mode, currency_type, currency, decimals, posted_after, pending_in_after,
        pending_out_after, version_after)::balance_after order by n, account_id) filter (where is_answer),
    array_agg(
      row(account_id, version_after, workspace_id, mode, currency, id, step, posted, pending_in, pending_out,
        posted_after, pending_in_after, pending_out_after, p_now, part)::entries) filter (where kind is not null),
    count(*) filter (where is_last and kind is not null), (select count(*) from changed),
    count(*) filter (where posted_after - pending_out_after < available_min and posted - pending_out < 0)
  into balances, written, accounts_touched, accounts_changed, accounts_overdrawn
  from entry;
  if accounts_touched <> accounts_changed or cardinality(balances) <> 2 * cardinality(p_transactions) then
    raise exception 'an account changed under its lock' using errcode = 'CS004';
  end if;
  if accounts_overdrawn > 0 then
    raise exception 'a step takes more than its account has' using errcode = 'CS004';
  end if;
end
$$;

-- The second half: the system's accounts are locked and changed, and all entries written in one statement, which is
-- what the proof of zero sums looks at.
create function post_system_steps(p_transactions transactions[], p_steps text[], p_written entries[], p_now timestamptz)
returns void language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  accounts_touched integer;
  accounts_changed integer;
  entries_missing integer;
begin
  perform from accounts a
    where a.kind = 'system' and a.id in (
      select unnest(array[t.debit_account_id, t.credit_account_id, t.fee_account_id]) from unnest(p_transactions) t)
    order by a.id for update;
  with step as (
    select t.ordinality as n, t.id, p.*,
      case when p.step in ('post', 'direct') then p.moved else 0 end as posted,
      case p.step when 'hold' then p.moved when 'direct' then 0 else -p.moved end as pending
    from unnest(p_transactions) with ordinality t cross join lateral (
      select 'amount' as part, t.debit_account_id, t.credit_account_id, p_steps[t.ordinality] as step, t.amount as moved
      union all
      select 'fee', t.account_id, t.fee_account_id,
        case t.type when 'deposit' then 'direct' else p_steps[t.ordinality] end, t.fee
      where t.fee_account_id is not null and (t.type <> 'deposit' or p_steps[t.ordinality] = 'post')
    ) p
  ), side as (
    select n, id, part, step, debit_account_id as account_id, -posted as posted, 0 as pending_in, pending as pending_out from step
    union all
    select n, id, part, step, credit_account_id, posted, pending, 0 from step
  ), entry as materialized (
    select s.*, a.workspace_id, a.mode, a.currency, a.version as version_before,
      a.version + row_number() over account as version_after,
      row_number() over (partition by s.account_id order by s.n desc, s.part desc) = 1 as is_last,
      a.posted + sum(s.posted) over account as posted_after,
      a.pending_in + sum(s.pending_in) over account as pending_in_after,
      a.pending_out + sum(s.pending_out) over account as pending_out_after
    from side s join accounts a on a.id = s.account_id and a.kind = 'system'
    window account as (partition by s.account_id order by s.n, s.part)
  ), changed as (
    update accounts a
      set posted = e.posted_after, pending_in = e.pending_in_after, pending_out = e.pending_out_after, version = e.version_after
      from entry e where e.is_last and a.id = e.account_id and a.version = e.version_before
      returning 1
  ), added as (
    insert into entries (
      account_id, version, workspace_id, mode, currency, transaction_id, part, step,
      posted, pending_in, pending_out, posted_after, pending_in_after, pending_out_after, created_at
    )
    select account_id, version_after, workspace_id, mode, currency, id, part, step,
      posted, pending_in, pending_out, posted_after, pending_in_after, pending_out_after, p_now
    from entry
    union all
    select account_id, version, workspace_id, mode, currency, transaction_id, part, step,
      posted, pending_in, pending_out, posted_after, pending_in_after, pending_out_after, created_at
    from unnest(p_written)
    order by 1, 2
  )
  select count(*) filter (where is_last), (select count(*) from changed),
    count(*) + coalesce(cardinality(p_written), 0) - 2 * (select count(*) from step)
  into accounts_touched, accounts_changed, entries_missing
  from entry;
  if accounts_touched <> accounts_changed or entries_missing <> 0 then
    raise exception 'an account changed under its lock' using errcode = 'CS004';
  end if;
end
$$;

-- As in 0040_fees_and_holds.sql, with that order of locks.
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
  -- By place in items; null while no rule exists.
  fees numeric[];
  fee numeric;
  needed numeric;
  -- The items that are created, and what was found for them.
  accepted transaction_request[] := '{}';
  account_ids text[] := '{}';
  debit_ids text[] := '{}';
  credit_ids text[] := '{}';
  steps text[] := '{}';
  fee_amounts numeric[] := '{}';
  fee_account_ids text[] := '{}';
  made transactions[];
  made_bodies text[];
  balances balance_after[];
  written entries[];
  events event_request[];
begin
  select array_agg(i order by i.workspace_id collate "C", i.mode, i.ordinal), array_agg(distinct i.workspace_id)
    into items, workspaces
    from json_populate_recordset(null::transaction_request, p_items) i;
  if exists (select from fee_rules) then
    select array_agg(coalesce(r.fee, 0) order by i.ordinality) into fees
    from unnest(items) with ordinality i
    left join lateral (
      select fee_of(i.amount, r.fixed, r.basis_points, r.minimum) as fee from fee_rules r
      where r.type = i.type and r.currency_type = i.currency_type and r.currency in (i.currency, '*')
      order by r.currency desc limit 1
    ) r on true;
  end if;

  for missing in
    with wanted as materialized (
      select distinct on (i.workspace_id, i.mode, i.currency, role) i.workspace_id, i.mode, i.currency_type, i.currency,
        i.decimals, role, new_id
      from unnest(items) with ordinality i
        cross join lateral (values
          ('main', i.main_account_new_id), ('rail:' || i.rail, i.rail_account_new_id),
          (case when fees[i.ordinality] > 0 then 'fees' end, i.fees_account_new_id)) r (role, new_id)
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
    from unnest(items) with ordinality i
      cross join lateral (values (case when i.account_id is null then 'main' end)) r (role)
    where role is not null
  )
  select array_agg(id) into locked from (
    select account_id from unnest(items)
    union select destination_account_id from unnest(items)
    union select a.id from wanted w join accounts a
      on a.workspace_id = w.workspace_id and a.mode = w.mode and a.currency = w.currency and a.role = w.role
  ) named (id) where id is not null;
  -- The workspaces keep strangers who name an account of somebody else from waiting for it or holding it up.
  perform from accounts a where a.id = any (locked) and a.workspace_id = any (workspaces) and a.kind = 'customer'
    order by a.id for update;

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
      taken.id as taken_by, fees_account.id as fee_account_id,
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
    left join lateral (
      select a.id from accounts a
      where fees[i.n] > 0 and a.workspace_id = i.workspace_id and a.mode = i.mode and a.currency = i.currency
        and a.role = 'fees'
    ) fees_account on true
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
    fee := coalesce(fees[n], 0);
    needed := item.amount + case item.type when 'deposit' then 0 else fee end;
    if item.type = 'deposit' and fee > item.amount then
      outcomes[n] := 'fee-exceeds-amount';
      bodies[n] := json_build_object('fee', money_text(fee, item.decimals));
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
      if available[spender] - needed < available_min then
        outcomes[n] := 'insufficient-funds';
        bodies[n] := case when fee > 0
          then json_build_object('available', money_text(available[spender], item.decimals),
            'fee', money_text(fee, item.decimals))
          else json_build_object('available', money_text(available[spender], item.decimals)) end;
        continue;
      end if;
      available[spender] := available[spender] - needed;
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
    fee_amounts := fee_amounts || fee;
    fee_account_ids := fee_account_ids || item.fee_account_id::text;
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
        unique_reference, fee, fee_account_id, expires_at
      )
      select
        i.id, i.workspace_id, i.mode, i.currency_type, i.currency, i.decimals, i.type,
        case i.type when 'transfer' then 'completed' else 'pending' end, i.amount, c.last_sequence + i.before_last,
        account_ids[i.ordinality], case i.type when 'transfer' then credit_ids[i.ordinality] end,
        debit_ids[i.ordinality], credit_ids[i.ordinality], i.destination, i.reference, i.description,
        coalesce(i.metadata, '{}'), i.linked_transaction_id, i.request_id, i.created_by, i.rail,
        coalesce(i.effective_at, p_now), p_now, p_now, case i.type when 'transfer' then p_now end,
        coalesce(i.unique_reference, false), fee_amounts[i.ordinality], fee_account_ids[i.ordinality], i.expires_at
      from placed i join counted c on c.workspace_id = i.workspace_id and c.mode = i.mode
      order by i.ordinality
      returning t as made
    )
    select array_agg(i.made order by (i.made).workspace_id, (i.made).mode, (i.made).sequence) into made from inserted i;
    select p.balances, p.written into balances, written from post_customer_steps(made, steps, p_now) p;
    select array_agg(transaction_json(made[m])::text order by m) into made_bodies
      from generate_series(1, cardinality(made)) m;

    insert into rail_tasks (transaction_id, rail, due_at)
      select i.id, case when i.due_at is null then 'hold' else i.rail end, coalesce(i.due_at, i.expires_at)
      from unnest(accepted) i where coalesce(i.due_at, i.expires_at) is not null;
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
    perform post_system_steps(made, steps, written, p_now);
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

create or replace function advance_transactions(p_changes json, p_now timestamptz)
returns table (ordinal integer, outcome text, body text, transaction_id text, event_ids text[])
language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
  asked transaction_change[];
  transaction_ids text[];
  linked_ids text[];
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
  written entries[];
  events event_request[];
begin
  select array_agg(c), array_agg(distinct c.transaction_id) into asked, transaction_ids
    from json_populate_recordset(null::transaction_change, p_changes) c;
  select array_agg(distinct t.linked_transaction_id) into linked_ids
    from transactions t where t.id = any (transaction_ids) and t.linked_transaction_id is not null;
  perform from transactions t where t.id = any (transaction_ids || linked_ids) order by t.id for update;
  select array_agg(distinct a.id) into account_ids
    from transactions t cross join lateral (values (t.debit_account_id), (t.credit_account_id)) a (id)
    where t.id = any (transaction_ids);
  perform from accounts a where a.id = any (account_ids) and a.kind = 'customer' order by a.id for update;

  with found as materialized (
    select c.change, c.nth, t.workspace_id, t.mode, t.sequence,
      case
        when t.status not in ('pending', 'processing') then 'ended'
        when (c.change).lease_id is not null and not exists (
          select from rail_tasks r where r.transaction_id = t.id and r.lease_id = (c.change).lease_id
        ) then 'lease-lost'
        -- is_being_settled: 0009_production.sql
        when (c.change).status = 'canceled' and (t.status <> 'pending' or is_being_settled(t.id)) then 'under-way'
        when (c.change).status = 'expired' and is_being_settled(t.id) then 'under-way'
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
    select p.balances, p.written into balances, written from post_customer_steps(ended, steps, p_now) p;
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
    perform post_system_steps(ended, steps, written, p_now);
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

-- As in 0025_returns.sql, with that order of locks.
create or replace function return_transaction(
  p_id text, p_return_id text, p_description text, p_request_id text, p_created_by text, p_event_ids text[],
  p_lease_id text, p_again_at timestamptz, p_now timestamptz
) returns table (outcome text, body text, transaction_id text, event_ids text[]) language plpgsql as $$
#variable_conflict use_column
declare
  original transactions;
  made transactions;
  debit accounts;
  left_over numeric;
  next_sequence bigint;
  account_count integer;
  written entries[];
begin
  event_ids := '{}';
  select * into original from transactions t where t.id = p_id for update;
  if p_lease_id is not null and not exists (
    select from rail_tasks r where r.transaction_id = p_id and r.lease_id = p_lease_id
  ) then
    outcome := 'lease-lost';
    return next;
    return;
  end if;

  select * into made from transactions t where t.linked_transaction_id = p_id and t.type = 'return';
  select original.amount - coalesce(sum(t.amount), 0) into left_over from transactions t
    where t.linked_transaction_id = p_id and t.status not in ('failed', 'canceled', 'expired');
  perform from accounts a where a.id in (original.debit_account_id, original.credit_account_id) and a.kind = 'customer'
    order by a.id for update;
  select count(*) into account_count from accounts a
    where a.id in (original.debit_account_id, original.credit_account_id) and a.workspace_id = original.workspace_id;
  -- What came in goes out again, and what went out comes in.
  select * into debit from accounts a where a.id = original.credit_account_id;
  outcome := case
    when made.id is not null then 'returned-before'
    when original.status <> 'completed' or original.rail is null or original.type = 'return' or left_over <= 0 or account_count < 2 then 'not-returnable'
    when debit.posted - debit.pending_out - left_over < debit.available_min then 'insufficient-funds'
    else 'returned' end;

  if p_lease_id is not null then
    if outcome = 'insufficient-funds' then
      update rail_tasks r set due_at = p_again_at, lease_id = null where r.transaction_id = p_id;
    else
      delete from rail_tasks r where r.transaction_id = p_id;
    end if;
  end if;
  if outcome = 'insufficient-funds' then
    body := json_build_object('available', money_text(debit.posted - debit.pending_out, debit.decimals),
      'currency', debit.currency)::text;
  elsif outcome = 'returned-before' then
    body := transaction_json(made)::text;
    transaction_id := made.id;
  end if;
  if outcome <> 'returned' then
    return next;
    return;
  end if;

  insert into ledger_sequences as s (workspace_id, mode, last_sequence) values (original.workspace_id, original.mode, 1)
    on conflict (workspace_id, mode) do update set last_sequence = s.last_sequence + 1
    returning s.last_sequence into next_sequence;
  insert into transactions (
    id, workspace_id, mode, currency_type, currency, decimals, type, status, amount, sequence, account_id,
    debit_account_id, credit_account_id, description, linked_transaction_id, request_id, created_by, rail,
    effective_at, created_at, updated_at, completed_at
  ) values (
    p_return_id, original.workspace_id, original.mode, original.currency_type, original.currency, original.decimals,
    'return', 'completed', left_over, next_sequence, original.account_id,
    original.credit_account_id, original.debit_account_id, p_description, original.id,
    coalesce(p_request_id, original.request_id), coalesce(p_created_by, original.created_by), original.rail,
    p_now, p_now, p_now, p_now
  ) returning * into made;
  select p.written into written from post_customer_steps(array[made], array['direct'], p_now) p;
  body := transaction_json(made)::text;
  transaction_id := made.id;
  event_ids := p_event_ids[1:2];
  perform publish_event(p_event_ids[1], made.workspace_id, made.mode, made.currency_type, 'transaction.created',
    made.id, made.request_id, body, p_now);
  perform publish_event(p_event_ids[2], made.workspace_id, made.mode, made.currency_type, 'transaction.completed',
    made.id, made.request_id, body, p_now);
  event_ids := event_ids || publish_balances(made, p_event_ids[3:4], made.request_id, p_now);
  perform post_system_steps(array[made], array['direct'], written, p_now);
  return next;
end
$$;

-- For what is written one by one.
create or replace function post_steps(p_transactions transactions[], p_steps text[], p_now timestamptz)
returns balance_after[] language plpgsql as $$
declare
  balances balance_after[];
  written entries[];
begin
  select p.balances, p.written into balances, written from post_customer_steps(p_transactions, p_steps, p_now) p;
  perform post_system_steps(p_transactions, p_steps, written, p_now);
  return balances;
end
$$;

-- Nobody calls it any more.
drop function post_step(transactions, text, timestamptz);
