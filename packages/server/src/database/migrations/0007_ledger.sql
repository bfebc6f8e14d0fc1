-- The ledger: accounts, transactions, entries (DESIGN §8).
--
-- Money is integer minor units in numeric(78,0). Every movement takes from one account, the debit side, and gives
-- to another, the credit side, so entries sum to zero by construction; a trigger proves it again. A step of a
-- movement is one of
--
--              debit account                 credit account
--   hold       pending_out + x               pending_in + x       announced: a pending deposit or payout
--   post       posted - x, pending_out - x   posted + x, pending_in - x
--   release    pending_out - x               pending_in - x       failed, canceled, expired
--   direct     posted - x                    posted + x           transfers, fees, corrections
--
-- What an account can spend is posted - pending_out.

create table accounts (
  id text collate "C" primary key,
  workspace_id text collate "C" not null,
  mode text not null check (mode in ('test', 'production')),
  currency_type text not null check (currency_type in ('fiat', 'crypto')),
  currency text collate "C" not null,
  decimals smallint not null check (decimals between 0 and 30),
  -- customer: the workspace's own money. system: the other side (a rail, fees); never shown to customers.
  kind text not null check (kind in ('customer', 'system')),
  -- main, rail:simulator, rail:manual, fees …: at most one of each per workspace, mode and currency.
  -- Null: one more account that the customer made.
  role text collate "C" check (role ~ '^[a-z][a-z0-9:_-]{0,40}$'),
  name text check (char_length(name) <= 100),
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object' and pg_column_size(metadata) <= 16384),
  posted numeric(78, 0) not null default 0,
  pending_in numeric(78, 0) not null default 0 check (pending_in >= 0),
  pending_out numeric(78, 0) not null default 0 check (pending_out >= 0),
  -- The number of entries so far.
  version bigint not null default 0,
  -- The least that may be available: 0 for customers, below zero where an overdraft is agreed, null without limit.
  available_min numeric(78, 0) default 0,
  created_at timestamptz not null,
  constraint accounts_available_check check (available_min is null or posted - pending_out >= available_min),
  check (kind = 'customer' or role is not null)
  -- Balances change with every transaction: room in the page keeps those updates off the indexes (HOT).
) with (fillfactor = 50);
create unique index accounts_role_idx on accounts (workspace_id, mode, currency, role) where role is not null;
create index accounts_workspace_idx on accounts (workspace_id, mode, id);

create table transactions (
  id text collate "C" primary key,
  workspace_id text collate "C" not null,
  mode text not null check (mode in ('test', 'production')),
  currency_type text not null check (currency_type in ('fiat', 'crypto')),
  currency text collate "C" not null,
  decimals smallint not null,
  type text not null check (type in ('deposit', 'payout', 'transfer', 'refund')),
  status text not null check (status in ('pending', 'processing', 'completed', 'failed', 'canceled', 'expired')),
  amount numeric(78, 0) not null check (amount > 0),
  -- Counts the transactions of a workspace and mode, in the order in which they were committed.
  sequence bigint not null,
  -- The customer's account that this is about; of a transfer, the source.
  account_id text collate "C" not null,
  destination_account_id text collate "C",
  -- The direction of the money: each is one of the two above, or the rail's account.
  debit_account_id text collate "C" not null references accounts (id),
  credit_account_id text collate "C" not null references accounts (id),
  -- Where a payout goes, in the rail's words.
  destination text check (char_length(destination) <= 500),
  reference text collate "C" check (char_length(reference) <= 200),
  description text check (char_length(description) <= 500),
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object' and pg_column_size(metadata) <= 16384),
  -- The transaction that this one refunds, returns or corrects.
  linked_transaction_id text collate "C" references transactions (id),
  request_id text collate "C",
  -- The API key or the person who asked.
  created_by text collate "C" not null,
  failure_code text,
  failure_message text,
  -- Who moves the money; null for transfers, which move nothing outside.
  rail text collate "C",
  -- The rail's own name for it: a bank reference, a chain hash.
  rail_reference text collate "C" check (char_length(rail_reference) <= 200),
  -- The day the money counts for, where that is not the day it was written down.
  effective_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  completed_at timestamptz,
  check (debit_account_id <> credit_account_id),
  check (account_id in (debit_account_id, credit_account_id)),
  check (destination_account_id in (debit_account_id, credit_account_id)),
  check ((status = 'completed') = (completed_at is not null)),
  check ((failure_code is not null) = (status = 'failed'))
);
create unique index transactions_sequence_idx on transactions (workspace_id, mode, sequence);
-- Most transactions are completed and are found through the sequence; the others are few and searched for.
create index transactions_status_idx on transactions (workspace_id, mode, status, sequence) where status <> 'completed';
create index transactions_account_idx on transactions (account_id, sequence);
create index transactions_destination_account_idx on transactions (destination_account_id, sequence)
  where destination_account_id is not null;
