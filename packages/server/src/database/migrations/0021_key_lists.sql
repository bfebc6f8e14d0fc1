-- Lists of 100 000 keys without an extension, which a managed database may refuse.

-- A key that signs is noted every few seconds. In a row of its own that note makes no new version of the wide row
-- with all its index entries, and leaves api_keys to be answered from indexes alone.
create table api_key_uses (
  api_key_id   text collate "C" primary key references api_keys (id) on delete cascade,
  last_used_at timestamptz not null,
  last_used_ip text not null
) with (fillfactor = 70);
insert into api_key_uses (api_key_id, last_used_at, last_used_ip)
select id, last_used_at, coalesce(last_used_ip, '') from api_keys where last_used_at is not null;
alter table api_keys drop column last_used_at, drop column last_used_ip;

-- The name as the search reads it.
alter table api_keys add column name_folded text collate "C" generated always as (lower(name)) stored;
-- Everything that a filter reads, newest first: a question without an answer reads this and no row.
create index api_keys_filter_idx on api_keys (workspace_id, id desc)
  include (name_folded, public_key, mode, currency_type, enabled, expires_at, revoked_at, created_at);
drop index api_keys_by_workspace;
