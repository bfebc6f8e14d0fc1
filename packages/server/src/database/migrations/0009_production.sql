-- Production Mode: which payment connections the platform has switched on, how a workspace's request was decided,
-- and what operators settle by hand (docs/decisions/0012-production-mode.md).

-- Nothing is on by default: a row appears when an operator writes one.
create table rail_settings (
  rail text collate "C" not null check (rail ~ '^[a-z][a-z0-9-]{0,30}$'),
  currency_type text not null check (currency_type in ('fiat', 'crypto')),
  enabled boolean not null,
  -- Where customers send a deposit, in the platform's words.
  deposit_instructions text check (char_length(deposit_instructions) <= 4000),
  updated_at timestamptz not null,
  updated_by text collate "C" not null,
  primary key (rail, currency_type)
);

-- An approval stands in approved_*. These say why there is none any more, until it is asked for again.
alter table activations
  add column refusal text check (refusal in ('refused', 'revoked')),
  add column refused_at timestamptz,
  add column refused_by text collate "C",
  -- Of the latest decision, whichever it was.
  add column reason text check (char_length(reason) <= 500),
  add constraint activations_one_decision check (refusal is null or approved_at is null),
  add constraint activations_refusal_is_dated check ((refusal is null) = (refused_at is null));

-- What operators said of a transaction. A row appears with the first approval or with the failure; it holds the
-- reference from then on, so that no other transaction can be settled with the same one.
create table settlements (
  transaction_id text collate "C" primary key references transactions (id),
  rail text collate "C" not null,
  -- The bank's reference or the hash on the chain. Null once it failed.
  reference text collate "C" check (char_length(reference) between 1 and 200),
  -- How many people it took, kept for good: one is allowed and stays visible.
  approvals_required smallint not null check (approvals_required between 1 and 5),
  outcome text check (outcome in ('completed', 'failed')),
  failure_code text,
  reason text check (char_length(reason) <= 200),
  decided_at timestamptz,
  decided_by text collate "C",
  check ((outcome is null) = (decided_at is null) and (outcome is null) = (decided_by is null)),
  check ((outcome is distinct from 'failed') = (reference is not null)),
  check ((outcome is not distinct from 'failed') = (reason is not null))
);
create unique index settlements_reference_idx on settlements (rail, reference) where reference is not null;
create index settlements_decided_idx on settlements (transaction_id) where outcome is not null;

create table settlement_approvals (
  transaction_id text collate "C" not null references settlements (transaction_id),
  -- A person once: two approvals are two people.
  approved_by text collate "C" not null,
  approved_at timestamptz not null,
  primary key (transaction_id, approved_by)
);

-- The operators' queue: what the manual rail has open, oldest first.
create index transactions_manual_open_idx on transactions (id)
  where rail = 'manual' and status in ('pending', 'processing');

-- Whether operators have begun to settle it: from then on the customer cannot cancel it, because money may already
-- be on its way. The caller has locked the transaction's row.
create function is_being_settled(p_transaction_id text) returns boolean language sql volatile
return exists (select from settlements where transaction_id = p_transaction_id);
