-- How much is used, over time: counts of requests and of webhook attempts, with their durations. Why the tables look
-- like this, with the measurements: docs/decisions/0027-usage.md

-- Durations fall into fixed slots, so that those of any two rows can be added: eight in each doubling, by the highest
-- bit of the microseconds and the three bits after it. usage/latency.ts computes the same.
create function usage_slot(microseconds integer) returns smallint language sql immutable parallel safe as $$
  select case when microseconds < 8 then greatest(microseconds, 0)
    else octave * 8 + ((microseconds >> octave) & 7) + 8 end::smallint
  from (select width_bucket(microseconds, array[16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536,
    131072, 262144, 524288, 1048576, 2097152, 4194304, 8388608, 16777216, 33554432, 67108864, 134217728, 268435456,
    536870912, 1073741824])) as doubling (octave)
$$;

-- What happened since the last fold, as it was written: a batch of the Transaction Logs or of webhook attempts leaves
-- one row for each subject and minute in its own transaction. Rows are only added, so that writers wait for nobody.
create table usage_pending (
  workspace_id text collate "C" not null,
  mode text collate "C" not null,
  -- Of the key or the event; empty for an event that concerns neither.
  currency_type text collate "C" not null,
  -- Who signed, or where it was sent: key_… or ep_….
  subject_id text collate "C" not null,
  -- The begun minute.
  at timestamptz not null,
  -- By the first digit of the status. None: passed on and no outcome told yet; of an attempt, no answer that counts.
  -- An outcome that is told later takes one away here, so these may be below zero.
  status_none integer not null,
  status_1xx integer not null,
  status_2xx integer not null,
  status_3xx integer not null,
  status_4xx integer not null,
  status_5xx integer not null,
  -- How many took how long: `slot:count`, apart by spaces. As text, because that is how it is read and written whole:
  -- arrays cost the database and the server several times as much.
  latency text collate "C" not null
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);
create index usage_pending_workspace on usage_pending (workspace_id, mode, subject_id);

-- The same, added up. Each minute is in five rows of its subject, one for each resolution, and in five of all of its
-- kind (`requests`, `webhooks`): a question reads one row for each bucket of its answer.
create table usage_counts (
  workspace_id text collate "C" not null,
  mode text collate "C" not null,
  subject_id text collate "C" not null,
  resolution text collate "C" not null check (resolution in ('minute', 'ten_minutes', 'hour', 'six_hours', 'day')),
  -- When its time begins, in UTC.
  at timestamptz not null,
  currency_type text collate "C" not null,
  status_none bigint not null,
  status_1xx bigint not null,
  status_2xx bigint not null,
  status_3xx bigint not null,
  status_4xx bigint not null,
  status_5xx bigint not null,
  latency text collate "C" not null,
  primary key (workspace_id, mode, subject_id, resolution, at, currency_type)
) with (fillfactor = 70);
create index usage_counts_age on usage_counts (resolution, at);

-- What the logs hold already. No server writes them meanwhile.
create temporary table usage_past on commit drop as
  with slotted as (
    select series_id, (('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint / 60000) as minute,
      usage_slot(least(round(duration_ms * 1000), 2147483647)::integer) as slot, count(*) as rows, sum(request_count) as requests
    from transaction_logs group by 1, 2, 3
  )
  select s.workspace_id, s.mode, s.currency_type, s.api_key_id as subject_id, to_timestamp(l.minute * 60) as at,
    s.status / 100 as class, l.slot, l.requests,
    -- What was passed on has no duration of its own yet.
    case when s.status = 0 then 0 else l.rows end as measured
  from slotted l join transaction_log_series s on s.id = l.series_id
  union all
  select v.workspace_id, v.mode, v.currency_type, a.endpoint_id, date_bin('1 minute', a.at, 'epoch'),
    case when a.error is null then 2 when a.status_code between 300 and 599 then a.status_code / 100 else 0 end,
    usage_slot(least(round(a.duration_ms * 1000), 2147483647)::integer), count(*), count(*)
  from delivery_attempts a join events v on v.id = a.event_id
  group by 1, 2, 3, 4, 5, 6, 7;

insert into usage_counts (workspace_id, mode, subject_id, resolution, at, currency_type, status_none, status_1xx,
  status_2xx, status_3xx, status_4xx, status_5xx, latency)
with slotted as (
  select p.workspace_id, p.mode, subject.id as subject_id, resolution.name as resolution,
    date_bin(resolution.width, p.at, 'epoch') as at, p.currency_type, p.slot,
    sum(requests) filter (where class = 0) as s0, sum(requests) filter (where class = 1) as s1,
    sum(requests) filter (where class = 2) as s2, sum(requests) filter (where class = 3) as s3,
    sum(requests) filter (where class = 4) as s4, sum(requests) filter (where class = 5) as s5,
    sum(measured) as measured
  from usage_past p
  cross join lateral (values (p.subject_id),
    (case when p.subject_id like 'ep\_%' then 'webhooks' else 'requests' end)) as subject (id)
  cross join (values ('minute', interval '1 minute'), ('ten_minutes', interval '10 minutes'),
    ('hour', interval '1 hour'), ('six_hours', interval '6 hours'), ('day', interval '1 day')) as resolution (name, width)
  group by 1, 2, 3, 4, 5, 6, 7
)
select workspace_id, mode, subject_id, resolution, at, currency_type, coalesce(sum(s0), 0), coalesce(sum(s1), 0),
  coalesce(sum(s2), 0), coalesce(sum(s3), 0), coalesce(sum(s4), 0), coalesce(sum(s5), 0),
  coalesce(string_agg(slot || ':' || measured, ' ' order by slot) filter (where measured > 0), '')
from slotted group by 1, 2, 3, 4, 5, 6;
