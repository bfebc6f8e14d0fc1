import { TRANSACTION_DIFFERS } from '../ledger/transaction-agreement.ts'

// Each slice is one statement, and so sees one snapshot: it may run while money moves, and locks nothing.
// Every one answers with a row of SliceRow.

export type SliceRow = {
  accounts: string
  entries: string
  transactions: string
  /** Where the next slice begins; null when there is none. */
  next: string | null
  found: { kind: string; subject: string; workspace: string | null; mode: string | null; detail: string }[]
  found_count: Record<string, number>
}

// What is listed of one slice; the counts are exact.
const FOUND_LISTED_MAX = 200

const FOUND = `
  coalesce((select json_agg(listed) from (select * from found limit ${FOUND_LISTED_MAX}) listed), '[]') as found,
  coalesce((select json_object_agg(kind, n) from (select kind, count(*) as n from found group by kind) counted), '{}')
    as found_count`

// Per transaction: what its entries moved on each account. LATERAL with an aggregate is planned as one index
// look-up per transaction, whatever the planner believes about their number.
const movementsOf = (transactions: string) => `
  select t.transaction_id, m.account_id, m.currency, m.posted, m.pending_in, m.pending_out
  from ${transactions} t cross join lateral (
    select e.account_id, e.currency, sum(e.posted) as posted, sum(e.pending_in) as pending_in,
      sum(e.pending_out) as pending_out
    from entries e where e.transaction_id = t.transaction_id group by e.account_id, e.currency
  ) m`

// Holds are proved here: an open transaction holds its amount, one that has ended holds nothing on any account. With
// "balance = Σ entries", an account's pending_out is then the sum of its open transactions.
const FOUND_IN_TRANSACTIONS = `
  select 'sum-not-zero' as kind, m.transaction_id as subject, t.workspace_id as workspace, t.mode,
    format('%s: posted %s, pending in less pending out %s', m.currency, sum(m.posted), sum(m.pending_in) - sum(m.pending_out))
      as detail
  from movements m left join transactions t on t.id = m.transaction_id
  group by m.transaction_id, m.currency, t.workspace_id, t.mode
  having sum(m.posted) <> 0 or sum(m.pending_in) <> sum(m.pending_out)
  union all
  select 'transaction-differs', t.id, t.workspace_id, t.mode, format('%s %s of %s, refunded %s, entries post %s and hold %s',
    t.status, t.type, t.amount, t.refunded, coalesce(m.posted::text, 'nothing'), coalesce(m.pending_out::text, 'nothing'))
  from checked c join transactions t on t.id = c.transaction_id
    left join movements m on m.transaction_id = t.id and m.account_id = t.debit_account_id
  where ${TRANSACTION_DIFFERS}
  union all
  select 'hold-left', t.id, t.workspace_id, t.mode, format('%s, yet %s still holds %s in and %s out', t.status,
    string_agg(m.account_id, ', '), sum(m.pending_in), sum(m.pending_out))
  from movements m join transactions t on t.id = m.transaction_id
  where t.status not in ('pending', 'processing') and (m.pending_in <> 0 or m.pending_out <> 0)
  group by t.id, t.status, t.workspace_id, t.mode`

/**
 * Accounts after $1, at most $4 of them and $5 entries. Each chain of entries is followed from where it is proved:
 * versions without a gap, every running balance the one before and the change; so its end is the sum of all entries,
 * and the account must say the same. $2 the run, $3 whether it is full: then every chain begins anew.
 */
