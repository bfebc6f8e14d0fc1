-- The platform's own Ed25519 pairs: what it signs with towards its customers. One key of a purpose signs; the
-- ones before it stay published, without their private half, until an operator retires them.

create table signing_keys (
  -- The thumbprint of the public half (RFC 8037 appendix A.3, RFC 7638): `keyid` in what it signed.
  id         text collate "C" primary key,
  purpose    text collate "C" not null check (purpose in ('receipts', 'webhooks')),
  public_key bytea not null check (length(public_key) = 32),
  -- The private half (PKCS #8), sealed; destroyed as soon as another key signs.
  sealed     text,
  created_at timestamptz not null,
  -- When another key took over.
  ended_at   timestamptz,
  -- When it left the published list.
  retired_at timestamptz,
  check ((sealed is null) = (ended_at is not null)),
  check (retired_at is null or ended_at is not null)
);

create unique index signing_keys_signing on signing_keys (purpose) where ended_at is null;
