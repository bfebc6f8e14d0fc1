-- What people meet who settle by hand: another amount than was announced, money that nobody can be given yet, and what
-- was settled wrongly (docs/decisions/0028-manual-rail.md).

alter table transactions
  -- What was announced, where another amount came: `amount` is what was booked.
  add column announced_amount numeric(78, 0)
    check (announced_amount is null or announced_amount > 0 and announced_amount <> amount and type = 'deposit'),
  drop constraint transactions_type_check,
  add constraint transactions_type_check
    check (type in ('deposit', 'payout', 'transfer', 'refund', 'return', 'correction'));

-- As in 0040_fees_and_holds.sql, and the amount of a deposit that is still open may change once, and its fee with it, if
-- the row says what was announced.
create or replace function guard_transaction_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    if is_test_reset(old.workspace_id, old.mode) then return old; end if;
    raise exception 'transactions are never deleted' using errcode = 'CS001';
  end if;
  if new.status <> old.status and not (old.status = 'pending' or (old.status = 'processing' and new.status <> 'pending')) then
    raise exception 'transaction % cannot go from % to %', old.id, old.status, new.status using errcode = 'CS003';
  end if;
  if (new.amount, new.announced_amount, new.fee, new.fee_account_id)
     is distinct from (old.amount, old.announced_amount, old.fee, old.fee_account_id) and not (
    old.type = 'deposit' and old.status in ('pending', 'processing') and new.status = old.status
    and old.announced_amount is null and new.announced_amount is not distinct from old.amount
  ) then
    raise exception 'the amount of transaction % cannot change', old.id using errcode = 'CS001';
  end if;
  if (new.id, new.workspace_id, new.mode, new.currency, new.decimals, new.type, new.sequence, new.account_id,
      new.debit_account_id, new.credit_account_id, new.created_at)
     is distinct from
     (old.id, old.workspace_id, old.mode, old.currency, old.decimals, old.type, old.sequence, old.account_id,
      old.debit_account_id, old.credit_account_id, old.created_at) then
    raise exception 'what transaction % is about cannot change', old.id using errcode = 'CS001';
  end if;
  return new;
end
$$;

-- The shape of a transaction on the wire, as before and with `announced_amount`.
alter type transaction_shape add attribute announced_amount text;
create or replace function transaction_json(t transactions) returns json language sql stable
return row_to_json(row(
  t.id, t.type, t.status, money_text(t.amount, t.decimals), t.currency, t.currency_type, t.mode, t.account_id,
  t.destination_account_id, t.destination, t.reference, t.description, t.metadata, t.linked_transaction_id,
  money_text(t.refunded, t.decimals), money_text(t.fee, t.decimals),
  case when t.failure_code is not null then json_build_object('code', t.failure_code, 'message', t.failure_message) end,
  t.sequence, t.request_id, time_text(t.effective_at), time_text(t.created_at), time_text(t.updated_at),
  time_text(t.completed_at), time_text(t.expires_at), money_text(t.announced_amount, t.decimals)
)::transaction_shape);

-- Another amount came than was announced: what is held is let go and held anew, so that the deposit completes like any
-- other, with what came. Where it costs a fee, that is now what the rule says of what came, and never more than came:
-- money that is there is not refused. The caller has locked the transaction's row.
create function announce_amount(p_id text, p_amount numeric, p_now timestamptz) returns void language plpgsql as $$
declare
  announced transactions;
  changed transactions;
  new_fee numeric;
begin
  select * into announced from transactions where id = p_id for update;
  perform from accounts where id in (announced.debit_account_id, announced.credit_account_id) and kind = 'customer' for update;
  perform post_steps(array[announced], array['release'], p_now);
  select least(fee_of(p_amount, r.fixed, r.basis_points, r.minimum), p_amount) into new_fee from fee_rules r
    where r.type = announced.type and r.currency_type = announced.currency_type and r.currency in (announced.currency, '*')
    order by r.currency desc limit 1;
  new_fee := case when announced.fee = 0 then 0 else coalesce(new_fee, least(announced.fee, p_amount)) end;
  update transactions set amount = p_amount, announced_amount = announced.amount, fee = new_fee,
      fee_account_id = case when new_fee > 0 then announced.fee_account_id end, updated_at = p_now
    where id = p_id returning * into changed;
  perform post_steps(array[changed], array['hold'], p_now);
end
$$;

-- A transaction that follows a completed one, between the same two accounts; for the functions below, which hold the
-- locks in the order of 0045_late_locks.sql: the transaction, the customer's account; then the sequence; the rail's last.
create function insert_linked_transaction(
  p_original transactions, p_id text, p_type text, p_status text, p_amount numeric, p_debit_account_id text,
  p_description text, p_created_by text, p_now timestamptz
) returns transactions language plpgsql as $$
declare
  next_sequence bigint;
  made transactions;