export const ACCOUNTS_SLICE = `
with batch as (
  select a.id, a.workspace_id, a.mode, a.currency, a.version, a.posted, a.pending_in, a.pending_out,
    p.version is not null as proved, coalesce(p.version, 0) as from_version, coalesce(p.posted, 0) as from_posted,
    coalesce(p.pending_in, 0) as from_pending_in, coalesce(p.pending_out, 0) as from_pending_out
  from accounts a left join ledger_proofs p on p.account_id = a.id
    and not ($3 and p.full_run_id is distinct from $2)
    -- A reset of test data begins the account anew.
    and not (a.mode = 'test' and a.version < p.version)
  -- While a reset deletes the transactions of accounts that it took from their workspace, their entries are in pieces.
  where a.id > $1 and not (a.mode = 'test' and starts_with(a.workspace_id, 'reset:')) order by a.id limit $4
), sized as (
  select *, sum(greatest(version - from_version, 0)) over (order by id) as until_here, row_number() over (order by id) as nth
  from batch
), chosen as (
  select * from sized where until_here <= $5 or nth = 1
), chain as (
  select c.id as account_id, c.workspace_id, c.mode, c.currency as account_currency, e.version, e.transaction_id, e.currency,
    e.posted, e.pending_in, e.pending_out, e.posted_after, e.pending_in_after, e.pending_out_after,
    lag(e.version, 1, c.from_version) over account as version_before,
    lag(e.posted_after, 1, c.from_posted) over account as posted_before,
    lag(e.pending_in_after, 1, c.from_pending_in) over account as pending_in_before,
    lag(e.pending_out_after, 1, c.from_pending_out) over account as pending_out_before,
    row_number() over (partition by c.id order by e.version desc) as from_end,
    count(*) over (partition by c.id) as read_count
  from chosen c cross join lateral (
    select * from entries e where e.account_id = c.id and e.version > c.from_version order by e.version limit $5
  ) e
  window account as (partition by c.id order by e.version)
), ends as (
  select c.*, coalesce(l.version, c.from_version) as end_version, coalesce(l.posted_after, c.from_posted) as end_posted,
    coalesce(l.pending_in_after, c.from_pending_in) as end_pending_in,
    coalesce(l.pending_out_after, c.from_pending_out) as end_pending_out,
    coalesce(l.read_count, 0) < $5 or coalesce(l.version, 0) >= c.version as complete
  from chosen c left join chain l on l.account_id = c.id and l.from_end = 1
), proving as (
  insert into ledger_proofs as p (account_id, version, posted, pending_in, pending_out, full_run_id)
  select id, end_version, end_posted, end_pending_in, end_pending_out, case when $3 then $2 end
  from ends where $3 or not proved or end_version <> from_version
  on conflict (account_id) do update set version = excluded.version, posted = excluded.posted,
    pending_in = excluded.pending_in, pending_out = excluded.pending_out,
    full_run_id = coalesce(excluded.full_run_id, p.full_run_id)
), checked as (
  -- A full run looks at every transaction later.
  select distinct transaction_id from chain where not $3
), movements as (${movementsOf('checked')}
), found as (
  select 'version-gap' as kind, account_id as subject, workspace_id as workspace, mode,
    format('version %s follows %s', version, version_before) as detail
  from chain where version <> version_before + 1
  union all
  select 'running-balance-differs', account_id, workspace_id, mode, format('at version %s', version)
  from chain where (posted_after, pending_in_after, pending_out_after) is distinct from
    (posted_before + posted, pending_in_before + pending_in, pending_out_before + pending_out)
  union all
  select 'currency-differs', account_id, workspace_id, mode,
    format('version %s is in %s, the account in %s', version, currency, account_currency)
  from chain where currency <> account_currency
  union all
  select 'transaction-missing', c.transaction_id, c.workspace_id, c.mode, format('an entry of %s names it', c.account_id)
  from chain c where not exists (select from transactions t where t.id = c.transaction_id)
  union all
  select 'balance-differs', id, workspace_id, mode,
    format('the account says %s, %s in, %s out at version %s; its entries %s, %s in, %s out at version %s',
      posted, pending_in, pending_out, version, end_posted, end_pending_in, end_pending_out, end_version)
  from ends where complete and (posted, pending_in, pending_out, version) is distinct from
    (end_posted, end_pending_in, end_pending_out, end_version)
  union all${FOUND_IN_TRANSACTIONS}
)
select (select count(*) from ends where complete) as accounts, (select count(*) from chain) as entries,
  (select count(*) from checked) as transactions,
  case when (select count(*) from batch) = $4 or (select count(*) from chosen) < (select count(*) from batch)
      or exists (select from ends where not complete)
    then coalesce((select max(id) from ends where complete), $1) end as next,${FOUND}`

/** Entries that belong to no account, over the accounts that entries name after $1, at most $2. */
export const STRAYS_SLICE = `
with recursive named as (
  (select account_id from entries where account_id > $1 order by account_id limit 1)
  union all
  select (select e.account_id from entries e where e.account_id > n.account_id order by e.account_id limit 1)
  from named n where n.account_id is not null
), batch as (
  select account_id from named where account_id is not null limit $2
), found as (
  select 'account-missing' as kind, b.account_id as subject, e.workspace_id as workspace, e.mode,
    'entries name it, and it does not exist' as detail
  from batch b cross join lateral (select workspace_id, mode from entries where account_id = b.account_id limit 1) e
  where not exists (select from accounts a where a.id = b.account_id)
)
select 0 as accounts, 0 as entries, 0 as transactions,
  case when (select count(*) from batch) = $2 then (select max(account_id) from batch) end as next,${FOUND}`

/** Transactions after $1, at most $2: entries sum to zero per currency, status and holds agree with them. */
export const TRANSACTIONS_SLICE = `
with checked as (
  select id as transaction_id from transactions where id > $1 order by id limit $2
), movements as (${movementsOf('checked')}
), found as (${FOUND_IN_TRANSACTIONS}
)
select 0 as accounts, 0 as entries, (select count(*) from checked) as transactions,
  case when (select count(*) from checked) = $2 then (select max(transaction_id) from checked) end as next,${FOUND}`

/** Per mode and currency: what all accounts hold together, which must be nothing, in one snapshot. */
export const TOTALS = `
select mode, currency, max(decimals) as decimals, count(*)::int as accounts,
  money_text(sum(posted), max(decimals)) as sum,
  money_text(coalesce(sum(posted) filter (where kind = 'customer'), 0), max(decimals)) as customers,
  money_text(coalesce(sum(pending_out) filter (where kind = 'customer'), 0), max(decimals)) as held,
  sum(posted) = 0 and sum(pending_in) = sum(pending_out) as zero
from accounts group by mode, currency order by mode desc, currency`
