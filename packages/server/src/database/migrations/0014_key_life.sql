-- Who still signs with which secret of a key, when a secret is due for rotation, and lists that stay quick with
-- 100 000 keys in a workspace.

-- One row per caller and secret version. Bounded: what goes beyond so many callers of a version is counted in the
-- row with an empty address and user agent.
create table api_key_callers (
  api_key_id     text collate "C" not null references api_keys (id) on delete cascade,
  secret_version integer not null,
  ip             text collate "C" not null,
  user_agent     text collate "C" not null,
  first_used_at  timestamptz not null,
  last_used_at   timestamptz not null,
  request_count  bigint not null,
  primary key (api_key_id, secret_version, ip, user_agent)
);
create index api_key_callers_last_used_idx on api_key_callers (last_used_at);

-- The version for which api_key.rotation_due was published, and when.
alter table api_keys
  add column rotation_told_version integer,
  add column rotation_told_at timestamptz;
create index api_keys_rotation_due_idx on api_keys (coalesce(rotated_at, created_at))
  where revoked_at is null and rotation_told_version is distinct from secret_version;

-- Keys that people are to be told of by mail: one letter a workspace and day, whatever the number of keys.
create table api_key_letters (
  workspace_id  text collate "C" primary key references workspaces (id) on delete cascade,
  -- Null: nothing to tell.
  pending_since timestamptz,
  sent_at       timestamptz
);
create index api_key_letters_pending_idx on api_key_letters (pending_since) where pending_since is not null;

create index api_keys_live_idx on api_keys (workspace_id, id desc) where revoked_at is null;
create index api_keys_ending_idx on api_keys (workspace_id, expires_at) where expires_at is not null and revoked_at is null;
