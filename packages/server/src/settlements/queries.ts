import type { Database, Executor } from '../database/database.ts'
import { streamRows } from '../database/stream-rows.ts'
import type { Transaction } from '../ledger/schema.ts'
import type { Mode } from '../sessions/principal.ts'
import { PLATFORM_BOOKS } from './platform-books.ts'

export type Approver = { id: string; email: string; at: Date }
export type SettlementRow = {
  transaction: Transaction
  workspace: { id: string; name: string }
  /** What the customer was told to give their bank; null for money that leaves, and where nobody has asked for it. */
  referenceCode: string | null
  reference: string | null
  /** What whoever approved says came, where that is not what was announced; also in minor units. */
  receivedAmount: string | null
  receivedMinor: bigint | null
  /** The unmatched deposit that it settled, with the reference of that one. */
  receivedAs: { transaction_id: string; reference: string } | null
  reason: string | null
  failureCode: string | null
  outcome: 'completed' | 'failed' | null
  /** Null: nobody has said anything of it yet. */
  approvalsRequired: number | null
  decidedAt: Date | null
  approvals: Approver[]
}

const COLUMNS = `
  transaction_json(t) as transaction, t.workspace_id, w.name as workspace_name,
  (select json_build_object('transaction_id', u.transaction_id, 'reference', r.reference)
   from unmatched_deposits u join settlements r on r.transaction_id = u.transaction_id
   where u.matched_transaction_id = t.id) as received_as,
  (select c.code from reference_codes c where t.type = 'deposit' and c.workspace_id = t.workspace_id and c.mode = t.mode
     and c.currency = t.currency) as reference_code,
  s.reference, money_text(s.amount, t.decimals) as received_amount, s.amount as received_minor, s.reason, s.failure_code, s.outcome, s.approvals_required, s.decided_at,
  (select json_agg(json_build_object('id', a.approved_by, 'email', coalesce(u.email, ''), 'at', time_text(a.approved_at))
     order by a.approved_at, a.approved_by)
   from settlement_approvals a left join users u on u.id = a.approved_by
   where a.transaction_id = t.id) as approvals`

type SettlementRecord = {
  transaction: Transaction
  workspace_id: string
  workspace_name: string | null
  reference_code: string | null
  reference: string | null
  received_amount: string | null
  received_minor: string | null
  received_as: { transaction_id: string; reference: string } | null
  reason: string | null
  failure_code: string | null
  outcome: 'completed' | 'failed' | null
  approvals_required: number | null
  decided_at: Date | null
  approvals: { id: string; email: string; at: string }[] | null
}

function fromRecord(row: SettlementRecord): SettlementRow {
  return {
    transaction: row.transaction,
    workspace: {
      id: row.workspace_id,
      name: row.workspace_name ?? (row.workspace_id === PLATFORM_BOOKS ? 'The platform' : ''),
    },
    referenceCode: row.reference_code,
    reference: row.reference,
    receivedAmount: row.received_amount,
    receivedMinor: row.received_minor === null ? null : BigInt(row.received_minor),
    receivedAs: row.received_as,
    reason: row.reason,
    failureCode: row.failure_code,
    outcome: row.outcome,
    approvalsRequired: row.approvals_required,
    decidedAt: row.decided_at,
    approvals: (row.approvals ?? []).map(({ id, email, at }) => ({ id, email, at: new Date(at) })),
  }
}

export type SettlementFilter = {
  rail: string
  type: string | null
  currency: string | null
  currencyType: string | null
  workspaceId: string | null
  referenceCode: string | null
  /** Decimal texts, compared with what the amount says, whatever the decimals of its currency. */
  amountMin: string | null
  amountMax: string | null
  createdAfter: Date | null
  createdBefore: Date | null
}
/** `limit` null: all of them. */
export type SettlementPage = SettlementFilter & { cursor: string | null; limit: number | null }
export type SettlementState = 'open' | 'closed'

