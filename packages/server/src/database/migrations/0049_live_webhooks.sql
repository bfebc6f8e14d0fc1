-- A live view of Webhook Logs asks what was tried since a moment ago, and only while somebody looks
-- (docs/decisions/0032-live-webhooks.md). Rows of before stay without: nobody asks for them, and the index begins empty.
alter table delivery_attempts add column recorded_at timestamptz;
alter table delivery_attempts alter column recorded_at set default now();
create index delivery_attempts_recorded on delivery_attempts (endpoint_id, recorded_at) where recorded_at is not null;

-- What fails without an attempt: the queue of an endpoint that was switched off or deleted.
create index finished_deliveries_given_up on finished_deliveries (workspace_id, mode, finished_at)
  where status = 'failed' and reason in ('endpoint_disabled', 'endpoint_gone', 'endpoint_deleted');
