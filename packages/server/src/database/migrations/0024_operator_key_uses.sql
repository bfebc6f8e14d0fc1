-- When an operator key signed last, in a row of its own as for a workspace's keys (migration 21): the note that is
-- written every few seconds makes no new version of the wide row.
create table operator_key_uses (
  operator_key_id text collate "C" primary key references operator_keys (id) on delete cascade,
  last_used_at    timestamptz not null,
  last_used_ip    text not null
) with (fillfactor = 70);
insert into operator_key_uses (operator_key_id, last_used_at, last_used_ip)
select id, last_used_at, coalesce(last_used_ip, '') from operator_keys where last_used_at is not null;
alter table operator_keys drop column last_used_at, drop column last_used_ip;
