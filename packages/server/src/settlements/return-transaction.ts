import { newId } from '../ids.ts'
import { currencyOf, parseAmount } from '../ledger/currencies.ts'
import { problem } from '../problems.ts'
import { MANUAL_RAIL } from '../rails/manual.ts'
import type { MemberPrincipal } from '../sessions/principal.ts'
import type { AuditContext } from '../workspaces/audit-log.ts'
import { returnPayout } from './linked-queries.ts'
import { PLATFORM_BOOKS } from './platform-books.ts'
import { claimReference, type SettlementRow } from './queries.ts'
import type { ReturnInput } from './schema.ts'
import {
  approvalsRequired,
  lockSettlement,
  read,
  record,
  referenceTaken,
  settleLocked,
  type SettleDeps,
} from './settle-transaction.ts'

type Input = { transactionId: string; operator: MemberPrincipal; audit: AuditContext } & ReturnInput

/**
 * A payout or refund that had completed came back, under a reference of its own: a new linked transaction gives it back
 * to the account. Whoever says so has approved it; it is booked when as many people have as for all money that came. It
 * happens once; the same again changes nothing.
 * @param input.amount what came back, where the bank kept some of it; all of it when absent
 * @returns the settlement of the return
 * @throws Problem `not-found`, `transaction-not-returnable`, `invalid-input`; `conflict` when it came back before under
 *   another reference or amount, or another transaction has the reference
 */
export async function returnSettled(deps: SettleDeps, input: Input): Promise<SettlementRow> {
  const { transactionId, reference, operator } = input
  return deps.database.transaction(async (client) => {
    const original = await lockSettlement(client, transactionId)
    const { transaction, workspace } = original
    // What goes back to a sender is a whole deposit, and is that again when it returns.
    if (workspace.id === PLATFORM_BOOKS && input.amount !== undefined)
      throw problem('invalid-input', {
        errors: [{ pointer: '/amount', message: 'must be left out: an unmatched deposit comes back whole' }],
      })
    const currency = currencyOf(transaction.currency)
    const amount = input.amount ?? transaction.amount
    const nowMs = deps.clock.now()
    const id = newId('txn', nowMs)
    const back = await returnPayout(client, {
      originalId: transactionId,
      id,
      amountMinor: parseAmount(amount, currency),
      description: `Returned, ${input.code}: ${input.reason}`,
      by: operator.userId,
      eventIds: [newId('evt', nowMs)],
      at: new Date(nowMs),
    })
    if (back.outcome === 'returned-before') {
      const before = await read(client, (JSON.parse(back.body ?? '{}') as { id: string }).id)
      const isSame =
        before.reference === reference &&
        (input.amount === undefined ||
          parseAmount(before.transaction.amount, currency) === parseAmount(input.amount, currency))
      if (isSame) return before
      throw problem('conflict', {
        detail: `It came back before, as ${before.transaction.id}.`,
        extra: { transaction_id: before.transaction.id },
      })
    }
    if (back.outcome === 'exceeds-amount')
      throw problem('invalid-input', {
        errors: [
          {
            pointer: '/amount',
            message: `must be at most ${leftOf(back.body)}: the rest never left, or is back`,
          },
        ],
      })
    if (back.outcome !== 'created') throw notReturnable(original)
    const required = approvalsRequired('return', deps.config)
    const settlement = { transactionId: id, rail: MANUAL_RAIL, reference, approvalsRequired: required }
    if (!(await claimReference(client, settlement))) throw referenceTaken()
    const by = operator.userId
    const { approvals } = await settleLocked(client, await read(client, id), {
      reference,
      by,
      required,
      nowMs,
    })
    const returned = await read(client, id)
    await record(client, returned, {
      audit: input.audit,
      action: 'settlement.returned',
      after: {
        returns: transactionId,
        reference,
        code: input.code,
        reason: input.reason,
        approvals,
        approvals_required: required,
      },
      nowMs,
    })
    return returned
  })
}

const leftOf = (body: string | null) => (JSON.parse(body ?? '{}') as { left?: string }).left

function notReturnable({ transaction: { type, status } }: SettlementRow) {
  if (type === 'deposit')
    return problem('transaction-not-returnable', {
      detail: 'A bank that takes a deposit back takes it from the customer: propose a correction.',
    })
  return problem('transaction-not-returnable', {
    detail: `Only a payout or refund that has completed comes back; this ${type} is ${status}.`,
  })
}
