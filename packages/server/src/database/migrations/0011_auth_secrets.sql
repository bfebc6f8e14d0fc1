-- What session cookies are signed and second factors are encrypted with. Random and sealed, instead of derived from
-- the master key: a rotation of the master key re-seals these rows and signs nobody out.
create table auth_secrets (
  -- 0 signs and encrypts; all verify and decrypt.
  position   smallint primary key,
  -- The number under which Better Auth finds the secret of a stored value.
  version    bigint not null unique,
  sealed     text not null,
  created_at timestamptz not null
);
