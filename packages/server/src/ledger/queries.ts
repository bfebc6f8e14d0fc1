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

/** The same, locked until the caller's database transaction ends. */
export async function lockTransaction(
  executor: Executor,
  workspaceId: string,
  id: string,
): Promise<Transaction | null> {
  const { rows } = await executor.query<{ item: Transaction }>(
    'select transaction_json(transactions) as item from transactions where id = $1 and workspace_id = $2 for update',
    [id, workspaceId],
  )
  return rows[0]?.item ?? null
}

/** What people say about a transaction; all else of it never changes by hand. */
export async function writeTransactionFacts(
  executor: Executor,
  id: string,
  facts: Pick<Transaction, 'description' | 'metadata'>,
  now: Date,
): Promise<Transaction> {
  const { rows } = await executor.query<{ item: Transaction }>(
    `update transactions set description = $2, metadata = $3, updated_at = greatest(updated_at, $4) where id = $1
     returning transaction_json(transactions) as item`,
    [id, facts.description, JSON.stringify(facts.metadata), now],
  )
  return (rows[0] as { item: Transaction }).item
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

/** The same, locked until the caller's database transaction ends; entries that name it are not kept waiting. */
export async function lockAccount(
  executor: Executor,
  workspaceId: string,
  id: string,
): Promise<Account | null> {
  const { rows } = await executor.query<{ item: Account }>(
    `select account_json(accounts) as item from accounts where id = $1 and workspace_id = $2 and kind = 'customer'
     for no key update`,
    [id, workspaceId],
  )
  return rows[0]?.item ?? null
}

/** What people call an account; all else of it never changes by hand. */
export async function writeAccountFacts(
  executor: Executor,
  id: string,
  facts: Pick<Account, 'name' | 'metadata'>,
): Promise<Account> {
  const { rows } = await executor.query<{ item: Account }>(
    `update accounts set name = $2, metadata = $3 where id = $1 returning account_json(accounts) as item`,
    [id, facts.name, JSON.stringify(facts.metadata)],
  )
  return (rows[0] as { item: Account }).item
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

/** The states of those of the named transactions that a rail moves, by id. */
export async function findStatuses(
  executor: Executor,
  { rail, ids }: { rail: string; ids: readonly string[] },
): Promise<Map<string, Transaction['status']>> {
  const { rows } = await executor.query<{ id: string; status: Transaction['status'] }>(
    'select id, status from transactions where rail = $1 and id = any ($2)',
    [rail, ids],
  )
  return new Map(rows.map(({ id, status }) => [id, status]))
}

export type DueTransaction = {
  id: string
  workspace_id: string
  mode: Mode
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
 * this worker dies, they are due again when the lease ends. Where a test clock stands still, what it has not reached is
 * put aside until it is moved (test-clock.ts).
 */
export async function claimDueTransactions(
  executor: Executor,
  claim: {
    rail: string
    leaseId: string
    now: Date
    leaseUntil: Date
    limit: number
    /** Of this workspace only. */
    workspaceId?: string | undefined
  },
): Promise<DueTransaction[]> {
  const due =
    claim.workspaceId === undefined
      ? 'rail_tasks r where'
      : 'rail_tasks r join transactions t on t.id = r.transaction_id where t.workspace_id = $6 and'
  const { rows } = await executor.query<DueTransaction & { put_aside: boolean }>(
    `with due as (
       select r.transaction_id, r.due_at, r.lease_id from ${due} r.rail = $1 and r.due_at <= $2
       order by r.due_at limit $3 for update of r skip locked
     ), asked as (
       select due.due_at, t.*, case
           when c.frozen_since is not null and due.lease_id is null and due.due_at > greatest(t.updated_at, c.frozen_since)
           then (extract(epoch from due.due_at - greatest(t.updated_at, c.frozen_since)) * 1000)::bigint end as left_ms
       from due join transactions t on t.id = due.transaction_id
         left join test_clocks c on c.workspace_id = t.workspace_id and t.mode = 'test'
     )
     update rail_tasks task set
       due_at = case when asked.left_ms is null then $4::timestamptz else 'infinity' end,
       lease_id = case when asked.left_ms is null then $5::text end,
       left_ms = asked.left_ms
     from asked
     where task.transaction_id = asked.id
     returning asked.id, asked.workspace_id, asked.mode, asked.type, asked.status, asked.amount, asked.currency, asked.decimals, asked.destination,
       asked.reference, asked.created_at, asked.due_at, asked.left_ms is not null as put_aside`,
    [
      claim.rail,
      claim.now,
      claim.limit,
      claim.leaseUntil,
      claim.leaseId,
      ...(claim.workspaceId === undefined ? [] : [claim.workspaceId]),
    ],
  )
  return rows.filter((row) => !row.put_aside)
}

/** Gives tasks of a lease back, to be due later. */
export async function putOffTasks(
  executor: Executor,
  { ids, leaseId, until }: { ids: readonly string[]; leaseId: string; until: Date },
): Promise<void> {
  await executor.query(
    'update rail_tasks set due_at = $3, lease_id = null where transaction_id = any ($1) and lease_id = $2',
    [ids, leaseId, until],
  )
}