const FILTER = `
  ($2::text is null or t.type = $2) and ($3::text is null or t.currency = $3)
  and ($4::text is null or t.currency_type = $4) and ($5::text is null or t.workspace_id = $5)
  and ($8::text is null or t.type = 'deposit' and (t.workspace_id, t.mode, t.currency) =
    (select c.workspace_id, c.mode, c.currency from reference_codes c where c.code = $8))
  and ($9::numeric is null or money_text(t.amount, t.decimals)::numeric >= $9)
  and ($10::numeric is null or money_text(t.amount, t.decimals)::numeric <= $10)
  and ($11::timestamptz is null or t.created_at >= $11) and ($12::timestamptz is null or t.created_at < $12)`

const filterValues = (filter: SettlementPage) => [
  filter.rail,
  filter.type,
  filter.currency,
  filter.currencyType,
  filter.workspaceId,
  filter.cursor,
  filter.limit,
  filter.referenceCode,
  filter.amountMin,
  filter.amountMax,
  filter.createdAfter,
  filter.createdBefore,
]

const STATEMENTS: Record<SettlementState, string> = {
  // The condition is that of transactions_manual_open_idx.
  open: `select ${COLUMNS}
    from transactions t
      left join workspaces w on w.id = t.workspace_id left join settlements s on s.transaction_id = t.id
    where t.rail = $1 and t.status in ('pending', 'processing') and ${FILTER}
      and ($6::text is null or t.id > $6)
    order by t.id limit $7`,
  closed: `select ${COLUMNS}
    from settlements s
      join transactions t on t.id = s.transaction_id left join workspaces w on w.id = t.workspace_id
    where s.rail = $1 and s.outcome is not null and ${FILTER}
      and ($6::text is null or s.transaction_id < $6)
    order by s.transaction_id desc limit $7`,
}

/** What waits for a person, oldest first; or what people have decided, newest first. */
export async function listSettlements(
  executor: Executor,
  state: SettlementState,
  page: SettlementPage,
): Promise<SettlementRow[]> {
  const { rows } = await executor.query<SettlementRecord>(STATEMENTS[state], filterValues(page))
  return rows.map(fromRecord)
}

/** All of them as they were at one moment, in batches. */
export async function* streamSettlements(
  database: Pick<Database, 'pool'>,
  state: SettlementState,
  filter: SettlementFilter,
): AsyncGenerator<SettlementRow[]> {
  const values = filterValues({ ...filter, cursor: null, limit: null })
  for await (const rows of streamRows<SettlementRecord>(database, { text: STATEMENTS[state], values }))
    yield rows.map(fromRecord)
}

/** A transaction of a rail with what was said of it, or null. */
export async function findSettlement(
  executor: Executor,
  { rail, transactionId }: { rail: string; transactionId: string },
): Promise<SettlementRow | null> {
  const { rows } = await executor.query<SettlementRecord>(
    `select ${COLUMNS}
     from transactions t
       left join workspaces w on w.id = t.workspace_id left join settlements s on s.transaction_id = t.id
     where t.rail = $1 and t.id = $2`,
    [rail, transactionId],
  )
  return rows[0] ? fromRecord(rows[0]) : null
}

/** What the named transactions of a rail say they move, in minor units, by id. */
export async function findAmounts(
  executor: Executor,
  { rail, ids }: { rail: string; ids: readonly string[] },
): Promise<Map<string, { amount: string; currency: string }>> {
  const { rows } = await executor.query<{ id: string; amount: string; currency: string }>(
    'select id, amount::text, currency from transactions where rail = $1 and id = any ($2)',
    [rail, ids],
  )
  return new Map(rows.map((row) => [row.id, row]))
}

/**
 * Locks the transaction until the end, so that of several people each sees what the one before said; with it what it is
 * linked to, which changes with it, in the order in which the ledger locks.
 */
export async function lockTransaction(
  executor: Executor,
  { rail, transactionId }: { rail: string; transactionId: string },
): Promise<void> {
  await executor.query(
    `select 1 from transactions
     where rail = $1 and id in ($2, (select linked_transaction_id from transactions where id = $2))
     order by id for update`,
    [rail, transactionId],
  )
}

