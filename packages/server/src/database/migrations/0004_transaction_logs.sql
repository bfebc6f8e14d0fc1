-- Transaction Logs (DESIGN §9). Why the tables look like this, with the measurements:
-- docs/decisions/0010-transaction-log-schema.md

-- A series is one combination of everything that a log row can be filtered by and that repeats:
-- thousands of them stand for millions of rows. A filter is answered here first, so a
-- combination that never happened costs no visit to the log at all.
create table transaction_log_series (
  id integer generated always as identity primary key,
  workspace_id text collate "C" not null,
  mode text collate "C" not null check (mode in ('test', 'production')),
  currency_type text collate "C" not null check (currency_type in ('fiat', 'crypto')),
  api_key_id text collate "C" not null,
  method text collate "C" not null,
  -- The path with every segment that names one object replaced: /v1/transactions/txn_*
  path_pattern text collate "C" not null,
  status smallint not null,
  -- Empty when the request succeeded: a null would defeat the unique key below.
  code text collate "C" not null default '',
  -- The days that may hold rows of this series; last_day moves once a day.
  first_day date not null,
  last_day date not null,
  unique (workspace_id, mode, api_key_id, currency_type, method, path_pattern, status, code)
);

-- The searchable row, kept narrow. The id is the 128 bits of the request id (req_…), whose first
-- 48 bits are the time in milliseconds: it orders, pages, filters by time and picks the partition.
create table transaction_logs (
  id uuid not null primary key,
  series_id integer not null,
  duration_ms real not null,
  -- More than 1 where further refusals of the same kind were counted instead of logged.
  request_count integer not null default 1,
  -- CRC-32 of the path, for the exact filter. Null, like the two columns after it, when the
  -- series' path_pattern is the path itself.
  path_hash integer,
  path_grams smallint[],
  path text collate "C",
  ip text collate "C"
) partition by range (id);

create index transaction_logs_series on transaction_logs (series_id, id);
create index transaction_logs_path on transaction_logs (path_hash, id) where path_hash is not null;
-- Free text on the path, without an extension that a managed database may refuse.
create index transaction_logs_path_grams on transaction_logs using gin (path_grams)
  with (fastupdate = on, gin_pending_list_limit = 4096) where path_grams is not null;

-- What only the page of one request shows, already redacted.
create table transaction_log_payloads (
  id uuid not null primary key,
  secret_version integer,
  query text,
  user_agent text,
  idempotency_key text,
  transaction_id text collate "C",
  event_ids text[] not null,
  -- Headers as pairs. Text is null and the digest set where a body did not parse as JSON; bytes is what
  -- came over the wire.
  request_headers json not null,
  request_body text,
  request_body_bytes integer not null,
  request_body_truncated boolean not null,
  request_body_digest text,
  response_headers json not null,
  response_body text,
  response_body_bytes integer not null,
  response_body_truncated boolean not null,
  response_body_digest text,
  -- For a refused signature: the signature base that the server computed, and the likely cause.
  diagnosis json
) partition by range (id);
