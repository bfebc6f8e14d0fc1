-- How long after the beginning of a full proof of the ledger the next one begins: ten times as long as it took, so that it
-- costs a core a twentieth at most (it rests as long as it works); five minutes at least, a day at most. A change of
-- an old entry is noticed by then.
create function full_reconciliation_every(p_took interval) returns interval language sql immutable strict
return least(interval '1 day', greatest(interval '5 minutes', 10 * p_took));
