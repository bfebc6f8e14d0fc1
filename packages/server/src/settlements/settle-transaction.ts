import type pg from 'pg'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Database, Executor } from '../database/database.ts'
import { isId } from '../ids.ts'
import { advanceTransactions, type TransactionChange } from '../ledger/advance-transaction.ts'
import { announceAmount } from '../ledger/announce-amount.ts'
import { currencyOf, parseAmount } from '../ledger/currencies.ts'
import { problem } from '../problems.ts'
import { MANUAL_RAIL } from '../rails/manual.ts'
import type { MemberPrincipal } from '../sessions/principal.ts'
import { recordAudit, type AuditContext } from '../workspaces/audit-log.ts'
import { workspaceInAudit } from './platform-books.ts'
import {
  claimReference,
  deleteApproval,
  findSettlement,
  insertApproval,
  lockTransaction,
  markCompleted,
  type Approver,
  type SettlementRow,
} from './queries.ts'

export type Approvers = Pick<Config, 'payoutApprovers' | 'depositApprovers'>
export type SettleDeps = {
  config: Approvers & Pick<Config, 'operatorEmails'>
  database: Database
  clock: Clock
}
export type Input = { transactionId: string; operator: MemberPrincipal; audit: AuditContext }

/** How many different people it takes. A correction may go either way, and takes as many as the stricter one. */
export function approvalsRequired(type: string, { payoutApprovers, depositApprovers }: Approvers): number {
  if (type === 'deposit' || type === 'return') return depositApprovers
  return type === 'correction' ? Math.max(payoutApprovers, depositApprovers) : payoutApprovers
}

/**
 * An operator says that the money moved under this reference. The last of the people that it takes completes the
 * transaction; before that it stays pending, with the approvals on record. The same person with the same reference
 * again changes nothing.
 * @param amount of a deposit: what came, where that is not what was announced; all who approve say the same, and it is
 *   what is booked
 * @throws Problem `not-found`; `conflict` for another reference or amount than before, or a reference that another
 *   transaction has; `transaction-ended` when it failed, was canceled or expired; `invalid-input`
 */
export async function settleTransaction(
  deps: SettleDeps,
  { transactionId, operator, audit, reference, amount }: Input & { reference: string; amount?: string },
): Promise<SettlementRow> {
  const nowMs = deps.clock.now()
  return deps.database.transaction(async (client) => {
    const before = await lockSettlement(client, transactionId)
    const required = approvalsRequired(before.transaction.type, deps.config)
    const settled = await settleLocked(client, before, {
      reference,
      amount,
      by: operator.userId,
      required,
      nowMs,
    })
    if (settled.outcome === 'unchanged') return before
    const after = await read(client, transactionId)
    const { amount: booked, announced_amount: announced } = after.transaction
    await record(client, before, {
      audit,
      action: settled.outcome === 'completed' ? 'settlement.completed' : 'settlement.approved',
      after: {
        amount: booked,
        ...(announced === null ? {} : { announced_amount: announced }),
        ...(announced === null && after.receivedAmount !== null
          ? { received_amount: after.receivedAmount }
          : {}),
        reference,
        approvals: settled.approvals,
        approvals_required: required,
      },
      nowMs,
    })
    return after
  })
}

export type Settling = {
  reference: string
  amount?: string | undefined
  by: string
  /** Who approved this very settlement elsewhere before. */
  others?: readonly Pick<Approver, 'id' | 'at'>[]
  required: number
  nowMs: number
}

/** The same in the caller's database transaction, which has locked the transaction that is settled. */
export async function settleLocked(
  client: pg.PoolClient,
  before: SettlementRow,
  { reference, amount, by, others = [], required, nowMs }: Settling,
): Promise<{ outcome: 'unchanged' | 'approved' | 'completed'; approvals: number }> {
  const { transaction } = before
  const unchanged = { outcome: 'unchanged' as const, approvals: before.approvals.length }
  if (before.reference !== null && before.reference !== reference) throw otherReference(before)
  const other = otherAmount(before, amount)
  if (before.outcome === 'completed') {
    if (other !== null)
      throw problem('conflict', {
        detail: `It was settled with ${transaction.amount} ${transaction.currency}.`,
      })
    return unchanged
  }
  assertOpen(before)
  if (other !== null && transaction.type !== 'deposit')
    throw problem('invalid-input', {
      errors: [{ pointer: '/amount', message: `must be ${transaction.amount}: only a deposit may differ` }],
    })
  const { id: transactionId } = transaction
  if (before.reference === null) {
    await claim(client, { transactionId, reference, amountMinor: other, required })
    for (const { id, at } of others) await insertApproval(client, { transactionId, by: id, at })
  } else if (other !== before.receivedMinor) throw otherAmountApproved(before)
  const known = before.reference === null ? others : before.approvals
  const isNew = !known.some(({ id }) => id === by)
  const approvals = known.length + (isNew ? 1 : 0)
  if (!isNew && approvals < required) return unchanged

  if (isNew) await insertApproval(client, { transactionId, by, at: new Date(nowMs) })
  if (approvals < required) return { outcome: 'approved', approvals }
  if (other !== null) await announceAmount(client, { transactionId, amountMinor: other, at: new Date(nowMs) })
  await markCompleted(client, { transactionId, approvalsRequired: required, by, at: new Date(nowMs) })
  await advance(client, { transactionId, status: 'completed', railReference: reference }, nowMs)
  return { outcome: 'completed', approvals }
}

