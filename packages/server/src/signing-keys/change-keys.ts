import type { Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import type { Sealer } from '../encryption.ts'
import { problem } from '../problems.ts'
import { recordAudit, type AuditContext } from '../workspaces/audit-log.ts'
import { makePair } from './make-pair.ts'
import {
  endSigningKey,
  findSigningKey,
  insertFirstKey,
  listPublishedKeys,
  lockSigningKeys,
  markRetired,
  type SigningKeyRow,
} from './queries.ts'
import type { Purpose } from './schema.ts'
import type { SigningKeys } from './signing-keys.ts'

export type ChangeDeps = { database: Database; clock: Clock; sealer: Sealer; signingKeys: SigningKeys }

/** What every verifier fetches stays short. */
const PUBLISHED_MAX = 10

/**
 * A new key signs from now on. The one before it stays published; its private half is destroyed.
 * @throws Problem `limit-reached`
 */
export async function rotateSigningKey(
  deps: ChangeDeps,
  { purpose, audit }: { purpose: Purpose; audit: AuditContext },
): Promise<SigningKeyRow> {
  const now = new Date(deps.clock.now())
  const key = makePair(deps.sealer, purpose, now)
  await deps.database.transaction(async (client) => {
    await lockSigningKeys(client)
    const published = (await listPublishedKeys(client)).filter((row) => row.purpose === purpose)
    if (published.length >= PUBLISHED_MAX)
      throw problem('limit-reached', {
        detail: `${PUBLISHED_MAX} keys are published for ${purpose}. Retire one that is no longer needed.`,
      })
    const previous = await endSigningKey(client, purpose, now)
    await insertFirstKey(client, key)
    await recordAudit(client, {
      ...audit,
      // It concerns the platform: no workspace's log shows it.
      workspaceId: null,
      action: 'signing_key.rotated',
      target: { kind: 'signing_key', id: key.id },
      before: { signing_key: previous },
      after: { purpose, signing_key: key.id },
      now: now.getTime(),
    })
  })
  deps.signingKeys.forget()
  return { ...key, endedAt: null, retiredAt: null }
}

/**
 * Takes a key that signs no more off the published list: what it signed is no longer accepted by those who ask.
 * @throws Problem `not-found`, `conflict`
 */
export async function retireSigningKey(
  deps: ChangeDeps,
  { id, audit }: { id: string; audit: AuditContext },
): Promise<SigningKeyRow> {
  const now = new Date(deps.clock.now())
  const retired = await deps.database.transaction(async (client) => {
    await lockSigningKeys(client)
    const key = await findSigningKey(client, id)
    if (!key) throw problem('not-found', { detail: 'There is no such signing key.' })
    if (key.endedAt === null) throw problem('conflict', { detail: 'This key signs: rotate it first.' })
    if (key.retiredAt !== null) return key
    await markRetired(client, id, now)
    await recordAudit(client, {
      ...audit,
      workspaceId: null,
      action: 'signing_key.retired',
      target: { kind: 'signing_key', id },
      after: { purpose: key.purpose },
      now: now.getTime(),
    })
    return { ...key, retiredAt: now }
  })
  deps.signingKeys.forget()
  return retired
}
