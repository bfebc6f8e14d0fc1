-- Reference codes, by which a deposit that arrives at the bank is recognised, and what people must have said before the
-- manual rail completes anything, proved where the money is booked.

-- A code is an ISO 11649 creditor reference: RF, two check digits, twelve digits. Made once, kept for good: money may
-- arrive under it years later.
create table reference_codes (
  code text collate "C" primary key check (code ~ '^RF[0-9]{14}$'),
  workspace_id text collate "C" not null references workspaces (id) on delete cascade,
  mode text not null check (mode in ('test', 'production')),
  currency text collate "C" not null,
  created_at timestamptz not null,
  unique (workspace_id, mode, currency)
);

-- Whoever writes: as many different people as it takes (settlement_approvals holds a person once), and what was decided
-- stays decided.
create function guard_settlement() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' and old.outcome is not null then
    raise exception 'settlement % is decided', old.transaction_id using errcode = 'CS006';
  end if;
  if tg_op = 'DELETE' then return old; end if;
  if new.outcome = 'completed' and new.approvals_required >
     (select count(*) from settlement_approvals where transaction_id = new.transaction_id) then
    raise exception 'settlement % needs % different people', new.transaction_id, new.approvals_required
      using errcode = 'CS006';
  end if;
  return new;
end
$$;
create trigger settlements_guard before insert or update or delete on settlements
  for each row execute function guard_settlement();

create function guard_settlement_approval() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' or exists (select from settlements where transaction_id = old.transaction_id and outcome is not null) then
    raise exception 'an approval of % stays as it was given', old.transaction_id using errcode = 'CS006';
  end if;
  return old;
end
$$;
create trigger settlement_approvals_guard before update or delete on settlement_approvals
  for each row execute function guard_settlement_approval();

-- What people move completes only once they have said so.
create function guard_manual_completion() returns trigger language plpgsql as $$
begin
  if not exists (select from settlements where transaction_id = new.id and outcome = 'completed') then
    raise exception 'nobody has settled transaction %', new.id using errcode = 'CS006';
  end if;
  return null;
end
$$;
create trigger transactions_manual_completion after update on transactions for each row
  when (new.rail = 'manual' and new.status = 'completed' and old.status <> 'completed')
  execute function guard_manual_completion();
