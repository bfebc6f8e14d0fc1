-- API keys. The public key identifies and is stored in the clear; the secret that signs is stored only sealed,
-- one row a version, and is never looked up by its value.
create table api_keys (
  id                    text collate "C" primary key,
  workspace_id          text collate "C" not null,
  public_key            text collate "C" not null unique,
  name                  text not null check (char_length(name) between 1 and 100),
  mode                  text not null check (mode in ('test', 'production')),
  currency_type         text not null check (currency_type in ('fiat', 'crypto')),
  algorithm             text not null check (algorithm in ('hmac-sha256', 'ed25519')),
  scopes                text[] not null,
  ip_allowlist          text[] not null default '{}',
  rate_limit_per_minute integer not null check (rate_limit_per_minute between 1 and 1000000),
  enabled               boolean not null default true,
  secret_version        integer not null default 1,
  expires_at            timestamptz,
  revoked_at            timestamptz,
  created_at            timestamptz not null,
  rotated_at            timestamptz,
  created_by_kind       text not null check (created_by_kind in ('member', 'key')),
  created_by_id         text collate "C" not null,
  created_by_name       text not null,
  last_used_at          timestamptz,
  last_used_ip          text,
  -- The smallest number of days before expiry of which a warning went out; 0 when the expiry itself was told.
  expiry_told_days      smallint
);

create index api_keys_by_workspace on api_keys (workspace_id, id desc);
-- What the expiry loop looks for: keys whose end is near and that are still alive.
create index api_keys_by_expiry on api_keys (expires_at)
  where expires_at is not null and revoked_at is null and expiry_told_days is distinct from 0;

-- One row per version of a key's secret. An HMAC secret is sealed; of an Ed25519 pair only the public half exists.
create table api_key_secrets (
  api_key_id         text collate "C" not null references api_keys (id) on delete cascade,
  version            integer not null,
  sealed             text,
  ed25519_public_key bytea check (octet_length(ed25519_public_key) = 32),
  created_at         timestamptz not null,
  -- Null while it is the current one; after a rotation the end of the overlap.
  expires_at         timestamptz,
  -- A retired secret is kept 7 days to explain refusals, then destroyed: sealed becomes null.
  destroyed_at       timestamptz,
  primary key (api_key_id, version),
  check (sealed is null or ed25519_public_key is null),
  check (sealed is not null or ed25519_public_key is not null or destroyed_at is not null)
);

create index api_key_secrets_to_destroy on api_key_secrets (expires_at) where expires_at is not null and sealed is not null;
