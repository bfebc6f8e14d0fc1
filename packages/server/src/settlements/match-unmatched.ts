import type pg from 'pg'
import { isId, newId } from '../ids.ts'
import { currencyOf, parseAmount } from '../ledger/currencies.ts'
import { writeTransaction, type TransactionRequest } from '../ledger/transaction-writer.ts'
import { problem } from '../problems.ts'
import { MANUAL_RAIL } from '../rails/manual.ts'
import type { MemberPrincipal } from '../sessions/principal.ts'
import { recordAudit, type AuditContext } from '../workspaces/audit-log.ts'
import { findWorkspace } from '../workspaces/queries.ts'
import { approve, othersOf, withdrawFirst } from './approve-match.ts'
import { createCorrection } from './linked-queries.ts'
import { PLATFORM_BOOKS } from './platform-books.ts'
import { claimReference, type SettlementRow } from './queries.ts'
import { assertOpen, lockSettlement, read, settleLocked, type SettleDeps } from './settle-transaction.ts'
import {
  clearProposedMatch,
  createPlatformTransaction,
  findUnmatched,
  lockUnmatched,
  markMatched,
  markReturning,
  type UnmatchedRow,
} from './unmatched-queries.ts'
import type { MatchInput, ReturnUnmatchedInput } from './unmatched-schema.ts'

type Input<Body> = { id: string; operator: MemberPrincipal; audit: AuditContext; body: Body }

/**
 * Unmatched money is given to whom it belongs: it leaves the platform's account and completes a deposit of the
 * workspace, one that was announced or a new one, in one database transaction. It takes as many different people as a
 * deposit does, who all name the same; until then nothing is booked. The same again changes nothing.
 * @throws Problem `not-found`; `conflict` when it was matched or approved otherwise or is sent back; `transaction-ended` when the
 *   announced deposit is no longer open; `invalid-input`
 */
export async function matchUnmatched(deps: SettleDeps, input: Input<MatchInput>): Promise<UnmatchedRow> {
  const { id, operator, body } = input
  const by = operator.userId
  return deps.database.transaction(async (client) => {
    const row = await lockOpen(client, id, (found) => isMatchedTo(found, body))
    if (row.state !== 'open') return row
    const nowMs = deps.clock.now()
    const { transaction } = row
    // Transactions are locked before accounts, and the platform's accounts before a workspace's.
    const announced = body.transaction_id === undefined ? null : await announcedDeposit(client, row, body)
    const request = announced ? null : await newDeposit(client, nowMs, { row, body, by })
    const required = deps.config.depositApprovers
    const others = othersOf(row, body, by)
    if (others.length + 1 < required) return approve(client, nowMs, { ...input, row, required })
    const targetId = announced?.transaction.id ?? (request as { id: string }).id
    await takeOut(client, nowMs, { row, targetId, by })
    if (request) await writeNew(client, request, nowMs)
    await settleLocked(client, announced ?? (await read(client, targetId)), {
      reference: id,
      amount: transaction.amount,
      by,
      others,
      required,
      nowMs,
    })
    await markMatched(client, { transactionId: id, matchedTransactionId: targetId, by, at: new Date(nowMs) })
    const matched = (await findUnmatched(client, id)) as UnmatchedRow
    await recordAudit(client, {
      ...input.audit,
      workspaceId: matched.matched?.workspaceId ?? null,
      action: 'unmatched_deposit.matched',
      target: { kind: 'transaction', id: targetId },
      after: {
        amount: transaction.amount,
        currency: transaction.currency,
        received_as: id,
        reference: row.reference,
        approvals: others.length + 1,
        approvals_required: required,
      },
      mode: 'production',
      now: nowMs,
    })
    return matched
  })
}

/**
 * A match that not enough people have approved is taken back, by one of them or by somebody who refuses it.
 * @throws Problem `not-found`; `conflict` when none is proposed
 */
