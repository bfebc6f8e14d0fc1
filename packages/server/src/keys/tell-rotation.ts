import type { KeysDeps } from './deps.ts'
import { keyView } from './key-view.ts'
import { noteForLetter } from './letter-queries.ts'
import { findKey, lockKeysDueForRotation, updateKey, type KeyRow } from './queries.ts'

const KEYS_PER_ROUND = 200

/**
 * Publishes `api_key.rotation_due` when a key's current secret is 90 days old, once for each version.
 * @returns how many keys were told of; as many as a round takes means that there may be more
 */
export async function tellRotation(
  deps: Pick<KeysDeps, 'database' | 'clock' | 'publishEvent'>,
): Promise<{ told: number; more: boolean }> {
  const nowMs = deps.clock.now()
  const now = new Date(nowMs)
  return deps.database.transaction(async (client) => {
    const rows = await lockKeysDueForRotation(client, { now, limit: KEYS_PER_ROUND })
    for (const row of rows) {
      const key = (await findKey(client, { workspaceId: row.workspace_id, id: row.id })) as KeyRow
      await deps.publishEvent(client, {
        workspaceId: row.workspace_id,
        mode: row.mode,
        currencyType: row.currency_type,
        type: 'api_key.rotation_due',
        objectId: row.id,
        requestId: null,
        data: keyView(key, nowMs),
        now: nowMs,
      })
      await updateKey(client, row.id, { rotation_told_version: row.secret_version, rotation_told_at: now })
    }
    await noteForLetter(client, [...new Set(rows.map((row) => row.workspace_id))], now)
    return { told: rows.length, more: rows.length === KEYS_PER_ROUND }
  })
}
