-- What API servers that share this database must hear of or agree on (DESIGN §5, §6).

-- Whoever changes what a key's verification depends on tells every server, because the database itself does: no
-- statement can forget it. The columns that verification does not read are left out, so that noting a last use, which
-- happens all the time, notifies nobody (a notification serialises commits). keys/key-changes.test.ts asks of every
-- column whether it is in or out.
create function notify_api_key() returns trigger language plpgsql as $$
begin
  perform pg_notify('api_keys', coalesce(new.public_key, old.public_key));
  return null;
end $$;

create trigger api_keys_made_or_removed after insert or delete on api_keys
  for each row execute function notify_api_key();
create trigger api_keys_changed after update of
    id, workspace_id, public_key, name, mode, currency_type, algorithm, scopes, ip_allowlist, rate_limit_per_minute,
    enabled, secret_version, expires_at, revoked_at on api_keys
  for each row execute function notify_api_key();

create function notify_api_key_of_secret() returns trigger language plpgsql as $$
begin
  perform pg_notify('api_keys', public_key) from api_keys where id = coalesce(new.api_key_id, old.api_key_id);
  return null;
end $$;

-- Sealing a secret anew under another master key changes nothing about what verifies, and does so to all of them.
create trigger api_key_secrets_made_or_removed after insert or delete on api_key_secrets
  for each row execute function notify_api_key_of_secret();
create trigger api_key_secrets_changed after update of version, ed25519_public_key, expires_at, destroyed_at
  on api_key_secrets for each row execute function notify_api_key_of_secret();

-- Which store holds the nonces that were accepted above the floor: null for the memory of the one server, else the
-- name of an epoch in Redis. Whoever does not work in this epoch may not raise the floor, and so accepts nothing.
alter table nonce_floor add column epoch text;
