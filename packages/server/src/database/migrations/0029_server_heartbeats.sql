-- What every running server tells of itself, every few seconds: operations/heartbeat.ts. A row that grows old is a
-- server that died; one that ends in order takes its row along.
create table server_heartbeats (
  id text collate "C" primary key,
  host text not null,
  pid integer not null,
  roles text[] not null,
  facts jsonb not null,
  started_at timestamptz not null,
  seen_at timestamptz not null
) with (fillfactor = 50);
