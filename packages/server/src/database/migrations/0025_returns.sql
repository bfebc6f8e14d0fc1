-- A completed transaction can come back: a new transaction of the type `return`, linked to it, that moves what is left
-- of the amount the other way. It is done the moment it is written; the transaction that came back stays completed.
alter table transactions
  drop constraint transactions_type_check,
  add constraint transactions_type_check check (type in ('deposit', 'payout', 'transfer', 'refund', 'return'));
-- Nothing comes back twice.
create unique index transactions_returned_idx on transactions (linked_transaction_id) where type = 'return';

-- Makes the return of a transaction with its entries and events, in the one transaction of this call. With a lease it
-- is the rail that reports, and the rail's task ends or is put off with it.
--
-- outcome              what body holds
-- returned             the new transaction, as the API shows it
-- returned-before      the one of before
-- not-returnable       nothing: it is not completed, not of a rail, is a return itself, or all of it was refunded
-- insufficient-funds   {available}: what was deposited is spent; nothing was done, and the rail is asked again at p_again_at
-- lease-lost           nothing: another worker has it now
--
-- Locks in the order of create_transactions and advance_transactions: transactions, accounts by id, the sequence, events.
create function return_transaction(
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
  perform from accounts a where a.id in (original.debit_account_id, original.credit_account_id)
    and a.workspace_id = original.workspace_id order by a.id for update;
  get diagnostics account_count = row_count;
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
  if not post_step(made, 'direct', p_now) then
    raise exception 'the balance changed under its lock' using errcode = 'CS004';
  end if;
  body := transaction_json(made)::text;
  transaction_id := made.id;
  event_ids := p_event_ids[1:2];
  perform publish_event(p_event_ids[1], made.workspace_id, made.mode, made.currency_type, 'transaction.created',
    made.id, made.request_id, body, p_now);
  perform publish_event(p_event_ids[2], made.workspace_id, made.mode, made.currency_type, 'transaction.completed',
    made.id, made.request_id, body, p_now);
  event_ids := event_ids || publish_balances(made, p_event_ids[3:4], made.request_id, p_now);
  return next;
end
$$;