create index transactions_reference_idx on transactions (workspace_id, mode, reference, sequence) where reference is not null;
create index transactions_request_idx on transactions (request_id) where request_id is not null;
create index transactions_linked_idx on transactions (linked_transaction_id) where linked_transaction_id is not null;

-- Which open transactions a rail is asked about, and when: a queue, apart from the facts above because its rows
-- change and go. No row: nobody asks, a person decides.
create table rail_tasks (
  transaction_id text collate "C" primary key,
  rail text collate "C" not null,
  due_at timestamptz not null,
  -- The worker that asks now, until due_at. A report under another lease comes too late and is dropped.
  lease_id text collate "C"
);
create index rail_tasks_due_idx on rail_tasks (rail, due_at);

-- No foreign keys: post_step writes a row only for an account that it has just changed and a transaction that it was
-- handed, neither is ever deleted before its entries, and the checks cost a tenth of creating a transaction.
create table entries (
  account_id text collate "C" not null,
  -- 1, 2, 3 … per account, without gaps: the account's version after this entry.
  version bigint not null check (version > 0),
  workspace_id text collate "C" not null,
  mode text not null check (mode in ('test', 'production')),
  currency text collate "C" not null,
  transaction_id text collate "C" not null,
  step text not null check (step in ('hold', 'post', 'release', 'direct')),
  -- What changed …
  posted numeric(78, 0) not null,
  pending_in numeric(78, 0) not null,
  pending_out numeric(78, 0) not null,
  -- … and the account's balance after it.
  posted_after numeric(78, 0) not null,
  pending_in_after numeric(78, 0) not null,
  pending_out_after numeric(78, 0) not null,
  created_at timestamptz not null,
  primary key (account_id, version)
);
create index entries_transaction_idx on entries (transaction_id);

create table ledger_sequences (
  workspace_id text collate "C" not null,
  mode text not null check (mode in ('test', 'production')),
  last_sequence bigint not null,
  primary key (workspace_id, mode)
) with (fillfactor = 50);

-- Rules that hold whoever writes.

-- Test data may be reset as a whole: that one statement names its workspace in this setting.
create function is_test_reset(p_workspace_id text, p_mode text) returns boolean language sql stable
return p_mode = 'test' and current_setting('countersign.test_reset', true) is not distinct from p_workspace_id;

create function refuse_entry_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and is_test_reset(old.workspace_id, old.mode) then return old; end if;
  raise exception 'entries are append-only' using errcode = 'CS001';
end
$$;
create trigger entries_append_only before update or delete on entries
  for each row execute function refuse_entry_change();

create function refuse_truncate() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'CS001';
end
$$;
create trigger entries_no_truncate before truncate on entries for each statement execute function refuse_truncate();
create trigger transactions_no_truncate before truncate on transactions for each statement execute function refuse_truncate();

create function assert_entries_balance() returns trigger language plpgsql as $$
begin
  if exists (
    select from added group by transaction_id, currency
    having sum(posted) <> 0 or sum(pending_in) <> sum(pending_out)
  ) then
    raise exception 'the entries of a transaction must sum to zero' using errcode = 'CS002';
  end if;
  return null;
