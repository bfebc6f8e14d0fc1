-- What a workspace says about itself, what opens Production Mode for it, and who changed what.

create table workspace_profiles (
  workspace_id text collate "C" primary key references workspaces (id) on delete cascade,
  legal_name text,
  -- ISO 3166-1 alpha-2.
  country text,
  website text,
  contact_email text,
  description text,
  updated_at timestamptz not null
);

-- The operator's decision. Everything else on the checklist is a fact, read where it lives.
create table activations (
  workspace_id text collate "C" not null references workspaces (id) on delete cascade,
  currency_type text not null check (currency_type in ('fiat', 'crypto')),
  requested_at timestamptz,
  requested_by text collate "C",
  approved_at timestamptz,
  approved_by text collate "C",
  -- The approving operator is a member of the workspace.
  self_approved boolean not null default false,
  primary key (workspace_id, currency_type),
  check ((approved_at is null) = (approved_by is null))
);

create table audit_log (
  id text collate "C" primary key,
  -- No reference: the entry outlives the workspace. Null for what concerns the platform alone.
  workspace_id text collate "C",
  actor_kind text not null check (actor_kind in ('member', 'key', 'operator', 'system')),
  actor_id text collate "C",
  actor_label text not null,
  action text not null,
  target_kind text not null,
  target_id text not null,
  before jsonb,
  after jsonb,
  mode text check (mode in ('test', 'production')),
  ip text,
  request_id text collate "C",
  created_at timestamptz not null
);
create index audit_log_workspace_idx on audit_log (workspace_id, id desc);

create function refuse_audit_log_change() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log is append-only';
end
$$;
create trigger audit_log_append_only before update or delete or truncate on audit_log
  for each statement execute function refuse_audit_log_change();
