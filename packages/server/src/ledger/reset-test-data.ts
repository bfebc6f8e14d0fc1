import type { Clock } from '../clock.ts'
import type { Database, Executor } from '../database/database.ts'
import { idFloor } from '../ids.ts'
import { deleteEventsOf, deleteEventsUpTo, endTestListeners } from '../webhooks/delete-test-events.ts'

type ResetDeps = { database: Database; clock: Clock }

export type TestReset = {
  status: 'running' | 'completed'
  startedAt: Date
  finishedAt: Date | null
  deletedTransactions: number
  deletedEvents: number
}

/** One step is one short transaction: nobody waits long for it, and a crash costs one step. */
const TRANSACTIONS_A_STEP = 500
const EVENTS_A_STEP = 1_000
const ANSWERS_A_STEP = 2_000
/** How long the request that asks for it goes on by itself; the worker does the rest. */
const REQUEST_MS = 5_000
const LOOP_MS = 5_000
const LOOP_INTERVAL_MS = 1_000

/**
 * Begins a reset: from the commit on, the workspace's accounts of Test Mode belong to nobody, so that requests make new
 * ones, and nothing waits to happen. What they held goes step by step.
 */
export async function beginReset(
  { database, clock }: ResetDeps,
  workspaceId: string,
  alongWith: (client: Executor) => Promise<void>,
): Promise<void> {
  const startedAt = new Date(clock.now())
  await database.transaction(async (client) => {
    await client.query(
      `insert into test_resets (workspace_id, status, started_at) values ($1, 'running', $2)
       on conflict (workspace_id) do update set status = 'running', started_at = $2, finished_at = null,
         deleted_transactions = case test_resets.status when 'running' then test_resets.deleted_transactions else 0 end,
         deleted_events = case test_resets.status when 'running' then test_resets.deleted_events else 0 end`,
      [workspaceId, startedAt],
    )
    // In the order in which postings lock.
    await client.query(
      `select from accounts where workspace_id = $1 and mode = 'test' order by kind, id for update`,
      [workspaceId],
    )
    await client.query(
      `update accounts set workspace_id = 'reset:' || $1::text || ':' || $2::text where workspace_id = $1 and mode = 'test'`,
      [workspaceId, String(startedAt.getTime())],
    )
    await client.query('delete from test_clocks where workspace_id = $1', [workspaceId])
    await endTestListeners(client, workspaceId, startedAt)
    await alongWith(client)
  })
}

/** Goes on with a reset until it is done or the time is over. */
export async function continueReset(
  deps: ResetDeps,
  workspaceId: string,
  forMs: number = REQUEST_MS,
): Promise<void> {
  const until = performance.now() + forMs
  while (performance.now() < until)
    if (!(await deps.database.transaction((client) => resetStep(client, workspaceId, deps.clock.now()))))
      return
}

/** The worker's part: goes on with what requests began. */
export function resetLoop(deps: ResetDeps) {
  return {
    name: 'reset-test-data',
    intervalMs: LOOP_INTERVAL_MS,
    run: async (): Promise<'more' | void> => {
      const { rows } = await deps.database.pool.query<{ workspaceId: string }>(
        `select workspace_id as "workspaceId" from test_resets where status = 'running' order by started_at limit 20`,
      )
      for (const { workspaceId } of rows)
        await continueReset(deps, workspaceId, LOOP_MS / Math.max(rows.length, 1))
    },
  }
}

export async function findReset(executor: Executor, workspaceId: string): Promise<TestReset | null> {
  const { rows } = await executor.query<TestReset>(
    `select status, started_at as "startedAt", finished_at as "finishedAt",
       deleted_transactions as "deletedTransactions", deleted_events as "deletedEvents"
     from test_resets where workspace_id = $1`,
    [workspaceId],
  )
  return rows[0] ?? null
}

