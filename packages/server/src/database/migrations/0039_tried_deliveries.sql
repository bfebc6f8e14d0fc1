-- The health of an endpoint looks at what was tried last. An open breaker moves whole queues to a later time, untried
-- rows too, so those that were tried need an index of their own; a first attempt that succeeds never enters it.
create index pending_deliveries_tried on pending_deliveries (endpoint_id, next_at) where attempt_count > 0;
