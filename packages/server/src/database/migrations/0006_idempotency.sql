-- What was answered to a POST that carried an Idempotency-Key, for 24 hours (DESIGN §4).

create table idempotency_keys (
  workspace_id text collate "C" not null,
  mode text not null check (mode in ('test', 'production')),
  method text not null,
  path text collate "C" not null,
  key text collate "C" not null check (char_length(key) between 1 and 255),
  -- SHA-256 of the raw body: the answer belongs to these bytes and to nobody else's.
  request_hash bytea not null check (octet_length(request_hash) = 32),
  -- The id of the API key or of the person who asked.
  principal_id text collate "C" not null,
  -- The request that runs. Only it may store the answer: a slow one whose claim was taken over may not.
  claim_id text collate "C" not null,
  -- While it runs. A claim whose server died frees itself at this time.
  lease_expires_at timestamptz,
  -- The answer, once there is one; never with a secret in it.
  status smallint check (status between 200 and 499),
  body text,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (workspace_id, key, path, mode, method),
  check ((status is null) = (body is null)),
  check ((status is null) = (lease_expires_at is not null))
);

-- For the loop that forgets.
create index idempotency_keys_expires_at_idx on idempotency_keys (expires_at);
