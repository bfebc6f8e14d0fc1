import { recordAudit } from '../workspaces/audit-log.ts'
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
  const { workspaceId } = acting.principal
  return changeKey(deps, { principal: acting.principal, id }, async (client, row) => {
    if (row.revoked_at) return { eventId: null }
    const now = new Date(deps.clock.now())
    await updateKey(client, id, { revoked_at: now })
    await retireSecrets(client, { keyId: id, currentVersion: row.secret_version + 1, overlapEnd: now, now })
    await recordAudit(client, {
      ...acting,
      workspaceId,
      action: 'api_key.revoked',
      target: { kind: 'api_key', id },
      before: { name: row.name },
      mode: row.mode,
      now: now.getTime(),
    })
    const eventId = await deps.publishEvent(client, {
      workspaceId,
      mode: row.mode,
      currencyType: row.currency_type,
      type: 'api_key.revoked',
      objectId: id,
      requestId: acting.requestId,
      data: keyView((await findKey(client, { workspaceId, id })) as KeyRow, now.getTime()),
      now: now.getTime(),
    })
    return { eventId }
  })
}
