import type { Executor } from '../database/database.ts'
import type { Currency } from '../ledger/currencies.ts'
import type { Transaction } from '../ledger/schema.ts'
import type { Approver } from './queries.ts'
import { PLATFORM_BOOKS } from './platform-books.ts'

export type UnmatchedState = 'open' | 'matched' | 'returning' | 'returned'
/** A deposit that was announced, or a workspace that announced none. */
export type MatchTarget = { transaction_id: string } | { workspace_id: string; account_id: string | null }
export type UnmatchedRow = {
  /** The deposit in the platform's books. */
  transaction: Transaction
  reference: string
  sender: string | null
  statementText: string | null
  recordedBy: { id: string; email: string }
  state: UnmatchedState
  /** Whom it is to be given to, while others still have to approve. */
  proposed: { target: MatchTarget; workspaceName: string | null; approvals: Approver[] } | null
  matched: { transactionId: string; workspaceId: string; workspaceName: string; at: Date } | null
  returnTransactionId: string | null
}

// A payout that failed, or that came back, leaves the money where it was.
const SELECT = `
  select u.transaction_id as id, transaction_json(t) as transaction, s.reference, u.sender, u.statement_text,
    s.decided_by as recorded_by, coalesce(p.email, '') as recorded_by_email, u.matched_transaction_id, u.matched_at,
    m.workspace_id as matched_workspace_id, coalesce(w.name, '') as matched_workspace_name, u.return_transaction_id,
    case
      when u.matched_transaction_id is not null then 'matched'
      when b.id is null or b.status in ('failed', 'canceled', 'expired') or exists (
        select from transactions r where r.linked_transaction_id = b.id and r.type = 'return' and r.status = 'completed'
      ) then 'open'
      when b.status = 'completed' then 'returned'
      else 'returning' end as state,
    u.proposed_match, pw.name as proposed_workspace_name,
    (select coalesce(json_agg(json_build_object('id', a.approved_by, 'email', coalesce(ap.email, ''),
       'at', time_text(a.approved_at)) order by a.approved_at, a.approved_by), '[]')
     from unmatched_match_approvals a left join users ap on ap.id = a.approved_by
     where a.transaction_id = u.transaction_id) as match_approvals
  from unmatched_deposits u
    join transactions t on t.id = u.transaction_id
    join settlements s on s.transaction_id = u.transaction_id
    left join users p on p.id = s.decided_by
    left join transactions m on m.id = u.matched_transaction_id
    left join workspaces w on w.id = m.workspace_id
    left join transactions b on b.id = u.return_transaction_id
    left join transactions pt on pt.id = u.proposed_match ->> 'transaction_id'
    left join workspaces pw on pw.id = coalesce(pt.workspace_id, u.proposed_match ->> 'workspace_id')`

type UnmatchedRecord = {
  transaction: Transaction
  reference: string
  sender: string | null
  statement_text: string | null
  recorded_by: string
  recorded_by_email: string
  matched_transaction_id: string | null
  matched_at: Date | null
  matched_workspace_id: string | null
  matched_workspace_name: string
  return_transaction_id: string | null
  state: UnmatchedState
  proposed_match: MatchTarget | null
  proposed_workspace_name: string | null
  match_approvals: { id: string; email: string; at: string }[]
}

function fromRecord(row: UnmatchedRecord): UnmatchedRow {
  return {
    transaction: row.transaction,
    reference: row.reference,
    sender: row.sender,
    statementText: row.statement_text,
    recordedBy: { id: row.recorded_by, email: row.recorded_by_email },
    state: row.state,
    proposed:
      row.proposed_match && row.matched_transaction_id === null
        ? {
            target: row.proposed_match,
            workspaceName: row.proposed_workspace_name,
            approvals: row.match_approvals.map(({ id, email, at }) => ({ id, email, at: new Date(at) })),
          }
        : null,
    matched:
      row.matched_transaction_id && row.matched_workspace_id && row.matched_at
        ? {
            transactionId: row.matched_transaction_id,
            workspaceId: row.matched_workspace_id,
            workspaceName: row.matched_workspace_name,
            at: row.matched_at,
          }
        : null,
    returnTransactionId: row.return_transaction_id,
  }
}