/** The amount that came, in minor units, where it is not what the transaction says. */
function otherAmount({ transaction }: SettlementRow, amount: string | undefined): bigint | null {
  if (amount === undefined) return null
  const currency = currencyOf(transaction.currency)
  const minor = parseAmount(amount, currency)
  return minor === parseAmount(transaction.amount, currency) ? null : minor
}

/**
 * A person takes their own approval back while others are still needed, because the reference was wrong. Without
 * any approval left the transaction is as if nobody had said anything; a correction or return, which was theirs, has
 * failed.
 * @throws Problem `not-found`, `transaction-ended`; `conflict` when this person has not approved it
 */
export async function withdrawApproval(
  deps: SettleDeps,
  { transactionId, operator, audit }: Input,
): Promise<SettlementRow> {
  const nowMs = deps.clock.now()
  return deps.database.transaction(async (client) => {
    const before = await lockSettlement(client, transactionId)
    assertOpen(before)
    if (!before.approvals.some(({ id }) => id === operator.userId))
      throw problem('conflict', { detail: 'You have not approved it.' })
    await deleteApproval(client, { transactionId, by: operator.userId })
    const { type } = before.transaction
    if ((type === 'correction' || type === 'return') && before.approvals.length === 1) {
      const failure = { code: 'withdrawn', message: `Whoever proposed the ${type} withdrew it.` }
      await advance(client, { transactionId, status: 'failed', failure }, nowMs)
    }
    await record(client, before, {
      audit,
      action: 'settlement.withdrawn',
      after: { reference: before.reference },
      nowMs,
    })
    return read(client, transactionId)
  })
}

export async function lockSettlement(client: pg.PoolClient, transactionId: string): Promise<SettlementRow> {
  if (!isId('txn', transactionId)) throw notFound()
  await lockTransaction(client, { rail: MANUAL_RAIL, transactionId })
  return read(client, transactionId)
}

/** @throws Problem `not-found` for anything that this rail does not move, whose Test Mode is the simulator's */
export async function read(executor: Executor, transactionId: string): Promise<SettlementRow> {
  const found = isId('txn', transactionId)
    ? await findSettlement(executor, { rail: MANUAL_RAIL, transactionId })
    : null
  if (!found) throw notFound()
  return found
}

const notFound = () => problem('not-found', { detail: 'There is no such transaction to settle.' })

export function assertOpen({ transaction: { status } }: SettlementRow): void {
  if (status !== 'pending' && status !== 'processing')
    throw problem('transaction-ended', { detail: `The transaction is ${status}.` })
}

function otherReference({ outcome, reference }: SettlementRow) {
  return problem('conflict', {
    detail:
      outcome === 'completed'
        ? `It was settled with the reference ${reference}.`
        : `It was approved with the reference ${reference}. Whoever approved it can withdraw that.`,
    extra: { reference },
  })
}

type Claim = { transactionId: string; reference: string; amountMinor?: bigint | null; required: number }

async function claim(
  client: pg.PoolClient,
  { transactionId, reference, amountMinor = null, required }: Claim,
): Promise<void> {
  const settlement = { transactionId, rail: MANUAL_RAIL, reference, amountMinor, approvalsRequired: required }
  if (!(await claimReference(client, settlement))) throw referenceTaken()
}

export const referenceTaken = () =>
  problem('conflict', { detail: 'Another transaction is settled with this reference.' })

function otherAmountApproved({ receivedAmount, transaction: { amount, currency } }: SettlementRow) {
  return problem('conflict', {
    detail: `It was approved with ${receivedAmount ?? amount} ${currency}. Whoever approved it can withdraw that.`,
    extra: { amount: receivedAmount ?? amount },
  })
}

/** The rail reports and the ledger decides: through the same SQL as every other change of state. */
export async function advance(
  client: pg.PoolClient,
  change: TransactionChange,
  nowMs: number,
): Promise<void> {
  const [advanced] = await advanceTransactions(client, [change], nowMs)
  // The row is locked and was open, so anything else is our own fault; the whole change is rolled back.
  if (advanced?.outcome !== 'changed')
    throw new Error(`the ledger answered ${advanced?.outcome} to a settlement`)
}

/** What happened to a transaction, in the audit log of its workspace. */
export function record(
  client: pg.PoolClient,
  { transaction, workspace }: SettlementRow,
  entry: { audit: AuditContext; action: string; after: Record<string, unknown>; nowMs: number },
): Promise<void> {
  const { type, amount, currency } = transaction
  return recordAudit(client, {
    ...entry.audit,
    workspaceId: workspaceInAudit(workspace.id),
    action: entry.action,
    target: { kind: 'transaction', id: transaction.id },
    after: { type, amount, currency, ...entry.after },
    mode: 'production',
    now: entry.nowMs,
  })
}
