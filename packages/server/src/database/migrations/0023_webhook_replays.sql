-- A replay sends a filtered range of an endpoint's finished deliveries again, at a rate. The worker moves it on in
-- small transactions; the row says how far it came, so that whoever goes on after a crash repeats and leaves out nothing.
create table webhook_replays (
  id              text collate "C" primary key,
  workspace_id    text collate "C" not null,
  mode            text collate "C" not null check (mode in ('test', 'production')),
  endpoint_id     text collate "C" not null references webhook_endpoints (id) on delete cascade,
  -- What the one who asked may see: a key only its own currency type, and what concerns neither (the empty one).
  currency_types  text[] not null,
  event_type      text collate "C",
  delivery_status text collate "C" check (delivery_status in ('delivered', 'failed', 'skipped')),
  object_id       text collate "C",
  created_after   timestamptz not null,
  created_before  timestamptz not null,
  rate_per_second integer not null check (rate_per_second between 1 and 500),
  status          text collate "C" not null default 'running'
    check (status in ('running', 'completed', 'canceled', 'failed')),
  reason          text collate "C",
  -- How many matched when it began; `count_capped` when counting stopped before the end.
  count           integer not null,
  count_capped    boolean not null,
  -- How many were put into the queue.
  queued          integer not null default 0,
  -- Events up to this one are dealt with.
  position        text collate "C" not null,
  -- Until when the rate is used up.
  fed_until       timestamptz not null,
  created_at      timestamptz not null,
  finished_at     timestamptz,
  check ((status = 'running') = (finished_at is null))
);
-- One at a time for an endpoint, and what the worker looks for.
create unique index webhook_replays_running on webhook_replays (endpoint_id) where status = 'running';
create index webhook_replays_newest on webhook_replays (endpoint_id, id);
