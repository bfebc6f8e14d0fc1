/**
 * SQL: whether a transaction `t` and the movement `m` of its entries on the account that it debits say different
 * things. Both proofs of the ledger ask it: `reconcile` of everything in one snapshot, and the job in slices.
 */
export const TRANSACTION_DIFFERS = `
  (coalesce(m.posted, 1), coalesce(m.pending_out, 1)) is distinct from (case t.status
    when 'completed' then row(-t.amount, 0::numeric)
    when 'pending' then row(0::numeric, t.amount)
    when 'processing' then row(0::numeric, t.amount)
    else row(0::numeric, 0::numeric) end)`
