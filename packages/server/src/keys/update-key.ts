import { problem } from '../problems.ts'
import { auditChanges, recordAudit } from '../workspaces/audit-log.ts'
import { assertFuture } from './create-key.ts'
import type { Acting, KeysDeps } from './deps.ts'
import { assertMayGrant, changeKey } from './key-access.ts'
import { keyView } from './key-view.ts'
import { findKey, updateKey as writeKey, type KeyRow } from './queries.ts'
import type { ApiKey, UpdateApiKey } from './schema.ts'

/**
 * Edits name, expiry, scopes, addresses, rate limit or the switch. Mode, currency type and algorithm never
 * change. When this returns the edit holds for every request on this server.
 * @throws Problem `not-found`, `role-missing`, `scope-missing`, `conflict`, `key-not-changeable` or `invalid-input`
 */
export async function updateKey(
  deps: KeysDeps,
  acting: Acting,
  input: UpdateApiKey & { id: string },
): Promise<ApiKey> {
  const { id, ...changes } = input
  const { workspaceId } = acting.principal
  return changeKey(deps, { principal: acting.principal, id }, async (client, row) => {
    if (row.revoked_at) throw problem('key-not-changeable')
    const now = new Date(deps.clock.now())
    // An expiry in the past is refused; the past one that the key already has may be sent back unchanged.
    if (changes.expires_at?.getTime() !== row.expires_at?.getTime()) assertFuture(changes.expires_at, now)
    if (changes.scopes) assertMayGrant(acting.principal, changes.scopes)
    // Whoever holds the secret may do more with it: that is granting what the key holds.
    if (widens(changes, row)) assertMayGrant(acting.principal, row.scopes)
    const before = keyView(row, now.getTime())
    if (Object.keys(changes).length === 0) return before
    // A new expiry deserves new warnings.
    await writeKey(client, id, 'expires_at' in changes ? { ...changes, expiry_told_days: null } : changes)
    const view = keyView((await findKey(client, { workspaceId, id })) as KeyRow, now.getTime())
    const names = Object.keys(changes) as (keyof typeof changes)[]
    const pick = (from: ApiKey) => Object.fromEntries(names.map((name) => [name, from[name]]))
    const difference = auditChanges(pick(before), pick(view))
    if (difference)
      await recordAudit(client, {
        ...acting,
        workspaceId,
        action: 'api_key.updated',
        target: { kind: 'api_key', id },
        ...difference,
        mode: row.mode,
        now: now.getTime(),
      })
    return view
  })
}

/** Whether a change lets a key sign again, for longer, or from more places. */
function widens(changes: UpdateApiKey, row: KeyRow): boolean {
  const { enabled, expires_at: end, ip_allowlist: ranges } = changes
  const isLonger = end !== undefined && row.expires_at !== null && (end === null || end > row.expires_at)
  const isWider =
    ranges !== undefined &&
    row.ip_allowlist.length > 0 &&
    (ranges.length === 0 || !ranges.every((range) => row.ip_allowlist.includes(range)))
  return (enabled === true && !row.enabled) || isLonger || isWider
}
