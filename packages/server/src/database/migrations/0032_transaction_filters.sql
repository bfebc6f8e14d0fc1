-- An index for every field that lists of transactions are searched by (docs/reports.md, bench/results/transaction-filters.md).

-- Type, status and currency have few values each: a list walks the newest of every combination that is asked for and
-- merges them (ledger/list-queries.ts), so that no combination, however rare, costs more than another.
create index transactions_series_idx on transactions (workspace_id, mode, currency, type, status, sequence);
drop index transactions_status_idx;
create index transactions_account_series_idx on transactions (account_id, type, status, sequence);
drop index transactions_account_idx;

create index transactions_amount_idx on transactions (workspace_id, mode, currency, amount, sequence);
create index transactions_completed_idx on transactions (workspace_id, mode, completed_at, sequence)
  where completed_at is not null;
create index transactions_effective_idx on transactions (workspace_id, mode, effective_at, sequence);
create index transactions_failure_idx on transactions (workspace_id, mode, failure_code, sequence)
  where failure_code is not null;

-- Words of the description and values of the metadata, in one index; without an extension, which a managed database
-- may refuse. Each term names its workspace and mode, so that a word that others use often costs nobody here.

-- In lower case by Unicode's rules, where this server's build of Postgres knows them; else by those of the database.
do $$
begin
  execute format(
    'create function fold_case(p_text text) returns text language sql immutable strict parallel safe as %L',
    case when exists (select from pg_collation where collname = 'und-x-icu' and collencoding in (-1, 6))
      then 'select lower(p_text collate "und-x-icu")' else 'select lower(p_text)' end);
end
$$;

-- Split at white space and ASCII punctuation, whatever the database's locale.
create function search_words(p_text text) returns text[] language sql immutable parallel safe as $$
  select coalesce(array_agg(distinct left(word, 100)), '{}')
  from unnest(regexp_split_to_array(fold_case(p_text), '[\s\u0021-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007e]+')) word
  where word <> ''
$$;

create function metadata_terms(p_prefix text, p_metadata jsonb) returns text[] language sql immutable parallel safe as $$
  select coalesce(array_agg(p_prefix || md5(key || '=' || value)), '{}') from jsonb_each_text(p_metadata) where value is not null
$$;

-- With a path of its own: building and analyzing an index leaves it without the tables' schema.
create function transaction_terms(p_workspace_id text, p_mode text, p_description text, p_metadata jsonb)
returns tsvector language plpgsql immutable parallel safe cost 300 set search_path from current as $$
declare
  prefix constant text := left(p_mode, 1) || p_workspace_id;
  terms text[] := '{}';
  word text;
begin
  if p_metadata <> '{}' then terms := metadata_terms(prefix || '#', p_metadata); end if;
  if p_description is not null then
    foreach word in array search_words(p_description) loop terms := terms || (prefix || ':' || word); end loop;
  end if;
  return array_to_tsvector(terms);
end
$$;

-- Every word by its beginning, every name of the metadata with its value.
create function transaction_terms_query(p_workspace_id text, p_mode text, p_description text, p_metadata jsonb)
returns tsquery language sql immutable parallel safe as $$
  select string_agg(term, ' & ')::tsquery from (
    select '''' || left(p_mode, 1) || p_workspace_id || ':' || word || ''':*' as term from unnest(search_words(p_description)) word
    union all
    select '''' || term || '''' from unnest(metadata_terms(left(p_mode, 1) || p_workspace_id || '#', p_metadata)) term
  ) terms
$$;

create index transactions_terms_idx on transactions
  using gin (transaction_terms(workspace_id, mode, description, metadata))
  where description is not null or metadata <> '{}';
