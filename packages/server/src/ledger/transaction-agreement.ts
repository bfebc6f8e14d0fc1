/**
 * SQL: whether a transaction `t` and the movement `m` of its entries on the account that it debits say different
 * things, its fee account holds another fee than it says, or what it calls refunded is not what its refunds and returns
 * took. Both proofs of the ledger ask it: `reconcile` of everything in one snapshot, and the job in slices.
 */
export const TRANSACTION_DIFFERS = `
  ((coalesce(m.posted, 1), coalesce(m.pending_out, 1)) is distinct from (
    -- The fee of what leaves is debited together with it; that of a deposit is not the rail's.
    select case t.status
      when 'completed' then row(-owed.whole, 0::numeric)
      when 'pending' then row(0::numeric, owed.whole)
      when 'processing' then row(0::numeric, owed.whole)
      else row(0::numeric, 0::numeric) end
    from (select t.amount + case when t.debit_account_id = t.account_id then t.fee else 0 end as whole) owed)
  or t.fee_account_id is not null and (
    select row(coalesce(sum(e.posted), 0), coalesce(sum(e.pending_in), 0)) from entries e
    where e.transaction_id = t.id and e.account_id = t.fee_account_id
  ) is distinct from (case
    when t.status = 'completed' then row(t.fee, 0::numeric)
    when t.status in ('pending', 'processing') and t.type <> 'deposit' then row(0::numeric, t.fee)
    else row(0::numeric, 0::numeric) end)
  or t.refunded <> (
    select coalesce(sum(l.amount), 0) from transactions l
    where l.linked_transaction_id = t.id and l.type in ('refund', 'return')
      and l.status not in ('failed', 'canceled', 'expired')
  ) and not exists (
    -- A reset of test data deletes refunds some steps before their deposits.
    select from accounts a where a.id = t.account_id and a.mode = 'test' and starts_with(a.workspace_id, 'reset:')
  ))`
