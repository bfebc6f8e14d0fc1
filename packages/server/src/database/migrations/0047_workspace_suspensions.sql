-- A workspace that operators have stopped (docs/decisions/0029-suspended-workspaces.md). A row: it is suspended. What was
-- before stands in the audit log.
create table workspace_suspensions (
  workspace_id text collate "C" primary key references workspaces (id) on delete cascade,
  reason text not null check (char_length(reason) between 1 and 500),
  suspended_at timestamptz not null,
  suspended_by text collate "C" not null
);

-- Every API server hears it like a change of each of the keys (0013_several_servers.sql), whoever writes.
create function notify_keys_of_workspace() returns trigger language plpgsql as $$
begin
  perform pg_notify('api_keys', public_key) from api_keys
    where workspace_id = coalesce(new.workspace_id, old.workspace_id) and revoked_at is null;
  return null;
end
$$;
create trigger workspace_suspensions_changed after insert or update or delete on workspace_suspensions
  for each row execute function notify_keys_of_workspace();
