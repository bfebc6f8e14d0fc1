-- Refunds (DESIGN §4): a transaction of the type `refund`, linked to a completed deposit, takes money back out through
-- the same rail, with a hold like a payout. Together with what came back as a return, refunds never pass the amount.

-- What refunds and returns took of it; one that is open counts, one that failed no longer does.
alter table transactions add column refunded numeric(78, 0) not null default 0;
update transactions t set refunded = taken.amount
  from (
    select linked_transaction_id as id, sum(amount) as amount from transactions
    where linked_transaction_id is not null and type in ('refund', 'return') and status not in ('failed', 'canceled', 'expired')
    group by linked_transaction_id
  ) taken
  where taken.id = t.id;
alter table transactions add constraint transactions_refunded_check check (refunded between 0 and amount);

-- Whoever writes a refund or a return: what it is linked to counts it, and is what can be given back.
create function count_refund() returns trigger language plpgsql as $$
begin
  update transactions t
    set refunded = t.refunded + case tg_op when 'INSERT' then new.amount else -new.amount end
    where t.id = new.linked_transaction_id and t.workspace_id = new.workspace_id and t.mode = new.mode
      and t.currency = new.currency and t.status = 'completed' and (new.type <> 'refund' or t.type = 'deposit');
  if not found then
    raise exception 'transaction % is linked to nothing that can be given back', new.id using errcode = 'CS005';
  end if;
  return null;
end
$$;
create trigger transactions_refund_made after insert on transactions
  for each row when (new.type in ('refund', 'return') and new.status not in ('failed', 'canceled', 'expired'))
  execute function count_refund();
create trigger transactions_refund_ended after update of status on transactions
  for each row when (new.type in ('refund', 'return') and old.status <> new.status
    and new.status in ('failed', 'canceled', 'expired'))
  execute function count_refund();

-- The shape of a transaction on the wire, as before and with `refunded`. A row constructor that PostgreSQL can write into
-- the statement that asks, instead of a function to call: 22 us a transaction where it was 60, in the same run.
create type transaction_shape as (
  id text, type text, status text, amount text, currency text, currency_type text, mode text, account_id text,
  destination_account_id text, destination text, reference text, description text, metadata jsonb,
  linked_transaction_id text, refunded text, failure json, sequence bigint, request_id text, effective_at text,
  created_at text, updated_at text, completed_at text
);
create or replace function transaction_json(t transactions) returns json language sql stable
return row_to_json(row(
  t.id, t.type, t.status, money_text(t.amount, t.decimals), t.currency, t.currency_type, t.mode, t.account_id,
  t.destination_account_id, t.destination, t.reference, t.description, t.metadata, t.linked_transaction_id,
  money_text(t.refunded, t.decimals),
  case when t.failure_code is not null then json_build_object('code', t.failure_code, 'message', t.failure_message) end,
  t.sequence, t.request_id, time_text(t.effective_at), time_text(t.created_at), time_text(t.updated_at),
  time_text(t.completed_at)
)::transaction_shape);

create type balance_shape as (
  account_id text, currency text, currency_type text, mode text, posted text, pending_in text, pending_out text,
  available text, version bigint, transaction_id text
);
create or replace function balance_after_json(b balance_after) returns json language sql stable
return row_to_json(row(
  b.account_id, b.currency, b.currency_type, b.mode, money_text(b.posted, b.decimals), money_text(b.pending_in, b.decimals),
  money_text(b.pending_out, b.decimals), money_text(b.posted - b.pending_out, b.decimals), b.version, b.transaction_id
)::balance_shape);

-- As before, and what a refund is linked to is locked with it: a refund that fails gives back what it took of it.
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