/** @returns whether there is more to do; false too while somebody else does it */
async function resetStep(client: Executor, workspaceId: string, nowMs: number): Promise<boolean> {
  const { rows } = await client.query<{ startedAt: Date }>(
    `select started_at as "startedAt" from test_resets where workspace_id = $1 and status = 'running'
     for update skip locked`,
    [workspaceId],
  )
  const [reset] = rows
  if (!reset) return false
  // The rules of the database let this transaction delete what is append-only, of this workspace in Test Mode.
  await client.query(`select set_config('countersign.test_reset', $1, true)`, [workspaceId])
  const transactions = await deleteTransactions(client, workspaceId)
  if (transactions.count > 0) {
    await count(client, workspaceId, { transactions: transactions.count, events: transactions.events })
    return true
  }
  const upTo = idFloor('evt', reset.startedAt.getTime() + 1)
  const events = await deleteEventsUpTo(client, { workspaceId, upTo, rowsMax: EVENTS_A_STEP })
  if (events > 0) {
    await count(client, workspaceId, { transactions: 0, events })
    return true
  }
  if ((await deleteAnswers(client, workspaceId, reset.startedAt)) > 0) return true
  await count(client, workspaceId, { transactions: 0, events: await deleteAccounts(client, workspaceId) })
  await client.query(
    `update test_resets set status = 'completed', finished_at = greatest($2, started_at) where workspace_id = $1`,
    [workspaceId, new Date(nowMs)],
  )
  return false
}

/** Ids of the accounts that belong to nobody any more. */
const GIVEN_UP = `select id from accounts
  where workspace_id >= 'reset:' || $1::text || ':' and workspace_id < 'reset:' || $1::text || ';' and mode = 'test'`

/** The newest of each account first, so that what is linked goes before what it is linked to, or with it. */
async function deleteTransactions(
  client: Executor,
  workspaceId: string,
): Promise<{ count: number; events: number }> {
  const { rows } = await client.query<{ id: string }>(
    `with picked as (
       select t.id from (${GIVEN_UP} and kind = 'customer') a cross join lateral (
         select id from transactions where account_id = a.id order by sequence desc limit $2
       ) t limit $2
     )
     select t.id from transactions t
     where t.id in (select id from picked) or t.linked_transaction_id in (select id from picked)
     order by t.id for update`,
    [workspaceId, TRANSACTIONS_A_STEP],
  )
  if (rows.length === 0) return { count: 0, events: 0 }
  const ids = rows.map(({ id }) => id)
  await client.query('delete from rail_tasks where transaction_id = any ($1)', [ids])
  const events = await deleteEventsOf(client, workspaceId, ids)
  await client.query(`delete from entries where transaction_id = any ($1)`, [ids])
  const deleted = await client.query('delete from transactions where id = any ($1)', [ids])
  return { count: deleted.rowCount ?? 0, events }
}

/** A stored answer would speak of what is gone; one about something that exists stays. */
async function deleteAnswers(client: Executor, workspaceId: string, startedAt: Date): Promise<number> {
  const { rowCount } = await client.query(
    `delete from idempotency_keys where ctid in (
       select k.ctid from idempotency_keys k cross join lateral (
         select case when k.body like '{%' then k.body::json ->> 'id' end as id) answered
       where k.workspace_id = $1 and k.mode = 'test' and k.status is not null and k.created_at <= $2
         and (k.path like '/v1/transactions%' or k.path like '/v1/accounts%' or k.path like '/v1/test/transactions%')
         and not exists (select from transactions t where t.id = answered.id)
         and not exists (select from accounts a where a.id = answered.id and a.workspace_id = k.workspace_id)
       limit $3)`,
    [workspaceId, startedAt, ANSWERS_A_STEP],
  )
  return rowCount ?? 0
}

/** All at once, so that what the ledger's accounts hold together is nothing at every moment. @returns how many events */
async function deleteAccounts(client: Executor, workspaceId: string): Promise<number> {
  const { rows } = await client.query<{ id: string }>(GIVEN_UP, [workspaceId])
  const ids = rows.map(({ id }) => id)
  const events = await deleteEventsOf(client, workspaceId, ids)
  await client.query('delete from ledger_proofs where account_id = any ($1)', [ids])
  await client.query('delete from accounts where id = any ($1)', [ids])
  return events
}

async function count(
  client: Executor,
  workspaceId: string,
  { transactions, events }: { transactions: number; events: number },
): Promise<void> {
  await client.query(
    `update test_resets set deleted_transactions = deleted_transactions + $2, deleted_events = deleted_events + $3
     where workspace_id = $1`,
    [workspaceId, transactions, events],
  )
}
