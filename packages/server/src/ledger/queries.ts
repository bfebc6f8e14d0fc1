import type { Executor } from '../database/database.ts'
import type { CurrencyType, Mode } from '../sessions/principal.ts'
import type { ListScope } from './list-queries.ts'
import type { Account, Transaction } from './schema.ts'

/** A transaction of the workspace in whichever mode, or null. */
export async function findTransaction(
  executor: Executor,
  workspaceId: string,
  id: string,
): Promise<Transaction | null> {
  const { rows } = await executor.query<{ item: Transaction }>(
    'select transaction_json(transactions) as item from transactions where id = $1 and workspace_id = $2',
    [id, workspaceId],
  )
  return rows[0]?.item ?? null
}

export type Refundable = { amount: string; refunded: string; rail: string | null }

/** A transaction that is to be refunded, locked before the accounts are, as everywhere; amounts in minor units. */
export async function lockRefundable(executor: Executor, id: string): Promise<Refundable | null> {
  const { rows } = await executor.query<Refundable>(
    'select amount, refunded, rail from transactions where id = $1 for update',
    [id],
  )
  return rows[0] ?? null
}

/** A customer account of the workspace in whichever mode, or null. */
export async function findAccount(
  executor: Executor,
  workspaceId: string,
  id: string,
): Promise<Account | null> {
  const { rows } = await executor.query<{ item: Account }>(
    `select account_json(accounts) as item from accounts where id = $1 and workspace_id = $2 and kind = 'customer'`,
    [id, workspaceId],
  )
  return rows[0]?.item ?? null
}

export type NewAccount = {
  id: string
  workspaceId: string
  mode: Mode
  currencyType: CurrencyType
  currency: string
  decimals: number
  name: string | null
  metadata: Record<string, unknown>
  createdAt: Date
}

/** Null when the workspace has `accountsMax` in this mode already. */
export async function insertAccount(
  executor: Executor,
  account: NewAccount,
  accountsMax: number,
): Promise<Account | null> {
  const { rows } = await executor.query<{ item: Account }>(
    `insert into accounts (id, workspace_id, mode, currency_type, currency, decimals, kind, name, metadata, created_at)
     select $1, $2, $3, $4, $5, $6, 'customer', $7, $8, $9
     where (select count(*) from accounts where workspace_id = $2 and mode = $3) < $10
     returning account_json(accounts) as item`,
    [
      account.id,
      account.workspaceId,
      account.mode,
      account.currencyType,
      account.currency,
      account.decimals,
      account.name,
      JSON.stringify(account.metadata),
      account.createdAt,
      accountsMax,
    ],
  )
  return rows[0]?.item ?? null
}

/** The sums over the customer's accounts, one per currency that has one. */
export async function listBalances(executor: Executor, scope: ListScope, currency: string | undefined) {
  const { rows } = await executor.query<{
    currency: string
    currency_type: CurrencyType
    posted: string
    pending_in: string
    pending_out: string
    available: string
  }>(
    `select currency, currency_type, money_text(sum(posted), decimals) as posted,
       money_text(sum(pending_in), decimals) as pending_in, money_text(sum(pending_out), decimals) as pending_out,
       money_text(sum(posted - pending_out), decimals) as available
     from accounts
     where workspace_id = $1 and mode = $2 and kind = 'customer'
       and ($3::text is null or currency_type = $3) and ($4::text is null or currency = $4)
     group by currency, currency_type, decimals order by currency`,
    [scope.workspaceId, scope.mode, scope.currencyType ?? null, currency ?? null],
  )
  return rows
}

export type DueTransaction = {
  id: string
  type: 'deposit' | 'payout' | 'refund'
  status: 'pending' | 'processing' | 'completed'
  amount: string
  currency: string
  decimals: number
  destination: string | null
  reference: string | null
  created_at: Date
  /** When it was due, before the lease moved that on. */
  due_at: Date
}

/**
 * Takes the transactions that a rail is due to be asked about, for as long as the lease runs. Others skip them; if
 * this worker dies, they are due again when the lease ends.
 */
export async function claimDueTransactions(
  executor: Executor,
  claim: { rail: string; leaseId: string; now: Date; leaseUntil: Date; limit: number },
): Promise<DueTransaction[]> {
  const { rows } = await executor.query<DueTransaction>(
    `with due as (
       select transaction_id, due_at from rail_tasks where rail = $1 and due_at <= $2
       order by due_at limit $3 for update skip locked
     )
     update rail_tasks task set due_at = $4, lease_id = $5
     from due join transactions t on t.id = due.transaction_id
     where task.transaction_id = due.transaction_id
     returning t.id, t.type, t.status, t.amount, t.currency, t.decimals, t.destination, t.reference, t.created_at,
       due.due_at`,
    [claim.rail, claim.now, claim.limit, claim.leaseUntil, claim.leaseId],
  )
  return rows
}

/** Deletes what Test Mode made in a workspace: transactions, entries, accounts and stored answers; nothing of Production. */
export async function deleteTestData(executor: Executor, workspaceId: string): Promise<number> {
  const ours = `where workspace_id = $1 and mode = 'test'`
  // In the order in which postings lock: those that run are waited for, new ones wait until the end.
  await executor.query(`select from transactions ${ours} order by id for update`, [workspaceId])
  await executor.query(`select from accounts ${ours} order by id for update`, [workspaceId])
  await executor.query(`select set_config('countersign.test_reset', $1, true)`, [workspaceId])
  await executor.query(
    `delete from rail_tasks where transaction_id in (select id from transactions ${ours})`,
    [workspaceId],
  )
  await executor.query(`delete from entries where account_id in (select id from accounts ${ours})`, [
    workspaceId,
  ])
  const { rowCount } = await executor.query(`delete from transactions ${ours}`, [workspaceId])
  await executor.query(`delete from accounts ${ours}`, [workspaceId])
  // A stored answer would speak of a transaction that is gone; the reset's own claim runs still.
  await executor.query(
    `delete from idempotency_keys ${ours} and status is not null
       and (path like '/v1/transactions%' or path like '/v1/accounts%')`,
    [workspaceId],
  )
  return rowCount ?? 0
}
