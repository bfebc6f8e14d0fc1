-- A command line that asks a signed-in person for a key: it made the pair, and only its public half is here.
create table cli_logins (
  id                 text collate "C" primary key,
  -- SHA-256 of the secret with which the command line asks what became of it.
  secret_hash        bytea not null unique check (octet_length(secret_hash) = 32),
  -- What the terminal shows and the page must show too.
  code               text collate "C" not null,
  device_name        text not null check (char_length(device_name) between 1 and 100),
  ip                 text not null,
  ed25519_public_key bytea not null check (octet_length(ed25519_public_key) = 32),
  status             text collate "C" not null default 'pending' check (status in ('pending', 'confirmed', 'refused')),
  created_at         timestamptz not null,
  expires_at         timestamptz not null,
  -- Nobody's until somebody decides.
  workspace_id       text collate "C" references workspaces (id) on delete cascade,
  api_key_id         text collate "C" references api_keys (id) on delete cascade,
  decided_at         timestamptz,
  check ((status = 'pending') = (decided_at is null)),
  check ((status = 'pending') = (workspace_id is null)),
  check ((status = 'confirmed') = (api_key_id is not null))
);
create index cli_logins_by_end on cli_logins (expires_at);
-- A key or workspace that is removed looks here.
create index cli_logins_by_workspace on cli_logins (workspace_id) where workspace_id is not null;
create index cli_logins_by_key on cli_logins (api_key_id) where api_key_id is not null;
