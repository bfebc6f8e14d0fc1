import type { Executor } from '../database/database.ts'
import type { CurrencyType } from '../sessions/principal.ts'
import type { Activation } from './activation.ts'

/** The checklist of a workspace and currency type as the API shows it, to its members and to operators alike. */
export async function activationView(
  activation: Activation,
  executor: Executor,
  { workspaceId, currencyType }: { workspaceId: string; currencyType: CurrencyType },
) {
  const list = await activation.checklist(executor, workspaceId, currencyType)
  const { status, requestedAt, decidedAt, reason } = list.approval
  return {
    currency_type: currencyType,
    production_open: list.open,
    self_approved: list.selfApproved,
    approval: {
      status,
      requested_at: requestedAt?.toISOString() ?? null,
      decided_at: decidedAt?.toISOString() ?? null,
      reason,
    },
    // Nobody sends money before it can be taken.
    deposit_instructions: list.open ? await activation.depositInstructions(executor, currencyType) : null,
    items: list.items,
  }
}
