import type { Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import { recordAudit } from '../workspaces/audit-log.ts'
import { findActiveMembership } from './queries.ts'

/** Calls to Better Auth that change what protects an account, and what the audit log calls them. */
const ACTION_OF_PATH: Readonly<Record<string, string>> = {
  '/change-password': 'user.password_changed',
  '/update-user': 'user.renamed',
  '/two-factor/verify-totp': 'user.two_factor_enabled',
  '/two-factor/disable': 'user.two_factor_disabled',
  '/two-factor/generate-backup-codes': 'user.backup_codes_renewed',
}

export function isAccountChange(path: string): boolean {
  return path in ACTION_OF_PATH
}

type Account = { userId: string; email: string; activeWorkspaceId: string | null }

/**
 * Records in the workspace of the session that a member changed their own account. Better Auth has committed the
 * change by then; a crash in between loses the entry, not the change.
 */
export async function auditAccountChange(
  deps: { database: Database; clock: Clock },
  account: Account,
  change: { path: string; ip: string; requestId: string },
): Promise<void> {
  const action = ACTION_OF_PATH[change.path]
  if (!action) return
  const membership = await findActiveMembership(deps.database.pool, account)
  await recordAudit(deps.database.pool, {
    workspaceId: membership?.workspaceId ?? null,
    actor: { kind: 'member', id: account.userId, label: account.email },
    action,
    target: { kind: 'user', id: account.userId },
    ip: change.ip,
    requestId: change.requestId,
    now: deps.clock.now(),
  })
}
