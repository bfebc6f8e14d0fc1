import type pg from 'pg'
import { newId } from '../ids.ts'
import { currencyOf, parseAmount } from '../ledger/currencies.ts'
import type { Transaction } from '../ledger/schema.ts'
import { problem } from '../problems.ts'
import { MANUAL_RAIL } from '../rails/manual.ts'
import type { MemberPrincipal } from '../sessions/principal.ts'
import type { AuditContext } from '../workspaces/audit-log.ts'
import { createCorrection, findByReference } from './linked-queries.ts'
import { PLATFORM_BOOKS } from './platform-books.ts'
import { claimReference, type SettlementRow } from './queries.ts'
import type { CorrectInput } from './schema.ts'
import {
  approvalsRequired,
  lockSettlement,
  read,
  record,
  referenceTaken,
  settleLocked,
  type SettleDeps,
} from './settle-transaction.ts'

type Input = { transactionId: string; operator: MemberPrincipal; audit: AuditContext } & CorrectInput

/**
 * Proposes a correction of a completed transaction: a new linked transaction that gives to the account or takes from
 * it, with the reason. What is to be taken is held at once. Whoever proposes it has approved it; it is booked when as
 * many people have as a payout or a deposit takes, whichever is more. The same proposal again, by its reference, changes nothing.
 * @returns the settlement of the correction
 * @throws Problem `not-found`, `insufficient-funds`; `conflict` when it is not completed, another correction of it is
 *   open, or another transaction has the reference; `invalid-input`
 */
export async function correctTransaction(deps: SettleDeps, input: Input): Promise<SettlementRow> {
  const { transactionId, operator, reference, direction, amount } = input
  return deps.database.transaction(async (client) => {
    const original = await lockSettlement(client, transactionId)
    const { transaction, workspace } = original
    if (workspace.id === PLATFORM_BOOKS)
      throw problem('conflict', {
        detail: 'Money that is nobody’s yet is matched or returned, not corrected.',
      })
    const before = await proposedBefore(client, original, input)
    if (before) return before
    const nowMs = deps.clock.now()
    const id = newId('txn', nowMs)
    const currency = currencyOf(transaction.currency)
    const made = await createCorrection(client, {
      originalId: transactionId,
      id,
      direction,
      amountMinor: parseAmount(amount, currency),
      description: descriptionOf(input),
      by: operator.userId,
      eventIds: Array.from({ length: 3 }, () => newId('evt', nowMs)),
      at: new Date(nowMs),
    })
    if (made.outcome !== 'created') throw refusal(made, transaction)
    const required = approvalsRequired('correction', deps.config)
    const settlement = { transactionId: id, rail: MANUAL_RAIL, reference, approvalsRequired: required }
    if (!(await claimReference(client, settlement))) throw referenceTaken()
    const proposed = await read(client, id)
    const by = operator.userId
    const { approvals } = await settleLocked(client, proposed, { reference, by, required, nowMs })
    await record(client, proposed, {
      audit: input.audit,
      action: 'settlement.correction_proposed',
      after: {
        corrects: transactionId,
        direction,
        reason: input.reason,
        reference,
        approvals,
        approvals_required: required,
      },
      nowMs,
    })
    return read(client, id)
  })
}

/** The correction that has this reference, when it is the very same one; null when the reference is free. */
async function proposedBefore(
  client: pg.PoolClient,
  { transaction: original }: SettlementRow,
  input: Input,
): Promise<SettlementRow | null> {
  const id = await findByReference(client, { rail: MANUAL_RAIL, reference: input.reference })
  if (id === null) return null
  const found = await read(client, id)
  const { type, amount, currency, linked_transaction_id: corrects, description } = found.transaction
  const isSame =
    type === 'correction' &&
    corrects === original.id &&
    description === descriptionOf(input) &&
    parseAmount(amount, currencyOf(currency)) === parseAmount(input.amount, currencyOf(currency))
  if (!isSame) throw referenceTaken()
  return found
}

/** What the customer reads. It names the direction, so that two proposals that differ in it differ here. */
const descriptionOf = ({ direction, reason }: Pick<CorrectInput, 'direction' | 'reason'>) =>
  `Correction (${direction}): ${reason}`

function refusal(
  { outcome, body }: { outcome: string; body: string | null },
  { status, currency }: Transaction,
) {
  const facts = JSON.parse(body ?? '{}') as { available?: string; left?: string; transaction_id?: string }
  if (outcome === 'insufficient-funds')
    return problem('insufficient-funds', {
      detail: `The account has ${facts.available} ${currency} available.`,
      extra: { available: facts.available, currency },
    })
  if (outcome === 'exceeds-amount')
    return problem('invalid-input', {
      errors: [
        { pointer: '/amount', message: `must be at most ${facts.left}: the rest never left, or is back` },
      ],
    })
  if (outcome === 'correction-open')
    return problem('conflict', {
      detail: `The correction ${facts.transaction_id} of it is to be decided first.`,
      extra: { transaction_id: facts.transaction_id },
    })
  return problem('conflict', { detail: `Only what has completed is corrected; it is ${status}.` })
}
