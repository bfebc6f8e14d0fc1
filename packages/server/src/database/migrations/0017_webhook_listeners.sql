-- `countersign listen`: an endpoint that no server dials. Its deliveries wait in pending_deliveries until the listener
-- fetches them over its own connection (listeners/). It exists in Test Mode only.
alter table webhook_endpoints
  -- When it was last connected; null for every endpoint that is dialled.
  add column listener_seen_at timestamptz,
  add constraint webhook_listeners_test_only check (listener_seen_at is null or mode = 'test');
create index webhook_listeners on webhook_endpoints (listener_seen_at) where listener_seen_at is not null;