export async function withdrawMatch(
  deps: SettleDeps,
  { id, audit }: Pick<Input<never>, 'id' | 'audit'>,
): Promise<UnmatchedRow> {
  return deps.database.transaction(async (client) => {
    const row = await lockOpen(client, id, () => false)
    if (!row.proposed) throw problem('conflict', { detail: 'Nobody has proposed to match it.' })
    await clearProposedMatch(client, id)
    await recordAudit(client, {
      ...audit,
      workspaceId: null,
      action: 'unmatched_deposit.match_withdrawn',
      target: { kind: 'transaction', id },
      before: { ...row.proposed.target, approved_by: row.proposed.approvals.map((one) => one.id) },
      mode: 'production',
      now: deps.clock.now(),
    })
    return (await findUnmatched(client, id)) as UnmatchedRow
  })
}

/**
 * Unmatched money is to go back to its sender: a payout from the platform's account, which waits in the settlement queue
 * for as many people as any payout takes. The same again changes nothing.
 * @throws Problem `not-found`; `conflict` when it was matched or somebody proposed that, or it is sent elsewhere
 */
export async function returnUnmatched(
  deps: SettleDeps,
  input: Input<ReturnUnmatchedInput>,
): Promise<UnmatchedRow> {
  const { id, operator, body } = input
  return deps.database.transaction(async (client) => {
    const isSame = async ({ state, returnTransactionId }: UnmatchedRow) =>
      state !== 'matched' &&
      returnTransactionId !== null &&
      (await read(client, returnTransactionId)).transaction.destination === body.destination
    const row = await lockOpen(client, id, isSame)
    if (row.state !== 'open') return row
    if (row.proposed) throw withdrawFirst(row.proposed)
    const nowMs = deps.clock.now()
    const { transaction } = row
    const currency = currencyOf(transaction.currency)
    const payoutId = newId('txn', nowMs)
    const isMade = await createPlatformTransaction(client, {
      id: payoutId,
      type: 'payout',
      currency,
      amountMinor: parseAmount(transaction.amount, currency),
      rail: MANUAL_RAIL,
      accountNewId: newId('acc', nowMs),
      railAccountNewId: newId('acc', nowMs),
      destination: body.destination,
      reference: row.reference,
      description: `Back to the sender: ${body.reason}`,
      linkedTransactionId: id,
      by: operator.userId,
      at: new Date(nowMs),
    })
    if (!isMade) throw new Error('the account of unmatched money holds less than lies there')
    await markReturning(client, { transactionId: id, returnTransactionId: payoutId })
    await recordAudit(client, {
      ...input.audit,
      workspaceId: null,
      action: 'unmatched_deposit.return_requested',
      target: { kind: 'transaction', id },
      after: {
        amount: transaction.amount,
        currency: transaction.currency,
        return_transaction_id: payoutId,
        ...body,
      },
      mode: 'production',
      now: nowMs,
    })
    return (await findUnmatched(client, id)) as UnmatchedRow
  })
}

/** The row, locked: open, or decided in the very way that is asked for. */
async function lockOpen(
  client: pg.PoolClient,
  id: string,
  isSame: (row: UnmatchedRow) => boolean | Promise<boolean>,
): Promise<UnmatchedRow> {
  if (!isId('txn', id)) throw notFound()
  await lockUnmatched(client, id)
  const row = await findUnmatched(client, id)
  if (!row) throw notFound()
  if (row.state === 'open' || (await isSame(row))) return row
  throw problem('conflict', {
    detail:
      row.matched === null
        ? `It is on its way back to its sender, as ${row.returnTransactionId}.`
        : `It was matched to ${row.matched.transactionId} of ${row.matched.workspaceName}.`,
    extra: { transaction_id: row.matched?.transactionId ?? row.returnTransactionId },
  })
}

export const notFound = () => problem('not-found', { detail: 'There is no such unmatched deposit.' })

function isMatchedTo({ matched }: UnmatchedRow, body: MatchInput): boolean {
  if (!matched) return false
  return body.transaction_id === undefined
    ? matched.workspaceId === body.workspace_id
    : matched.transactionId === body.transaction_id
}

