import { lockUnkeptCliLogins, settleKept } from './cli-login-queries.ts'
import type { KeysDeps } from './deps.ts'
import { findKey } from './queries.ts'
import { endKey } from './revoke-key.ts'
import { ACKNOWLEDGE_LIMIT_MS } from './start-cli-login.ts'

const LOGINS_PER_ROUND = 100
const REASON = 'The command line that asked for it did not say that it keeps it.'

/**
 * Revokes keys that were given to a command line which never said that it stored them: it was ended in between, or
 * could not write them down. The private half is lost with it, so nobody misses such a key, and nobody would end it.
 */
export async function endUnkeptKeys(
  deps: Pick<KeysDeps, 'database' | 'clock' | 'publishEvent'>,
): Promise<{ ended: number; more: boolean }> {
  const decidedBefore = new Date(deps.clock.now() - ACKNOWLEDGE_LIMIT_MS)
  return deps.database.transaction(async (client) => {
    const logins = await lockUnkeptCliLogins(client, { decidedBefore, limit: LOGINS_PER_ROUND })
    let ended = 0
    for (const login of logins) {
      const { workspace_id: workspaceId, api_key_id: id } = login
      const row = await findKey(client, { workspaceId, id, forUpdate: true })
      if (row && !row.revoked_at) {
        const actor = { kind: 'system', id: null, label: 'Countersign' } as const
        await endKey(deps, client, row, { actor, ip: null, requestId: null, reason: REASON })
        ended += 1
      }
      await settleKept(client, { id: login.id, kept: false })
    }
    return { ended, more: logins.length === LOGINS_PER_ROUND }
  })
}
