-- The test clock of a workspace: it decides when what waits in Test Mode is due, and nothing else.
create table test_clocks (
  workspace_id text collate "C" primary key,
  -- How far ahead of the server's clock; while it stands still, of the moment since when it does: one that stood still
  -- for long is behind.
  ahead_ms bigint not null,
  -- Since when, by the server's clock, it stands still; null while it runs.
  frozen_since timestamptz,
  updated_at timestamptz not null
);

-- While its clock stands still a task waits with due_at = infinity, and this is how long the clock must yet go on.
alter table rail_tasks add column left_ms bigint;

-- A reset of test data takes many small steps; the row says that it goes on, so that any worker may go on with it.
create table test_resets (
  workspace_id         text collate "C" primary key,
  status               text not null check (status in ('running', 'completed')),
  started_at           timestamptz not null,
  finished_at          timestamptz,
  deleted_transactions integer not null default 0,
  deleted_events       integer not null default 0,
  check ((status = 'completed') = (finished_at is not null))
);
create index test_resets_running on test_resets (workspace_id) where status = 'running';

-- A reset first gives the accounts to nobody: `reset:` and the workspace, which no request can name. The workspace goes
-- on with new ones while the old ones' transactions are deleted, and then they are. Nothing else ever deletes an account,
-- so transactions need no foreign keys to them; without indexes on those two columns each deleted account would read all
-- transactions.
alter table transactions
  drop constraint if exists transactions_debit_account_id_fkey,
  drop constraint if exists transactions_credit_account_id_fkey;

create function refuse_account_deletion() returns trigger language plpgsql as $$
begin
  if old.mode = 'test' and starts_with(old.workspace_id, 'reset:')
    and not exists (select from entries where account_id = old.id) then return old; end if;
  raise exception 'accounts are never deleted' using errcode = 'CS001';
end
$$;
create trigger accounts_kept before delete on accounts for each row execute function refuse_account_deletion();
create trigger accounts_no_truncate before truncate on accounts for each statement execute function refuse_truncate();