/** @returns false when another transaction has this reference */
export async function claimReference(
  executor: Executor,
  settlement: {
    transactionId: string
    rail: string
    reference: string
    amountMinor?: bigint | null
    approvalsRequired: number
  },
): Promise<boolean> {
  const { rowCount } = await executor.query(
    `insert into settlements (transaction_id, rail, reference, approvals_required, amount) values ($1, $2, $3, $4, $5)
     on conflict (rail, reference) where reference is not null do nothing`,
    [
      settlement.transactionId,
      settlement.rail,
      settlement.reference,
      settlement.approvalsRequired,
      settlement.amountMinor?.toString() ?? null,
    ],
  )
  return rowCount === 1
}

export async function insertApproval(
  executor: Executor,
  approval: { transactionId: string; by: string; at: Date },
): Promise<void> {
  await executor.query(
    'insert into settlement_approvals (transaction_id, approved_by, approved_at) values ($1, $2, $3)',
    [approval.transactionId, approval.by, approval.at],
  )
}

/** Takes a person's approval back; without any left the reference is free again. */
export async function deleteApproval(
  executor: Executor,
  { transactionId, by }: { transactionId: string; by: string },
): Promise<void> {
  await executor.query('delete from settlement_approvals where transaction_id = $1 and approved_by = $2', [
    transactionId,
    by,
  ])
  await executor.query(
    `delete from settlements s where transaction_id = $1 and outcome is null
       and not exists (select from settlement_approvals a where a.transaction_id = s.transaction_id)`,
    [transactionId],
  )
}

export async function markCompleted(
  executor: Executor,
  settlement: { transactionId: string; approvalsRequired: number; by: string; at: Date },
): Promise<void> {
  await executor.query(
    `update settlements set outcome = 'completed', approvals_required = $2, decided_by = $3, decided_at = $4
     where transaction_id = $1`,
    [settlement.transactionId, settlement.approvalsRequired, settlement.by, settlement.at],
  )
}

/** The reference, if one was claimed, is free again: no money moved under it. */
export async function markFailed(
  executor: Executor,
  settlement: {
    transactionId: string
    rail: string
    code: string
    reason: string
    approvalsRequired: number
    by: string
    at: Date
  },
): Promise<void> {
  await executor.query(
    `insert into settlements
       (transaction_id, rail, approvals_required, outcome, failure_code, reason, decided_by, decided_at)
     values ($1, $2, $3, 'failed', $4, $5, $6, $7)
     on conflict (transaction_id) do update set
       reference = null, outcome = 'failed', failure_code = excluded.failure_code, reason = excluded.reason,
       decided_by = excluded.decided_by, decided_at = excluded.decided_at`,
    [
      settlement.transactionId,
      settlement.rail,
      settlement.approvalsRequired,
      settlement.code,
      settlement.reason,
      settlement.by,
      settlement.at,
    ],
  )
}

/** The code of a workspace, mode and currency: the one that it has, or this new one. */
export async function ensureReferenceCode(
  executor: Executor,
  row: { code: string; workspaceId: string; mode: Mode; currency: string; now: Date },
): Promise<string> {
  const find = async () => {
    const { rows } = await executor.query<{ code: string }>(
      'select code from reference_codes where workspace_id = $1 and mode = $2 and currency = $3',
      [row.workspaceId, row.mode, row.currency],
    )
    return rows[0]?.code
  }
  const found = await find()
  if (found) return found
  await executor.query(
    `insert into reference_codes (code, workspace_id, mode, currency, created_at) values ($1, $2, $3, $4, $5)
     on conflict (workspace_id, mode, currency) do nothing`,
    [row.code, row.workspaceId, row.mode, row.currency, row.now],
  )
  const made = await find()
  if (!made) throw new Error('a reference code was neither found nor made')
  return made
}