/** Newest first. */
export async function listUnmatched(
  executor: Executor,
  filter: { state: UnmatchedState | null; currency: string | null; before: string | null; limit: number },
): Promise<UnmatchedRow[]> {
  const { rows } = await executor.query<UnmatchedRecord>(
    `select * from (${SELECT} where ($1::text is null or t.currency = $1) and ($2::text is null or t.id < $2)) listed
     where $3::text is null or state = $3 order by id desc limit $4`,
    [filter.currency, filter.before, filter.state, filter.limit],
  )
  return rows.map(fromRecord)
}

export async function findUnmatched(executor: Executor, transactionId: string): Promise<UnmatchedRow | null> {
  const { rows } = await executor.query<UnmatchedRecord>(`${SELECT} where u.transaction_id = $1`, [
    transactionId,
  ])
  return rows[0] ? fromRecord(rows[0]) : null
}

/** Keeps those who decide about it apart until the transaction ends. */
export async function lockUnmatched(executor: Executor, transactionId: string): Promise<void> {
  await executor.query('select 1 from unmatched_deposits where transaction_id = $1 for update', [
    transactionId,
  ])
}

export async function insertUnmatched(
  executor: Executor,
  row: { transactionId: string; sender: string | null; statementText: string | null },
): Promise<void> {
  await executor.query(
    'insert into unmatched_deposits (transaction_id, sender, statement_text) values ($1, $2, $3)',
    [row.transactionId, row.sender, row.statementText],
  )
}

/** Approves whom it is to be given to; the first one says it. */
export async function approveMatch(
  executor: Executor,
  { transactionId, target, by, at }: { transactionId: string; target: MatchTarget; by: string; at: Date },
): Promise<void> {
  await executor.query('update unmatched_deposits set proposed_match = $2 where transaction_id = $1', [
    transactionId,
    JSON.stringify(target),
  ])
  await executor.query(
    `insert into unmatched_match_approvals (transaction_id, approved_by, approved_at) values ($1, $2, $3)
     on conflict do nothing`,
    [transactionId, by, at],
  )
}

export async function clearProposedMatch(executor: Executor, transactionId: string): Promise<void> {
  await executor.query('delete from unmatched_match_approvals where transaction_id = $1', [transactionId])
  await executor.query('update unmatched_deposits set proposed_match = null where transaction_id = $1', [
    transactionId,
  ])
}

export async function markMatched(
  executor: Executor,
  match: { transactionId: string; matchedTransactionId: string; by: string; at: Date },
): Promise<void> {
  await executor.query(
    `update unmatched_deposits set matched_transaction_id = $2, matched_by = $3, matched_at = $4
     where transaction_id = $1`,
    [match.transactionId, match.matchedTransactionId, match.by, match.at],
  )
}

export async function markReturning(
  executor: Executor,
  { transactionId, returnTransactionId }: { transactionId: string; returnTransactionId: string },
): Promise<void> {
  await executor.query('update unmatched_deposits set return_transaction_id = $2 where transaction_id = $1', [
    transactionId,
    returnTransactionId,
  ])
}

/** @returns false when the platform's account has less than a payout takes */
export async function createPlatformTransaction(
  executor: Executor,
  made: {
    id: string
    type: 'deposit' | 'payout'
    currency: Currency
    amountMinor: bigint
    rail: string
    accountNewId: string
    railAccountNewId: string
    destination?: string
    reference?: string
    description?: string
    linkedTransactionId?: string
    effectiveAt?: Date | undefined
    by: string
    at: Date
  },
): Promise<boolean> {
  const { rows } = await executor.query<{ is_made: boolean }>(
    `select create_platform_transaction($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) as is_made`,
    [
      made.id,
      made.type,
      made.currency.type,
      made.currency.code,
      made.currency.decimals,
      made.amountMinor.toString(),
      made.rail,
      made.accountNewId,
      made.railAccountNewId,
      made.destination ?? null,
      made.reference ?? null,
      made.description ?? null,
      made.linkedTransactionId ?? null,
      made.effectiveAt ?? null,
      made.by,
      made.at,
    ],
  )
  return rows[0]?.is_made === true
}

/** What lies there, by currency: the ledger's own word, held amounts included. */
export async function unmatchedBalances(
  executor: Executor,
): Promise<{ currency: string; posted: string; held: string }[]> {
  const { rows } = await executor.query<{ currency: string; posted: string; held: string }>(
    `select currency, money_text(posted, decimals) as posted, money_text(pending_out, decimals) as held
     from accounts where workspace_id = $1 and mode = 'production' and role = 'unmatched' and posted <> 0
     order by currency`,
    [PLATFORM_BOOKS],
  )
  return rows
}
