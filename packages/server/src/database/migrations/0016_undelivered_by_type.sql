-- "Which transaction.failed were not delivered?" read every failed delivery of the workspace: 210 ms for 50 000
-- of them (bench/results/webhook-logs.md). Few deliveries fail or are skipped, so that this index is small.
create index finished_deliveries_undelivered
  on finished_deliveries (workspace_id, mode, currency_type, status, event_type, event_id)
  where status in ('failed', 'skipped');