begin
  insert into ledger_sequences as s (workspace_id, mode, last_sequence) values (p_original.workspace_id, p_original.mode, 1)
    on conflict (workspace_id, mode) do update set last_sequence = s.last_sequence + 1
    returning s.last_sequence into next_sequence;
  insert into transactions (
    id, workspace_id, mode, currency_type, currency, decimals, type, status, amount, sequence, account_id,
    debit_account_id, credit_account_id, description, linked_transaction_id, request_id, created_by, rail,
    effective_at, created_at, updated_at, completed_at
  ) values (
    p_id, p_original.workspace_id, p_original.mode, p_original.currency_type, p_original.currency, p_original.decimals,
    p_type, p_status, p_amount, next_sequence, p_original.account_id, p_debit_account_id,
    case when p_debit_account_id = p_original.debit_account_id then p_original.credit_account_id
      else p_original.debit_account_id end,
    p_description, p_original.id, p_original.request_id, p_created_by, p_original.rail,
    p_now, p_now, p_now, case p_status when 'completed' then p_now end
  ) returning * into made;
  return made;
end
$$;

-- Begins the correction of a completed transaction of a rail: a linked transaction of the type `correction`, with a hold;
-- advance_transactions ends it like any other. `credit` gives to the customer's account, `debit` takes from it.
--
-- outcome              what body holds
-- created              the new transaction, as the API shows it
-- not-correctable      nothing: it is not completed, or of no rail
-- correction-open      {transaction_id} of the one that is to be decided first
-- insufficient-funds   {available}: the account has less than is to be taken from it
create function create_correction(
  p_original_id text, p_id text, p_direction text, p_amount numeric, p_description text, p_created_by text,
  p_event_ids text[], p_now timestamptz
) returns table (outcome text, body text) language plpgsql as $$
declare
  original transactions;
  made transactions;
  open_id text;
  account accounts;
begin
  select * into original from transactions t where t.id = p_original_id for update;
  if original.status is distinct from 'completed' or original.rail is null then
    return query select 'not-correctable', null::text;
    return;
  end if;
  select t.id into open_id from transactions t
    where t.linked_transaction_id = p_original_id and t.type = 'correction' and t.status in ('pending', 'processing');
  if open_id is not null then
    return query select 'correction-open', json_build_object('transaction_id', open_id)::text;
    return;
  end if;
  perform from accounts a where a.id in (original.debit_account_id, original.credit_account_id) and a.kind = 'customer'
    for update;
  select * into account from accounts a where a.id = original.account_id;
  if p_direction = 'debit' and account.posted - account.pending_out - p_amount < account.available_min then
    return query select 'insufficient-funds',
      json_build_object('available', money_text(account.posted - account.pending_out, account.decimals))::text;
    return;
  end if;

  made := insert_linked_transaction(original, p_id, 'correction', 'pending', p_amount,
    case when (p_direction = 'debit') = (original.account_id = original.debit_account_id) then original.debit_account_id
      else original.credit_account_id end,
    p_description, p_created_by, p_now);
  perform post_steps(array[made], array['hold'], p_now);
  perform publish_event(p_event_ids[1], made.workspace_id, made.mode, made.currency_type, 'transaction.created',
    made.id, made.request_id, transaction_json(made)::text, p_now);
  -- What is to be taken can no longer be spent; what is to be given is only announced.
  if p_direction = 'debit' then
    perform publish_balances(made, p_event_ids[2:3], made.request_id, p_now);
  end if;
  return query select 'created', transaction_json(made)::text;
end
$$;

-- A payout or refund that had completed came back, whole or in part: a linked transaction of the type `return`, done the
-- moment it is written. As return_transaction, for a rail that people are.
--
-- outcome          what body holds
-- returned         the new transaction, as the API shows it
-- returned-before  the one of before: nothing comes back twice
-- not-returnable   nothing: it is not completed, of no rail, or took no money out
-- exceeds-amount   nothing: more came back than had left
create function return_payout(
  p_original_id text, p_id text, p_amount numeric, p_description text, p_created_by text, p_event_ids text[],
  p_now timestamptz
) returns table (outcome text, body text) language plpgsql as $$
declare
  original transactions;
  made transactions;
begin
  select * into original from transactions t where t.id = p_original_id for update;
  select * into made from transactions t where t.linked_transaction_id = p_original_id and t.type = 'return';
  if made.id is not null then
    return query select 'returned-before', transaction_json(made)::text;
    return;
  end if;
  if original.status is distinct from 'completed' or original.rail is null or original.type not in ('payout', 'refund') then
    return query select 'not-returnable', null::text;
    return;
  end if;
  if p_amount > original.amount then
    return query select 'exceeds-amount', null::text;
    return;
  end if;
  perform from accounts a where a.id in (original.debit_account_id, original.credit_account_id) and a.kind = 'customer'
    for update;
  made := insert_linked_transaction(original, p_id, 'return', 'completed', p_amount, original.credit_account_id,
    p_description, p_created_by, p_now);
  perform post_steps(array[made], array['direct'], p_now);
  perform publish_event(p_event_ids[1], made.workspace_id, made.mode, made.currency_type, 'transaction.created',
    made.id, made.request_id, transaction_json(made)::text, p_now);
  perform publish_event(p_event_ids[2], made.workspace_id, made.mode, made.currency_type, 'transaction.completed',
    made.id, made.request_id, transaction_json(made)::text, p_now);
  perform publish_balances(made, p_event_ids[3:4], made.request_id, p_now);
  return query select 'returned', transaction_json(made)::text;
