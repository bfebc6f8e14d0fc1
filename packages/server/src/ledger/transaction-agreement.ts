/**
 * SQL: whether a transaction `t` and the movement `m` of its entries on the account that it debits say different
 * things, or what it calls refunded is not what its refunds and returns took. Both proofs of the ledger ask it: `reconcile` of everything in one snapshot, and the job in slices.
 */
export const TRANSACTION_DIFFERS = `
  ((coalesce(m.posted, 1), coalesce(m.pending_out, 1)) is distinct from (case t.status
    when 'completed' then row(-t.amount, 0::numeric)
    when 'pending' then row(0::numeric, t.amount)
    when 'processing' then row(0::numeric, t.amount)
    else row(0::numeric, 0::numeric) end)
  or t.refunded <> (
    select coalesce(sum(l.amount), 0) from transactions l
    where l.linked_transaction_id = t.id and l.type in ('refund', 'return')
      and l.status not in ('failed', 'canceled', 'expired')
  ) and not exists (
    -- A reset of test data deletes refunds some steps before their deposits.
    select from accounts a where a.id = t.account_id and a.mode = 'test' and starts_with(a.workspace_id, 'reset:')
  ))`
