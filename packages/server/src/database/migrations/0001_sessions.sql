-- People, their sessions, and the mail we send them.
--
-- The first eight tables are Better Auth's: compiled by its getMigrations() from sessions/auth.ts, then given
-- ids that sort bytewise. sessions/auth-schema.test.ts proves that it finds nothing missing here.

create table users (
  id text collate "C" not null primary key,
  name text not null,
  email text not null unique,
  email_verified boolean not null,
  image text,
  created_at timestamptz default current_timestamp not null,
  updated_at timestamptz default current_timestamp not null,
  two_factor_enabled boolean,
  -- What the person called their workspace at sign-up.
  workspace_name text,
  is_operator boolean not null,
  check (email = lower(email))
);

create table sessions (
  id text collate "C" not null primary key,
  expires_at timestamptz not null,
  -- The cookie carries it with a signature under a key that is not in the database.
  token text not null unique,
  created_at timestamptz default current_timestamp not null,
  updated_at timestamptz not null,
  ip_address text,
  user_agent text,
  user_id text collate "C" not null references users (id) on delete cascade,
  active_workspace_id text collate "C"
);
create index sessions_user_id_idx on sessions (user_id);
create index sessions_expires_at_idx on sessions (expires_at);

create table user_credentials (
  id text collate "C" not null primary key,
  account_id text not null,
  provider_id text not null,
  user_id text collate "C" not null references users (id) on delete cascade,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  -- scrypt, with its salt.
  password text,
  created_at timestamptz default current_timestamp not null,
  updated_at timestamptz not null
);
create index user_credentials_user_id_idx on user_credentials (user_id);

create table user_verifications (
  id text collate "C" not null primary key,
  -- A digest: the link that a person received is not in the database.
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz default current_timestamp not null,
  updated_at timestamptz default current_timestamp not null
);
create index user_verifications_identifier_idx on user_verifications (identifier);
create index user_verifications_expires_at_idx on user_verifications (expires_at);

create table workspaces (
  id text collate "C" not null primary key,
  name text not null,
  slug text not null unique,
  logo text,
  created_at timestamptz not null,
  metadata text
);

create table members (
  id text collate "C" not null primary key,
  workspace_id text collate "C" not null references workspaces (id) on delete cascade,
  user_id text collate "C" not null references users (id) on delete cascade,
  role text not null check (role in ('owner', 'admin', 'developer', 'viewer')),
  created_at timestamptz not null,
  unique (workspace_id, user_id)
);
create index members_workspace_id_idx on members (workspace_id);
create index members_user_id_idx on members (user_id);

create table invitations (
  id text collate "C" not null primary key,
  workspace_id text collate "C" not null references workspaces (id) on delete cascade,
  email text not null,
  role text check (role in ('owner', 'admin', 'developer', 'viewer')),
  status text not null,
  expires_at timestamptz not null,
  created_at timestamptz default current_timestamp not null,
  inviter_id text collate "C" not null references users (id) on delete cascade
);
create index invitations_workspace_id_idx on invitations (workspace_id);
create index invitations_email_idx on invitations (email);

create table user_second_factors (
  id text collate "C" not null primary key,
  -- Both encrypted under a key that is not in the database.
  secret text not null,
  backup_codes text not null,
  user_id text collate "C" not null references users (id) on delete cascade,
  verified boolean,
  failed_verification_count integer,
  locked_until timestamptz
);
create index user_second_factors_secret_idx on user_second_factors (secret);
create index user_second_factors_user_id_idx on user_second_factors (user_id);

-- Ours from here on.

-- Attempts per address and path, per account, and one-time codes already used. Losing them in a crash costs
-- one window of throttling, so they need no write-ahead log.
create unlogged table throttle_windows (
  key text collate "C" primary key,
  attempts integer not null,
  expires_at timestamptz not null
);
create index throttle_windows_expires_at_idx on throttle_windows (expires_at);

-- The one-time link that the first start prints: at most one, and only its digest.
create table setup_tokens (
  singleton boolean primary key check (singleton),
  token_hash text not null,
  created_at timestamptz not null
);

create table outgoing_mail (
  id text collate "C" primary key,
  recipient text not null,
  subject text not null,
  kind text not null,
  -- Sealed under the master key: it holds links that open accounts. Null once it was sent, or after 7 days.
  sealed_body text,
  -- held: no SMTP_URL, an operator reads it.
  status text not null check (status in ('held', 'pending', 'sent', 'failed')),
  attempt_count integer not null default 0,
  next_attempt_at timestamptz,
  last_error text,
  created_at timestamptz not null,
  sent_at timestamptz
);
create index outgoing_mail_due_idx on outgoing_mail (next_attempt_at) where status = 'pending';
