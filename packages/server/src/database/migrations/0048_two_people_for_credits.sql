-- Money that people say came takes as many different people as the platform wants (docs/decisions/0031-two-people-for-credits.md),
-- and what reviews of the ledger found.

alter table settlements
  -- What whoever settles a deposit says came, in minor units, where that is not what was announced: the others must say
  -- the same.
  add column amount numeric(78, 0) check (amount > 0);

-- As in 0038_reference_codes.sql, and nobody approves one amount and completes another.
create or replace function guard_settlement() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' and old.outcome is not null then
    raise exception 'settlement % is decided', old.transaction_id using errcode = 'CS006';
  end if;
  if tg_op = 'DELETE' then return old; end if;
  if tg_op = 'UPDATE' and new.amount is distinct from old.amount then
    raise exception 'the amount of settlement % stays as it was approved', old.transaction_id using errcode = 'CS006';
  end if;
  if new.outcome = 'completed' and new.approvals_required >
     (select count(*) from settlement_approvals where transaction_id = new.transaction_id) then
    raise exception 'settlement % needs % different people', new.transaction_id, new.approvals_required
      using errcode = 'CS006';
  end if;
  return new;
end
$$;

-- Nor is anything of the manual rail written as completed at once.
create trigger transactions_manual_made_completed after insert on transactions for each row
  when (new.rail = 'manual' and new.status = 'completed')
  execute function guard_manual_completion();

-- Whom unmatched money is to be given to, as the first person said it, and who has approved that.
alter table unmatched_deposits add column proposed_match jsonb check (jsonb_typeof(proposed_match) = 'object');
create table unmatched_match_approvals (
  transaction_id text collate "C" not null references unmatched_deposits (transaction_id),
  approved_by text collate "C" not null,
  approved_at timestamptz not null,
  primary key (transaction_id, approved_by)
);

-- A return that waits for a second person may be refused, and then come back once more.
drop index transactions_returned_idx;
create unique index transactions_returned_idx on transactions (linked_transaction_id)
  where type = 'return' and status not in ('failed', 'canceled', 'expired');

-- What of a payout or refund has not been given back: by a return, or by corrections, open ones included.
create function not_given_back(p_original transactions) returns numeric language sql stable
return p_original.amount - coalesce((
  select sum(case t.credit_account_id when p_original.account_id then t.amount else -t.amount end)
  from transactions t
  where t.linked_transaction_id = p_original.id and t.type in ('return', 'correction')
    and t.status not in ('failed', 'canceled', 'expired')
), 0);

-- As in 0046_manual_rail.sql, and the return waits for people like a correction: advance_transactions ends it. What
-- corrections gave back does not come back once more.
--
-- outcome          what body holds
-- created          the new transaction, as the API shows it
-- returned-before  the one of before: nothing comes back twice
-- not-returnable   nothing: it is not completed, of no rail, or took no money out
-- exceeds-amount   {left}: more came back than had left and was not given back
create or replace function return_payout(
  p_original_id text, p_id text, p_amount numeric, p_description text, p_created_by text, p_event_ids text[],
  p_now timestamptz
) returns table (outcome text, body text) language plpgsql as $$
declare
  original transactions;
  made transactions;
  most numeric;
begin
  select * into original from transactions t where t.id = p_original_id for update;
  select * into made from transactions t
    where t.linked_transaction_id = p_original_id and t.type = 'return' and t.status not in ('failed', 'canceled', 'expired');
  if made.id is not null then
    return query select 'returned-before', transaction_json(made)::text;
    return;
  end if;
  if original.status is distinct from 'completed' or original.rail is null or original.type not in ('payout', 'refund') then
    return query select 'not-returnable', null::text;
    return;
  end if;
  most := least(original.amount, not_given_back(original));
  if p_amount > most then
    return query select 'exceeds-amount', json_build_object('left', money_text(greatest(most, 0), original.decimals))::text;
    return;
  end if;
  perform from accounts a where a.id in (original.debit_account_id, original.credit_account_id) and a.kind = 'customer'
    for update;
  made := insert_linked_transaction(original, p_id, 'return', 'pending', p_amount, original.credit_account_id,
    p_description, p_created_by, p_now);
  perform post_steps(array[made], array['hold'], p_now);
  perform publish_event(p_event_ids[1], made.workspace_id, made.mode, made.currency_type, 'transaction.created',
    made.id, made.request_id, transaction_json(made)::text, p_now);
  return query select 'created', transaction_json(made)::text;
end
$$;

-- As in 0046_manual_rail.sql, and what left is given back once: by its return or by corrections, not by both.
--
-- outcome              what body holds
-- created              the new transaction, as the API shows it
-- not-correctable      nothing: it is not completed, or of no rail
-- correction-open      {transaction_id} of the one that is to be decided first
-- exceeds-amount       {left}: more is to be given than had left and was not given back
-- insufficient-funds   {available}: the account has less than is to be taken from it
create or replace function create_correction(
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
  if p_direction = 'credit' and original.type in ('payout', 'refund') and p_amount > not_given_back(original) then
    return query select 'exceeds-amount',
      json_build_object('left', money_text(greatest(not_given_back(original), 0), original.decimals))::text;
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

-- As in 0007_ledger.sql, and entries of accounts that a running reset has given to nobody are its own as well: what a
-- rail or a person settled while it ran was written there, and kept the reset from ever ending.
create or replace function is_test_reset(p_workspace_id text, p_mode text) returns boolean language sql stable
return p_mode = 'test' and coalesce(current_setting('countersign.test_reset', true), '') <> ''
  and (p_workspace_id = current_setting('countersign.test_reset', true)
    or starts_with(p_workspace_id, 'reset:' || current_setting('countersign.test_reset', true) || ':'));
