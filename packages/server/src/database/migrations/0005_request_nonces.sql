-- The restart rules of request signatures: a request accepted before a stop or a crash must not pass after it.

-- One row: every `created` accepted from memory alone is at or below `floor` (Unix seconds).
create table nonce_floor (
  only_row boolean primary key default true check (only_row),
  floor    bigint not null
);

-- Nonces of requests whose clock was further ahead than the floor's lease: few, and remembered durably instead.
create table early_nonces (
  api_key_id text collate "C" not null,
  nonce      text collate "C" not null,
  created    bigint not null,
  primary key (api_key_id, nonce)
);
create index early_nonces_by_created on early_nonces (created);
