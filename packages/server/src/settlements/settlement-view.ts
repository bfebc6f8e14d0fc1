import type { SettlementRow } from './queries.ts'
import type { Settlement } from './schema.ts'
import { approvalsRequired, type Approvers } from './settle-transaction.ts'

/** A settlement as the API shows it. */
export function settlementView(row: SettlementRow, approvers: Approvers): Settlement {
  const { type, failure } = row.transaction
  return {
    transaction: row.transaction,
    workspace: row.workspace,
    state: stateOf(row),
    reference_code: row.referenceCode,
    reference: row.reference,
    received_amount: row.receivedAmount,
    received_as: row.receivedAs,
    reason: row.reason ?? failure?.message ?? null,
    approvals: row.approvals.map(({ id, email, at }) => ({ by: { id, email }, at: at.toISOString() })),
    // Once it is decided: what it took then. Until then: what it takes now.
    approvals_required:
      row.outcome === null
        ? approvalsRequired(type, approvers)
        : (row.approvalsRequired ?? approvalsRequired(type, approvers)),
    decided_at: row.decidedAt?.toISOString() ?? null,
    payout_approvers: approvers.payoutApprovers,
    deposit_approvers: approvers.depositApprovers,
  }
}

function stateOf({ outcome, transaction: { status }, approvals }: SettlementRow): Settlement['state'] {
  if (outcome) return outcome
  if (status === 'canceled') return 'canceled'
  // A correction that was withdrawn, and what ends by its time.
  if (status === 'failed' || status === 'expired') return 'failed'
  return approvals.length > 0 ? 'approving' : 'waiting'
}
