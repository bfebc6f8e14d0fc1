-- Who made each version of a key's secret, and so was shown it: when a member leaves, these are what they may know.
alter table api_key_secrets
  add column made_by_kind text collate "C" check (made_by_kind in ('member', 'key')),
  add column made_by_id   text collate "C",
  add check ((made_by_kind is null) = (made_by_id is null));

update api_key_secrets s set made_by_kind = k.created_by_kind, made_by_id = k.created_by_id
  from api_keys k where k.id = s.api_key_id and s.version = 1;
update api_key_secrets s set made_by_kind = a.actor_kind, made_by_id = a.actor_id
  from audit_log a
 where s.version > 1 and a.action = 'api_key.rotated' and a.target_kind = 'api_key' and a.target_id = s.api_key_id
   and a.actor_kind in ('member', 'key') and a.actor_id is not null
   and (a.after->>'secret_version')::integer = s.version;

create index api_key_secrets_made_by on api_key_secrets (made_by_id) where made_by_id is not null;