end
$$;
create trigger entries_balance after insert on entries referencing new table as added
  for each statement execute function assert_entries_balance();

-- pending → processing → one of the ends; and what was asked for never changes.
create function guard_transaction_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    if is_test_reset(old.workspace_id, old.mode) then return old; end if;
    raise exception 'transactions are never deleted' using errcode = 'CS001';
  end if;
  if new.status <> old.status and not (old.status = 'pending' or (old.status = 'processing' and new.status <> 'pending')) then
    raise exception 'transaction % cannot go from % to %', old.id, old.status, new.status using errcode = 'CS003';
  end if;
  if (new.id, new.workspace_id, new.mode, new.currency, new.decimals, new.type, new.amount, new.sequence, new.account_id,
      new.debit_account_id, new.credit_account_id, new.created_at)
     is distinct from
     (old.id, old.workspace_id, old.mode, old.currency, old.decimals, old.type, old.amount, old.sequence, old.account_id,
      old.debit_account_id, old.credit_account_id, old.created_at) then
    raise exception 'what transaction % is about cannot change', old.id using errcode = 'CS001';
  end if;
  return new;
end
$$;
create trigger transactions_guard before update or delete on transactions
  for each row execute function guard_transaction_change();

-- The shapes on the wire, in one place: answers, stored answers and events are all made here.

-- 1050 with 2 decimals is 10.50. Exact: 1e-d has scale d, so the product has scale d.
create function money_text(p_minor numeric, p_decimals integer) returns text language sql immutable strict
return (p_minor * ('1e-' || p_decimals::text)::numeric)::text;

