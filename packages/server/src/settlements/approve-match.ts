import type pg from 'pg'
import { isDeepStrictEqual } from 'node:util'
import { problem } from '../problems.ts'
import type { MemberPrincipal } from '../sessions/principal.ts'
import { recordAudit, type AuditContext } from '../workspaces/audit-log.ts'
import type { Approver } from './queries.ts'
import { approveMatch, findUnmatched, type MatchTarget, type UnmatchedRow } from './unmatched-queries.ts'
import type { MatchInput } from './unmatched-schema.ts'

/**
 * Whoever approved the match before, without this person.
 * @throws Problem `conflict` when they approved another one
 */
export function othersOf({ proposed }: UnmatchedRow, body: MatchInput, by: string): Approver[] {
  if (!proposed) return []
  if (!isDeepStrictEqual(proposed.target, targetOf(body))) throw withdrawFirst(proposed)
  return proposed.approvals.filter(({ id }) => id !== by)
}

const targetOf = ({ transaction_id, workspace_id, account_id }: MatchInput): MatchTarget =>
  transaction_id === undefined
    ? { workspace_id: workspace_id ?? '', account_id: account_id ?? null }
    : { transaction_id }

export const withdrawFirst = ({ workspaceName }: NonNullable<UnmatchedRow['proposed']>) =>
  problem('conflict', { detail: `It is to be given to ${workspaceName}. Withdraw that first.` })

type Approving = {
  id: string
  operator: MemberPrincipal
  audit: AuditContext
  body: MatchInput
  row: UnmatchedRow
  required: number
}

/** One more person says whose it is, and others have to say so too. */
export async function approve(
  client: pg.PoolClient,
  nowMs: number,
  { id, operator, audit, body, row, required }: Approving,
): Promise<UnmatchedRow> {
  if (row.proposed?.approvals.some((one) => one.id === operator.userId)) return row
  const target = targetOf(body)
  await approveMatch(client, { transactionId: id, target, by: operator.userId, at: new Date(nowMs) })
  const approved = (await findUnmatched(client, id)) as UnmatchedRow
  const { amount, currency } = row.transaction
  const approvals = approved.proposed?.approvals.length
  await recordAudit(client, {
    ...audit,
    workspaceId: null,
    action: 'unmatched_deposit.match_approved',
    target: { kind: 'transaction', id },
    after: { amount, currency, ...target, approvals, approvals_required: required },
    mode: 'production',
    now: nowMs,
  })
  return approved
}
