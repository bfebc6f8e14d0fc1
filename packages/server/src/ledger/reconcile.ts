import type { Executor } from '../database/database.ts'
import { TRANSACTION_DIFFERS } from './transaction-agreement.ts'

export type Discrepancy = {
  kind: 'sum-not-zero' | 'balance-differs' | 'version-gap' | 'running-balance-differs' | 'transaction-differs'
  /** A transaction or an account. */
  subjectId: string
  detail: string
}

export type Reconciliation = {
  consistent: boolean
  accounts: number
  entries: number
  discrepancies: Discrepancy[]
}

const DISCREPANCIES_MAX = 100

/**
 * Proves the ledger from its entries alone, in one snapshot: every transaction's entries sum to zero per currency;
 * every account's balance and version are what its entries add up to, without a gap; every entry's running balance
 * follows from the one before; and every transaction's status agrees with its entries.
 * For tests and drills: on a large ledger the job in `reconciliation/` proves the same in slices.
 */
export async function reconcile(executor: Executor): Promise<Reconciliation> {
  const { rows } = await executor.query<{
    accounts: string
    entries: string
    discrepancies: Discrepancy[] | null
  }>(RECONCILE, [DISCREPANCIES_MAX])
  const [row] = rows
  const discrepancies = row?.discrepancies ?? []
  return {
    consistent: discrepancies.length === 0,
    accounts: Number(row?.accounts ?? 0),
    entries: Number(row?.entries ?? 0),
    discrepancies,
  }
}

// One statement sees one snapshot, so it may run while money moves.
const RECONCILE = `
with given_up as materialized (
  -- Accounts whose transactions a reset is deleting: its steps leave their entries in pieces.
  select id from accounts where mode = 'test' and starts_with(workspace_id, 'reset:')
), running as (
  select account_id, version, transaction_id, posted_after, pending_in_after, pending_out_after,
    row_number() over account as expected_version,
    sum(posted) over account as posted_sum, sum(pending_in) over account as pending_in_sum,
    sum(pending_out) over account as pending_out_sum
  from entries where account_id not in (select id from given_up)
  window account as (partition by account_id order by version)
), account_sums as (
  select account_id, count(*) as entry_count, sum(posted) as posted, sum(pending_in) as pending_in,
    sum(pending_out) as pending_out
  from entries group by account_id
), movements as (
  select transaction_id, account_id, sum(posted) as posted, sum(pending_in) as pending_in, sum(pending_out) as pending_out
  from entries group by transaction_id, account_id
), found as (
  select 'sum-not-zero' as kind, transaction_id as subject_id,
    format('%s: posted %s, pending %s', currency, sum(posted), sum(pending_in) - sum(pending_out)) as detail
  from entries group by transaction_id, currency having sum(posted) <> 0 or sum(pending_in) <> sum(pending_out)
  union all
  select 'balance-differs', a.id,
    format('account %s/%s/%s v%s, entries %s/%s/%s v%s', a.posted, a.pending_in, a.pending_out, a.version,
      s.posted, s.pending_in, s.pending_out, s.entry_count)
  from accounts a left join account_sums s on s.account_id = a.id
  where a.id not in (select id from given_up) and (a.posted, a.pending_in, a.pending_out, a.version)
    is distinct from (coalesce(s.posted, 0), coalesce(s.pending_in, 0), coalesce(s.pending_out, 0), coalesce(s.entry_count, 0))
  union all
  select 'balance-differs', s.account_id, 'the entries belong to no account'
  from account_sums s where not exists (select from accounts a where a.id = s.account_id)
  union all
  select 'version-gap', account_id, format('version %s where %s should be', version, expected_version)
  from running where version <> expected_version
  union all
  select 'running-balance-differs', account_id, format('at version %s', version)
  from running
  where (posted_after, pending_in_after, pending_out_after) is distinct from (posted_sum, pending_in_sum, pending_out_sum)
  union all
  select 'transaction-differs', t.id, format('%s %s of %s, refunded %s, entries %s', t.status, t.type, t.amount, t.refunded,
    coalesce(format('%s/%s/%s', m.posted, m.pending_in, m.pending_out), 'none'))
  from transactions t left join movements m on m.transaction_id = t.id and m.account_id = t.debit_account_id
  where ${TRANSACTION_DIFFERS}
)
select (select count(*) from accounts) as accounts, (select count(*) from entries) as entries,
  (select json_agg(json_build_object('kind', kind, 'subjectId', subject_id, 'detail', detail))
   from (select * from found limit $1) listed) as discrepancies`
