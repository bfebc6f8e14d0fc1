-- Keys of the platform itself, for its own services. Tables of their own: nothing that reads a workspace's keys can
-- come upon one, and none of these can ever name a workspace, a mode or a currency type.
create table operator_keys (
  id                    text collate "C" primary key,
  public_key            text collate "C" not null unique check (public_key like 'pk\_op\_%'),
  name                  text not null check (char_length(name) between 1 and 100),
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
  created_by_id         text collate "C" not null,
  created_by_name       text not null,
  last_used_at          timestamptz,
  last_used_ip          text
);

create table operator_key_secrets (
  operator_key_id    text collate "C" not null references operator_keys (id) on delete cascade,
  version            integer not null,
  sealed             text,
  ed25519_public_key bytea check (octet_length(ed25519_public_key) = 32),
  created_at         timestamptz not null,
  -- Null while it is the current one; after a rotation the end of the overlap.
  expires_at         timestamptz,
  destroyed_at       timestamptz,
  primary key (operator_key_id, version),
  check (sealed is null or ed25519_public_key is null),
  check (sealed is not null or ed25519_public_key is not null or destroyed_at is not null)
);

create index operator_key_secrets_to_destroy on operator_key_secrets (expires_at)
  where expires_at is not null and sealed is not null;

-- Every server hears of a change, as of one of a workspace's key (migration 13).
create trigger operator_keys_made_or_removed after insert or delete on operator_keys
  for each row execute function notify_api_key();
create trigger operator_keys_changed after update of
    id, public_key, name, algorithm, scopes, ip_allowlist, rate_limit_per_minute, enabled, secret_version, expires_at,
    revoked_at on operator_keys
  for each row execute function notify_api_key();

create function notify_operator_key_of_secret() returns trigger language plpgsql as $$
begin
  perform pg_notify('api_keys', public_key) from operator_keys
    where id = coalesce(new.operator_key_id, old.operator_key_id);
  return null;
end $$;

create trigger operator_key_secrets_made_or_removed after insert or delete on operator_key_secrets
  for each row execute function notify_operator_key_of_secret();
create trigger operator_key_secrets_changed after update of version, ed25519_public_key, expires_at, destroyed_at
  on operator_key_secrets for each row execute function notify_operator_key_of_secret();