end
$$;
create index transactions_correction_open_idx on transactions (linked_transaction_id)
  where type = 'correction' and status in ('pending', 'processing');

-- Begins a deposit or payout in the platform's own books, between its account of unmatched money and its rail. It is told
-- to no endpoint and costs no fee: nobody asked for it but the platform. False when the account has less than that.
create function create_platform_transaction(
  p_id text, p_type text, p_currency_type text, p_currency text, p_decimals integer, p_amount numeric, p_rail text,
  p_account_new_id text, p_rail_account_new_id text, p_destination text, p_reference text, p_description text,
  p_linked_transaction_id text, p_effective_at timestamptz, p_created_by text, p_now timestamptz
) returns boolean language plpgsql as $$
declare
  unmatched_id text;
  rail_account_id text;
  account accounts;
  next_sequence bigint;
  made transactions;
begin
  insert into accounts (id, workspace_id, mode, currency_type, currency, decimals, kind, role, name, created_at)
    values (p_account_new_id, 'platform', 'production', p_currency_type, p_currency, p_decimals, 'customer', 'unmatched',
      'Unmatched ' || p_currency, p_now)
    on conflict (workspace_id, mode, currency, role) where role is not null do nothing;
  select id into unmatched_id from accounts
    where workspace_id = 'platform' and mode = 'production' and currency = p_currency and role = 'unmatched';
  rail_account_id := ensure_account(p_rail_account_new_id, 'platform', 'production', p_currency_type, p_currency, p_decimals,
    'rail:' || p_rail, p_now);
  select * into account from accounts where id = unmatched_id for update;
  if p_type = 'payout' and account.posted - account.pending_out < p_amount then return false; end if;

  insert into ledger_sequences as s (workspace_id, mode, last_sequence) values ('platform', 'production', 1)
    on conflict (workspace_id, mode) do update set last_sequence = s.last_sequence + 1
    returning s.last_sequence into next_sequence;
  insert into transactions (
    id, workspace_id, mode, currency_type, currency, decimals, type, status, amount, sequence, account_id,
    debit_account_id, credit_account_id, destination, reference, description, linked_transaction_id, created_by, rail,
    effective_at, created_at, updated_at
  ) values (
    p_id, 'platform', 'production', p_currency_type, p_currency, p_decimals, p_type, 'pending', p_amount, next_sequence,
    unmatched_id, case p_type when 'payout' then unmatched_id else rail_account_id end,
    case p_type when 'payout' then rail_account_id else unmatched_id end,
    p_destination, p_reference, p_description, p_linked_transaction_id, p_created_by, p_rail,
    coalesce(p_effective_at, p_now), p_now, p_now
  ) returning * into made;
  perform post_steps(array[made], array['hold'], p_now);
  return true;
end
$$;

-- Money that came and that nobody could be given yet. The platform's own books are those of a workspace `platform` that
-- nobody can sign in to: each of these is a completed deposit there, on an account with the role `unmatched`. Its
-- reference is in settlements, as that of every settled transaction.
create table unmatched_deposits (
  transaction_id text collate "C" primary key references transactions (id),
  -- Who sent it and what they wrote, in the words of the statement.
  sender text check (char_length(sender) <= 200),
  statement_text text check (char_length(statement_text) <= 500),
  -- The deposit of a workspace that it became.
  matched_transaction_id text collate "C" unique references transactions (id),
  matched_at timestamptz,
  matched_by text collate "C",
  -- The payout that sends it back, or sent it back; one that failed leaves the money here.
  return_transaction_id text collate "C" unique references transactions (id),
  check ((matched_transaction_id is null) = (matched_at is null) and (matched_at is null) = (matched_by is null))
);
create index unmatched_deposits_open_idx on unmatched_deposits (transaction_id) where matched_transaction_id is null;

-- What was given to somebody stays theirs, and no row goes.
create function guard_unmatched_deposit() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' or old.matched_transaction_id is not null or new.transaction_id <> old.transaction_id then
    raise exception 'unmatched deposit % is decided', old.transaction_id using errcode = 'CS006';
  end if;
  return new;
end
$$;
create trigger unmatched_deposits_guard before update or delete on unmatched_deposits
  for each row execute function guard_unmatched_deposit();
