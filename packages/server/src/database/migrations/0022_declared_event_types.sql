-- The platform's own types of events, beside those of the product.
create table declared_event_types (
  type         text collate "C" primary key,
  description  text not null,
  -- JSON Schema of `data` and an example of it, as text: what was sent is shown again.
  schema       json not null,
  example      json not null,
  version      integer not null default 1,
  created_at   timestamptz not null,
  updated_at   timestamptz not null,
  -- Since the first event in Production Mode: from then on a change must keep what receivers rely on.
  published_at timestamptz
);
