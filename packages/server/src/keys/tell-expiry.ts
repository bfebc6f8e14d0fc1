import type { KeysDeps } from './deps.ts'
import { keyView } from './key-view.ts'
import { noteForLetter } from './letter-queries.ts'
import { findKey, lockExpiringKeys, updateKey, type KeyRow } from './queries.ts'

/** So many days before its expiry a key's owner is told, once each; 0 is the expiry itself. */
const TOLD_DAYS = [7, 1, 0] as const
const DAY_MS = 86_400_000
const KEYS_PER_ROUND = 200

/**
 * Publishes `api_key.expiring` 7 days and 1 day before a key's end, and `api_key.expired` at its end. A key made
 * with less time than that starts at the step it is in.
 * @returns how many keys were told of; as many as a round takes means that there may be more
 */
export async function tellExpiry(
  deps: Pick<KeysDeps, 'database' | 'clock' | 'publishEvent'>,
): Promise<{ told: number; more: boolean }> {
  const nowMs = deps.clock.now()
  return deps.database.transaction(async (client) => {
    const rows = await lockExpiringKeys(client, { now: new Date(nowMs), limit: KEYS_PER_ROUND })
    for (const row of rows) {
      const days = dueStep(row, nowMs)
      const key = (await findKey(client, { workspaceId: row.workspace_id, id: row.id })) as KeyRow
      await deps.publishEvent(client, {
        workspaceId: row.workspace_id,
        mode: row.mode,
        currencyType: row.currency_type,
        type: days === 0 ? 'api_key.expired' : 'api_key.expiring',
        objectId: row.id,
        requestId: null,
        data: keyView(key, nowMs),
        now: nowMs,
      })
      await updateKey(client, row.id, { expiry_told_days: days })
    }
    await noteForLetter(client, [...new Set(rows.map((row) => row.workspace_id))], new Date(nowMs))
    return { told: rows.length, more: rows.length === KEYS_PER_ROUND }
  })
}

/** The last step that has been reached: 7, 1 or 0 days before the end. */
function dueStep(row: { expires_at: Date | null }, nowMs: number): number {
  const leftMs = (row.expires_at as Date).getTime() - nowMs
  return [...TOLD_DAYS].reverse().find((days) => leftMs <= days * DAY_MS) ?? TOLD_DAYS[0]
}
