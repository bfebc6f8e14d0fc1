-- 'thin': the webhook carries the id of the object and nothing else of it; the receiver fetches what it may see.
alter table webhook_endpoints
  add column payload text collate "C" not null default 'full' check (payload in ('full', 'thin'));