create function time_text(p_time timestamptz) returns text language sql stable strict
return to_char(p_time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');

-- row_to_json writes no spaces and is faster than json_build_object.
create function transaction_json(t transactions) returns json language plpgsql stable as $$
begin
  return (
    select row_to_json(shape) from (
      select
        t.id, t.type, t.status, money_text(t.amount, t.decimals) as amount, t.currency, t.currency_type, t.mode,
        t.account_id, t.destination_account_id, t.destination, t.reference, t.description, t.metadata,
        t.linked_transaction_id,
        case when t.failure_code is not null then json_build_object('code', t.failure_code, 'message', t.failure_message) end
          as failure,
        t.sequence, t.request_id, time_text(t.effective_at) as effective_at, time_text(t.created_at) as created_at,
        time_text(t.updated_at) as updated_at, time_text(t.completed_at) as completed_at
    ) shape
  );
end
$$;

create function account_json(a accounts) returns json language plpgsql stable as $$
begin
  return (
    select row_to_json(shape) from (
      select
        a.id, a.name, a.role is not distinct from 'main' as is_main, a.currency, a.currency_type, a.mode,
        money_text(a.posted, a.decimals) as posted, money_text(a.pending_in, a.decimals) as pending_in,
        money_text(a.pending_out, a.decimals) as pending_out,
        money_text(a.posted - a.pending_out, a.decimals) as available,
        a.version, a.metadata, time_text(a.created_at) as created_at
    ) shape
  );
end
$$;

-- One account's balance, as balance.updated carries it.
create function balance_json(a accounts, p_transaction_id text) returns json language plpgsql stable as $$
begin
  return (
    select row_to_json(shape) from (
      select
        a.id as account_id, a.currency, a.currency_type, a.mode,
        money_text(a.posted, a.decimals) as posted, money_text(a.pending_in, a.decimals) as pending_in,
        money_text(a.pending_out, a.decimals) as pending_out,
        money_text(a.posted - a.pending_out, a.decimals) as available,
        a.version, p_transaction_id as transaction_id
    ) shape
  );
end
$$;

-- The account with a role, made when it is missing: then with this id.
create function ensure_account(
  p_id text, p_workspace_id text, p_mode text, p_currency_type text, p_currency text, p_decimals integer, p_role text,
  p_now timestamptz
) returns text language plpgsql as $$
declare
  found_id text;
begin
  -- Twice at most: after an insert that another one was ahead of, the row is there to be seen.
  for attempt in 1..2 loop
    select id into found_id from accounts
      where workspace_id = p_workspace_id and mode = p_mode and currency = p_currency and role = p_role;
    if found then return found_id; end if;
    insert into accounts (id, workspace_id, mode, currency_type, currency, decimals, kind, role, name, available_min, created_at)
    values (
      p_id, p_workspace_id, p_mode, p_currency_type, p_currency, p_decimals,
      case p_role when 'main' then 'customer' else 'system' end, p_role,
      case p_role when 'main' then p_currency || ' main account' end,
      case p_role when 'main' then 0 end, p_now
    )
    on conflict (workspace_id, mode, currency, role) where role is not null do nothing;
  end loop;
  return p_id;
end
$$;

-- Posts one step of a movement: changes both balances and writes both entries. False, and nothing done, when the
-- debit account would fall below its limit. The caller has locked the accounts, sorted by id.
create function post_step(p_transaction transactions, p_step text, p_now timestamptz) returns boolean language plpgsql as $$
declare
  x numeric := p_transaction.amount;
  posted_change numeric := case when p_step in ('post', 'direct') then x else 0 end;
  pending_change numeric := case p_step when 'hold' then x when 'direct' then 0 else -x end;
  debit accounts;
  credit accounts;
begin
  update accounts
    set posted = posted - posted_change, pending_out = pending_out + pending_change, version = version + 1
    where id = p_transaction.debit_account_id
      and (available_min is null or posted - posted_change - pending_out - pending_change >= available_min)
    returning * into debit;
  if not found then return false; end if;
  update accounts
    set posted = posted + posted_change, pending_in = pending_in + pending_change, version = version + 1
    where id = p_transaction.credit_account_id
    returning * into credit;
  insert into entries (
    account_id, version, workspace_id, mode, currency, transaction_id, step,
    posted, pending_in, pending_out, posted_after, pending_in_after, pending_out_after, created_at
  ) values
    (debit.id, debit.version, debit.workspace_id, debit.mode, debit.currency, p_transaction.id, p_step,
     -posted_change, 0, pending_change, debit.posted, debit.pending_in, debit.pending_out, p_now),
    (credit.id, credit.version, credit.workspace_id, credit.mode, credit.currency, p_transaction.id, p_step,
     posted_change, pending_change, 0, credit.posted, credit.pending_in, credit.pending_out, p_now);
  return true;
end
$$;

-- Publishes balance.updated for the customer's accounts on either side of a movement; answers with the events' ids.
create function publish_balances(p_transaction transactions, p_event_ids text[], p_request_id text, p_now timestamptz)
returns text[] language plpgsql as $$
declare
  account accounts;
  published text[] := '{}';
begin
  for account in
    select * from accounts
    where id in (p_transaction.debit_account_id, p_transaction.credit_account_id) and kind = 'customer'
    order by id
  loop
    published := published || p_event_ids[cardinality(published) + 1];
    perform publish_event(
      published[cardinality(published)], account.workspace_id, account.mode, account.currency_type, 'balance.updated',
      account.id, p_request_id, balance_json(account, p_transaction.id)::text, p_now);
  end loop;
  return published;
end
$$;

-- One transaction that somebody asks for. Ids are made by the caller, so that they sort by its clock; those of
-- accounts are used only when an account is missing.
create type transaction_request as (
  ordinal integer, id text, type text, workspace_id text, mode text, currency_type text, currency text, decimals integer,
  amount numeric, account_id text, destination_account_id text, main_account_new_id text, rail_account_new_id text,
  destination text, reference text, description text, metadata jsonb, linked_transaction_id text, effective_at timestamptz,
  request_id text, created_by text, rail text, due_at timestamptz, event_ids text[],
  -- Null without idempotency. The hash is in hexadecimal.
  idempotency_key text, method text, path text, request_hash text
);

-- The customer's account that a request names, or the main account of its currency. Of an account in the
-- workspace's other mode only the mode is told; of anybody else's, nothing.
create function pick_account(p_item transaction_request, p_id text) returns accounts language plpgsql as $$
declare
  found_account accounts;
begin
  if p_id is null then
    select * into found_account from accounts
      where workspace_id = p_item.workspace_id and mode = p_item.mode and currency = p_item.currency and role = 'main';
  else
    select * into found_account from accounts
      where id = p_id and workspace_id = p_item.workspace_id and kind = 'customer';
  end if;
  return found_account;
end
$$;

-- Why a request cannot use an account, or null.
create function account_fault(p_item transaction_request, p_account accounts) returns text language sql immutable
return case
  when p_account.id is null or p_account.mode <> p_item.mode then 'account-not-found'
  when p_account.currency <> p_item.currency then 'account-mismatch' end;

-- Creates transactions: of each, the idempotency record, the row, holds or entries, and events, all in the one
-- transaction of this call. An item that is refused changes nothing and does not touch the others.
--
-- outcome                what body holds
-- created                the transaction, as the API shows it
-- replayed               the answer that was stored for this Idempotency-Key, sent with status
-- key-reused, key-in-use nothing
-- account-not-found      {pointer, mode}: mode when the account is in the workspace's other mode, else null
-- account-mismatch       {pointer, currency, currency_type} of the account
-- insufficient-funds     {available}
--
-- Locks are taken in one order everywhere: transactions, accounts by id; then per workspace and mode, sorted, its
-- sequence, its idempotency keys, its events.
create function create_transactions(p_items json, p_now timestamptz)
returns table (ordinal integer, outcome text, status integer, body text, transaction_id text, event_ids text[])
language plpgsql as $$
#variable_conflict use_column
declare
  item transaction_request;
  stored idempotency_keys;
  account accounts;
  target accounts;
  debit accounts;
  made transactions;
  next_sequence bigint;
  locked text[] := '{}';
  workspaces text[] := '{}';
begin
  for item in
    select * from json_populate_recordset(null::transaction_request, p_items) i
    order by i.workspace_id, i.mode, i.currency, i.rail
  loop
    locked := locked
      || ensure_account(item.main_account_new_id, item.workspace_id, item.mode, item.currency_type, item.currency,
           item.decimals, 'main', p_now)
      || item.account_id || item.destination_account_id;
    if item.rail is not null then
      locked := locked || ensure_account(item.rail_account_new_id, item.workspace_id, item.mode, item.currency_type,
        item.currency, item.decimals, 'rail:' || item.rail, p_now);
    end if;
    workspaces := workspaces || item.workspace_id;
  end loop;
  -- The workspaces keep strangers who name an account of somebody else from waiting for it or holding it up.
  perform from accounts where id = any (locked) and workspace_id = any (workspaces) order by id for update;

  for item in
    select * from json_populate_recordset(null::transaction_request, p_items) i
    order by i.workspace_id, i.mode, i.ordinal
  loop
    ordinal := item.ordinal; status := null; body := null; transaction_id := null; event_ids := '{}';

    if item.idempotency_key is not null then
      select * into stored from idempotency_keys k
        where k.workspace_id = item.workspace_id and k.key = item.idempotency_key and k.path = item.path
          and k.mode = item.mode and k.method = item.method;
      if found and (stored.expires_at <= p_now or stored.lease_expires_at <= p_now) then
        delete from idempotency_keys k
          where k.workspace_id = item.workspace_id and k.key = item.idempotency_key and k.path = item.path
            and k.mode = item.mode and k.method = item.method;
      elsif found then
        outcome := case
          when stored.request_hash <> decode(item.request_hash, 'hex') or stored.principal_id <> item.created_by then 'key-reused'
          when stored.status is null then 'key-in-use'
          else 'replayed' end;
        if outcome = 'replayed' then status := stored.status; body := stored.body; end if;
        return next;
        continue;
      end if;
    end if;

    account := pick_account(item, item.account_id);
    outcome := account_fault(item, account);
    if outcome is not null then
      body := json_build_object('pointer', '/account_id', 'mode', account.mode, 'currency', account.currency,
        'currency_type', account.currency_type)::text;
      return next;
      continue;
    end if;
    if item.type = 'transfer' then
      target := pick_account(item, item.destination_account_id);
      outcome := account_fault(item, target);
      if outcome is not null then
        body := json_build_object('pointer', '/destination_account_id', 'mode', target.mode, 'currency', target.currency,
          'currency_type', target.currency_type)::text;
        return next;
        continue;
      end if;
    else
      select * into target from accounts a
        where a.workspace_id = item.workspace_id and a.mode = item.mode and a.currency = item.currency
          and a.role = 'rail:' || item.rail;
    end if;

    debit := case item.type when 'deposit' then target else account end;
    if debit.posted - debit.pending_out - item.amount < debit.available_min then
      outcome := 'insufficient-funds';
      body := json_build_object('available', money_text(debit.posted - debit.pending_out, debit.decimals))::text;
      return next;
      continue;
    end if;

    insert into ledger_sequences as s (workspace_id, mode, last_sequence) values (item.workspace_id, item.mode, 1)
      on conflict (workspace_id, mode) do update set last_sequence = s.last_sequence + 1
      returning s.last_sequence into next_sequence;

    insert into transactions (
      id, workspace_id, mode, currency_type, currency, decimals, type, status, amount, sequence, account_id,
      destination_account_id, debit_account_id, credit_account_id, destination, reference, description, metadata,
      linked_transaction_id, request_id, created_by, rail, effective_at, created_at, updated_at, completed_at
    ) values (
      item.id, item.workspace_id, item.mode, item.currency_type, item.currency, item.decimals, item.type,
      case item.type when 'transfer' then 'completed' else 'pending' end, item.amount, next_sequence, account.id,
      case item.type when 'transfer' then target.id end, debit.id,
      case item.type when 'deposit' then account.id else target.id end,
      item.destination, item.reference, item.description, coalesce(item.metadata, '{}'), item.linked_transaction_id,
      item.request_id, item.created_by, item.rail, coalesce(item.effective_at, p_now), p_now, p_now,
      case item.type when 'transfer' then p_now end
    ) returning * into made;
    if not post_step(made, case item.type when 'transfer' then 'direct' else 'hold' end, p_now) then
      raise exception 'the balance changed under its lock' using errcode = 'CS004';
    end if;
    if item.due_at is not null then
      insert into rail_tasks (transaction_id, rail, due_at) values (made.id, made.rail, item.due_at);
    end if;

    outcome := 'created';
    status := 201;
    body := transaction_json(made)::text;
    transaction_id := made.id;
    if item.idempotency_key is not null then
      insert into idempotency_keys (
        workspace_id, mode, method, path, key, request_hash, principal_id, claim_id, status, body, created_at, expires_at
      ) values (
        item.workspace_id, item.mode, item.method, item.path, item.idempotency_key, decode(item.request_hash, 'hex'),
        item.created_by, coalesce(item.request_id, item.id), status, body, p_now, p_now + interval '24 hours'
      );
    end if;

    event_ids := item.event_ids[1:1];
    perform publish_event(item.event_ids[1], made.workspace_id, made.mode, made.currency_type, 'transaction.created',
      made.id, made.request_id, body, p_now);
    if made.status = 'completed' then
      event_ids := item.event_ids[1:2];
      perform publish_event(item.event_ids[2], made.workspace_id, made.mode, made.currency_type, 'transaction.completed',
        made.id, made.request_id, body, p_now);
    end if;
    -- A deposit is only announced yet: what the customer has and can spend is as before.
    if item.type <> 'deposit' then
      event_ids := event_ids || publish_balances(made, item.event_ids[3:4], made.request_id, p_now);
    end if;
    return next;
  end loop;
end
$$;

-- One change of state that a rail, a person or the clock reports. Null lease: by hand. The same status again only
-- moves due_at, the next time that the rail is asked; null: it is not asked again.
create type transaction_change as (
  ordinal integer, transaction_id text, status text, failure_code text, failure_message text, rail_reference text,
  due_at timestamptz, lease_id text, request_id text, event_ids text[]
);

-- Moves transactions on, with their entries and events, in the one transaction of this call.
--
-- outcome       what body holds
-- changed       the transaction, as the API shows it
-- unchanged     the same; only the next look at it was set
-- ended         the same: it had ended before, and nothing was done
-- under-way     the same: it can no longer be canceled
-- lease-lost    nothing: another worker has it now, or nobody need ask any more
create function advance_transactions(p_changes json, p_now timestamptz)
returns table (ordinal integer, outcome text, body text, transaction_id text, event_ids text[])
language plpgsql as $$
#variable_conflict use_column
declare
  change transaction_change;
  moved transactions;
begin
  perform from transactions t
    where t.id in (select c.transaction_id from json_populate_recordset(null::transaction_change, p_changes) c)
    order by t.id for update;
  perform from accounts a
    where a.id in (
      select unnest(array[t.debit_account_id, t.credit_account_id])
      from json_populate_recordset(null::transaction_change, p_changes) c
        join transactions t on t.id = c.transaction_id
    )
    order by a.id for update;

  for change in
    select c.* from json_populate_recordset(null::transaction_change, p_changes) c
      join transactions t on t.id = c.transaction_id
    order by t.workspace_id, t.mode, t.sequence, c.ordinal
  loop
    ordinal := change.ordinal; transaction_id := change.transaction_id; event_ids := '{}'; body := null;
    select * into moved from transactions t where t.id = change.transaction_id;
    outcome := case
      when moved.status not in ('pending', 'processing') then 'ended'
      when change.lease_id is not null and not exists (
        select from rail_tasks r where r.transaction_id = change.transaction_id and r.lease_id = change.lease_id
      ) then 'lease-lost'
      -- is_being_settled: 0009_production.sql
      when change.status = 'canceled' and (moved.status <> 'pending' or is_being_settled(moved.id)) then 'under-way'
      when change.status = moved.status then 'unchanged'
      else 'changed' end;

    if outcome in ('changed', 'unchanged') then
      if change.due_at is null then
        delete from rail_tasks r where r.transaction_id = change.transaction_id;
      else
        update rail_tasks r set due_at = change.due_at, lease_id = null where r.transaction_id = change.transaction_id;
      end if;
    end if;
    if outcome = 'changed' then
      update transactions t set
        status = change.status, failure_code = change.failure_code, failure_message = change.failure_message,
        rail_reference = coalesce(change.rail_reference, t.rail_reference),
        updated_at = p_now, completed_at = case change.status when 'completed' then p_now end
      where t.id = change.transaction_id returning * into moved;
    end if;
    if outcome <> 'lease-lost' then body := transaction_json(moved)::text; end if;

    if outcome = 'changed' and moved.status <> 'processing' then
      if not post_step(moved, case moved.status when 'completed' then 'post' else 'release' end, p_now) then
        raise exception 'a hold was smaller than its posting' using errcode = 'CS004';
      end if;
      event_ids := change.event_ids[1:1];
      perform publish_event(change.event_ids[1], moved.workspace_id, moved.mode, moved.currency_type,
        'transaction.' || moved.status, moved.id, coalesce(change.request_id, moved.request_id), body, p_now);
      -- A deposit that did not come leaves what the customer has and can spend as before.
      if moved.status = 'completed' or moved.account_id = moved.debit_account_id then
        event_ids := event_ids || publish_balances(moved, change.event_ids[2:3], coalesce(change.request_id, moved.request_id), p_now);
      end if;
    end if;
    return next;
  end loop;
end
$$;
