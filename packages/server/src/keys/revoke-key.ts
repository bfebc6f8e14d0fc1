import type { Executor } from '../database/database.ts'
import { recordAudit, type AuditContext } from '../workspaces/audit-log.ts'
import type { Acting, KeysDeps } from './deps.ts'
import { changeKey } from './key-access.ts'
import { keyView } from './key-view.ts'
import { findKey, retireSecrets, updateKey, type KeyRow } from './queries.ts'

/**
 * Ends a key for good; its row stays so that its logs stay readable. Doing it twice changes nothing. When this
 * returns, no request signed with the key passes on this server.
 * @returns the id of the event, or null when the key was revoked before
 * @throws Problem `not-found`, `role-missing` or `conflict`
 */
export async function revokeKey(
  deps: KeysDeps,
  acting: Acting,
  id: string,
): Promise<{ eventId: string | null }> {
  return changeKey(deps, { principal: acting.principal, id }, async (client, row) => ({
    eventId: row.revoked_at ? null : await endKey(deps, client, row, acting),
  }))
}

/** The same for a key that is not revoked yet, within a transaction of the caller's. @returns the id of the event */
export async function endKey(
  deps: Pick<KeysDeps, 'clock' | 'publishEvent'>,
  client: Executor,
  row: KeyRow,
  { actor, ip, requestId, reason }: AuditContext & { reason?: string },
): Promise<string> {
  const { id, workspace_id: workspaceId, mode } = row
  const now = new Date(deps.clock.now())
  await updateKey(client, id, { revoked_at: now })
  await retireSecrets(client, { keyId: id, currentVersion: row.secret_version + 1, overlapEnd: now, now })
  await recordAudit(client, {
    actor,
    ip: ip ?? null,
    requestId: requestId ?? null,
    workspaceId,
    action: 'api_key.revoked',
    target: { kind: 'api_key', id },
    before: { name: row.name },
    ...(reason === undefined ? {} : { after: { reason } }),
    mode,
    now: now.getTime(),
  })
  return deps.publishEvent(client, {
    workspaceId,
    mode,
    currencyType: row.currency_type,
    type: 'api_key.revoked',
    objectId: id,
    requestId: requestId ?? null,
    data: keyView((await findKey(client, { workspaceId, id })) as KeyRow, now.getTime()),
    now: now.getTime(),
  })
}
