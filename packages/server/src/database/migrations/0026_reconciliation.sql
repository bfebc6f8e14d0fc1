-- Proofs that the books add up, made beside the traffic in short slices (reconciliation/).

create table ledger_reconciliations (
  id text collate "C" primary key,
  -- full: every entry from the first one. incremental: what was written since it was last proved.
  kind text not null check (kind in ('full', 'incremental')),
  -- The operator who asked for it; null: the schedule.
  requested_by text collate "C",
  status text not null check (status in ('running', 'completed')),
  -- Where it stands: whoever runs the next slice goes on from here, also after a crash.
  phase text not null default 'accounts' check (phase in ('accounts', 'strays', 'transactions', 'totals')),
  position text collate "C" not null default '',
  accounts bigint not null default 0,
  entries bigint not null default 0,
  transactions bigint not null default 0,
  -- How many discrepancies of each kind.
  found jsonb not null default '{}',
  totals jsonb not null default '[]',
  started_at timestamptz not null,
  finished_at timestamptz,
  check ((status = 'completed') = (finished_at is not null))
);
-- One at a time, whoever starts it.
create unique index ledger_reconciliations_running_idx on ledger_reconciliations (status) where status = 'running';
create index ledger_reconciliations_finished_idx on ledger_reconciliations (kind, finished_at);

-- How far each account's entries are proved, and what they add up to there.
create table ledger_proofs (
  account_id text collate "C" primary key,
  version bigint not null,
  posted numeric(78, 0) not null,
  pending_in numeric(78, 0) not null,
  pending_out numeric(78, 0) not null,
  -- The full run that last began this account at its first entry.
  full_run_id text collate "C"
) with (fillfactor = 70);

create table ledger_discrepancies (
  kind text not null,
  -- A transaction, an account, or mode:currency.
  subject_id text collate "C" not null,
  workspace_id text collate "C",
  mode text check (mode in ('test', 'production')),
  detail text not null,
  first_run_id text collate "C" not null,
  last_run_id text collate "C" not null,
  found_at timestamptz not null,
  seen_at timestamptz not null,
  -- A full run looked again and did not find it.
  resolved_at timestamptz,
  told_at timestamptz,
  primary key (kind, subject_id)
);
create index ledger_discrepancies_found_idx on ledger_discrepancies (found_at, kind, subject_id);
