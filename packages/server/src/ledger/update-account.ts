import { isDeepStrictEqual } from 'node:util'
import type { Principal } from '../sessions/principal.ts'
import { auditChanges, recordAudit, type AuditContext } from '../workspaces/audit-log.ts'
import { assertMayChange, visible } from './access.ts'
import type { LedgerDeps } from './deps.ts'
import { lockAccount, writeAccountFacts } from './queries.ts'
import type { Account, UpdateAccountBody } from './schema.ts'

/**
 * Changes what an account is called and nothing that it holds: its name and metadata. The audit log keeps both versions.
 * @throws Problem `not-found`, `currency-type-mismatch` or `key-required`
 */
export function updateAccount(
  deps: Pick<LedgerDeps, 'database' | 'clock'>,
  input: { principal: Principal; audit: AuditContext; id: string; body: UpdateAccountBody },
): Promise<Account> {
  const { principal, audit, id, body } = input
  assertMayChange(principal)
  return deps.database.transaction(async (client) => {
    const found = await visible(principal, 'acc', id, () => lockAccount(client, principal.workspaceId, id))
    const before = { name: found.name, metadata: found.metadata }
    const metadata = body.metadata === undefined ? before.metadata : (body.metadata ?? {})
    const changes = auditChanges<Record<string, unknown>>(before, {
      name: body.name === undefined ? before.name : body.name,
      metadata: isDeepStrictEqual(metadata, before.metadata) ? before.metadata : metadata,
    })
    if (!changes) return found
    await recordAudit(client, {
      ...audit,
      workspaceId: principal.workspaceId,
      action: 'account.updated',
      target: { kind: 'account', id },
      ...changes,
      mode: found.mode,
      now: deps.clock.now(),
    })
    return writeAccountFacts(client, id, { ...before, ...changes.after })
  })
}