const fault = (pointer: string, message: string) =>
  problem('invalid-input', { errors: [{ pointer, message }] })

async function announcedDeposit(
  client: pg.PoolClient,
  { transaction: received }: UnmatchedRow,
  body: MatchInput,
): Promise<SettlementRow> {
  const found = await lockSettlement(client, body.transaction_id ?? '')
  const { type, currency } = found.transaction
  if (found.workspace.id === PLATFORM_BOOKS || type !== 'deposit')
    throw fault('/transaction_id', 'must name a deposit of a workspace')
  if (currency !== received.currency)
    throw fault('/transaction_id', `is in ${currency}; what came is ${received.currency}`)
  assertOpen(found)
  return found
}

async function newDeposit(
  client: pg.PoolClient,
  nowMs: number,
  { row, body, by }: { row: UnmatchedRow; body: MatchInput; by: string },
): Promise<TransactionRequest> {
  const workspaceId = body.workspace_id ?? ''
  const workspace = isId('wks', workspaceId) ? await findWorkspace(client, workspaceId) : null
  if (!workspace) throw fault('/workspace_id', 'names no workspace')
  const currency = currencyOf(row.transaction.currency)
  return {
    id: newId('txn', nowMs),
    type: 'deposit' as const,
    workspace_id: workspaceId,
    mode: 'production' as const,
    currency_type: currency.type,
    currency: currency.code,
    decimals: currency.decimals,
    amount: parseAmount(row.transaction.amount, currency).toString(),
    account_id: body.account_id ?? null,
    destination_account_id: null,
    main_account_new_id: newId('acc', nowMs),
    rail_account_new_id: newId('acc', nowMs),
    destination: null,
    reference: null,
    description: 'Deposit that was not announced',
    metadata: {},
    linked_transaction_id: null,
    effective_at: new Date(row.transaction.effective_at),
    request_id: null,
    created_by: by,
    rail: MANUAL_RAIL,
    due_at: null,
    event_ids: Array.from({ length: 4 }, () => newId('evt', nowMs)),
    idempotency_key: null,
    method: null,
    path: null,
    request_hash: null,
  }
}

async function writeNew(client: pg.PoolClient, request: TransactionRequest, nowMs: number): Promise<void> {
  const { outcome, body } = await writeTransaction(client, request, nowMs)
  if (outcome === 'fee-exceeds-amount')
    throw problem('fee-exceeds-amount', {
      detail: `The fee is ${(JSON.parse(body ?? '{}') as { fee?: string }).fee} ${request.currency}, more than came.`,
    })
  if (outcome === 'account-not-found' || outcome === 'account-mismatch')
    throw fault('/account_id', `names no ${request.currency} account of the workspace`)
  if (outcome !== 'created') throw new Error(`the ledger answered ${outcome} to an unmatched deposit`)
}

/** Takes the money out of the platform's account: it comes in anew where it belongs, and the rail has it once. */
async function takeOut(
  client: pg.PoolClient,
  nowMs: number,
  { row, targetId, by }: { row: UnmatchedRow; targetId: string; by: string },
): Promise<void> {
  const { transaction } = row
  const id = newId('txn', nowMs)
  const { outcome } = await createCorrection(client, {
    originalId: transaction.id,
    id,
    direction: 'debit',
    amountMinor: parseAmount(transaction.amount, currencyOf(transaction.currency)),
    description: `Matched to ${targetId}`,
    by,
    eventIds: Array.from({ length: 3 }, () => newId('evt', nowMs)),
    at: new Date(nowMs),
  })
  if (outcome !== 'created') throw new Error(`the ledger answered ${outcome} to a match`)
  const reference = `matched to ${targetId}`
  await claimReference(client, { transactionId: id, rail: MANUAL_RAIL, reference, approvalsRequired: 1 })
  await settleLocked(client, await read(client, id), { reference, by, required: 1, nowMs })
}
