-- Where a time begins in the order of the ledger, without an index on time. Entries count 1, 2, 3 … per account and
-- transactions per workspace and mode, in the order of their commits. Their times follow that order but for writers
-- that ran at once, so a binary search over the numbers finds the place, and a short walk the exact row. Clocks of
-- servers, and the wait for a lock, may differ by the 60 seconds that the search starts early.

-- The version of the first entry of an account that is dated at a time or later; one past the last where there is none.
create function entry_version_since(p_account_id text, p_time timestamptz) returns bigint language plpgsql stable as $$
declare
  early constant timestamptz := p_time - interval '60 seconds';
  last_version bigint := coalesce((select max(e.version) from entries e where e.account_id = p_account_id), 0);
  low bigint := 0;
  high bigint := last_version + 1;
  middle bigint;
begin
  while high - low > 1 loop
    middle := (low + high) / 2;
    if (select e.created_at from entries e where e.account_id = p_account_id and e.version = middle) < early then
      low := middle;
    else
      high := middle;
    end if;
  end loop;
  return coalesce(
    (select e.version from entries e
      where e.account_id = p_account_id and e.version > low and e.created_at >= p_time order by e.version limit 1),
    last_version + 1);
end
$$;

-- The same for the sequence of transactions. A reset of test data leaves gaps; the row after a gap answers for it.
create function transaction_sequence_since(p_workspace_id text, p_mode text, p_time timestamptz)
returns bigint language plpgsql stable as $$
declare
  early constant timestamptz := p_time - interval '60 seconds';
  last_sequence bigint := coalesce((
    select max(t.sequence) from transactions t where t.workspace_id = p_workspace_id and t.mode = p_mode), 0);
  low bigint := coalesce((
    select min(t.sequence) from transactions t where t.workspace_id = p_workspace_id and t.mode = p_mode), 1) - 1;
  high bigint := last_sequence + 1;
  middle bigint;
  dated timestamptz;
begin
  while high - low > 1 loop
    middle := (low + high) / 2;
    select t.created_at into dated from transactions t
      where t.workspace_id = p_workspace_id and t.mode = p_mode and t.sequence >= middle order by t.sequence limit 1;
    if dated < early then low := middle; else high := middle; end if;
  end loop;
  return coalesce(
    (select t.sequence from transactions t
      where t.workspace_id = p_workspace_id and t.mode = p_mode and t.sequence > low and t.created_at >= p_time
      order by t.sequence limit 1),
    last_sequence + 1);
end
$$;

-- The first moment of a local day. Where a clock that is turned back strikes midnight twice, "at time zone" answers the
-- second; where one that is turned forward skips it, the moment after the gap.
create function local_midnight(p_day date, p_time_zone text) returns timestamptz language sql stable strict as $$
  select case
    when ((midnight - interval '1 hour') at time zone p_time_zone) >= p_day then midnight - interval '1 hour' else midnight end
  from (select p_day::timestamp at time zone p_time_zone as midnight) m
$$;
