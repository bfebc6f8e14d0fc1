import { isDeepStrictEqual } from 'node:util'
import type { Principal } from '../sessions/principal.ts'
import { auditChanges, recordAudit, type AuditContext } from '../workspaces/audit-log.ts'
import { assertMayChange, visible } from './access.ts'
import type { LedgerDeps } from './deps.ts'
import { lockTransaction, writeTransactionFacts } from './queries.ts'
import type { Transaction, UpdateTransactionBody } from './schema.ts'

/**
 * Changes what a transaction says and nothing that it does: its description and metadata, whatever its status. Entries,
 * events and stored answers stay as they were; the audit log keeps both versions.
 * @throws Problem `not-found`, `currency-type-mismatch` or `key-required`
 */
export function updateTransaction(
  deps: Pick<LedgerDeps, 'database' | 'clock'>,
  input: { principal: Principal; audit: AuditContext; id: string; body: UpdateTransactionBody },
): Promise<Transaction> {
  const { principal, audit, id, body } = input
  assertMayChange(principal)
  return deps.database.transaction(async (client) => {
    const found = await visible(principal, 'txn', id, () =>
      lockTransaction(client, principal.workspaceId, id),
    )
    const before = { description: found.description, metadata: found.metadata }
    const metadata = body.metadata === undefined ? before.metadata : (body.metadata ?? {})
    const changes = auditChanges<Record<string, unknown>>(before, {
      description: body.description === undefined ? before.description : body.description,
      metadata: isDeepStrictEqual(metadata, before.metadata) ? before.metadata : metadata,
    })
    if (!changes) return found
    const now = deps.clock.now()
    await recordAudit(client, {
      ...audit,
      workspaceId: principal.workspaceId,
      action: 'transaction.updated',
      target: { kind: 'transaction', id },
      ...changes,
      mode: found.mode,
      now,
    })
    return writeTransactionFacts(client, id, { ...before, ...changes.after }, new Date(now))
  })
}
