import { problem } from '../problems.ts'
import { recordAudit } from '../workspaces/audit-log.ts'
import type { KeyWithSecret } from './create-key.ts'
import { newSecretKey } from './credentials.ts'
import type { Acting, KeysDeps } from './deps.ts'
import { assertMayGrant, changeKey } from './key-access.ts'
import { secretName } from './key-cache.ts'
import { keyView } from './key-view.ts'
import { findKey, insertSecret, retireSecrets, updateKey, type KeyRow } from './queries.ts'

export type RotateInput = { id: string; overlapSeconds: number; ed25519PublicKey: Buffer | undefined }

/**
 * Gives a key a new secret at once; the one before goes on verifying for the overlap, older ones end now.
 * When this returns, the new secret verifies on this server and, with an overlap of 0, the old one does not.
 * @throws Problem `not-found`, `role-missing`, `scope-missing`, `conflict`, `key-not-changeable` or `invalid-input`
 */
export async function rotateKey(
  deps: KeysDeps,
  acting: Acting,
  { id, overlapSeconds, ed25519PublicKey }: RotateInput,
): Promise<KeyWithSecret & { eventId: string }> {
  const { workspaceId } = acting.principal
  return changeKey(deps, { principal: acting.principal, id }, async (client, row) => {
    if (row.revoked_at) throw problem('key-not-changeable')
    // Whoever holds a key's secret holds its scopes: handing it out is granting them.
    assertMayGrant(acting.principal, row.scopes)
    assertMatchesAlgorithm(row, ed25519PublicKey)
    const now = new Date(deps.clock.now())
    const version = row.secret_version + 1
    const secret = row.algorithm === 'hmac-sha256' ? newSecretKey(row.mode) : null
    const overlapEnd = new Date(now.getTime() + overlapSeconds * 1000)
    await insertSecret(client, {
      api_key_id: id,
      version,
      sealed: secret
        ? deps.sealer.seal(Buffer.from(secret), secretName({ keyId: id, mode: row.mode, version }))
        : null,
      ed25519_public_key: ed25519PublicKey ?? null,
      created_at: now,
    })
    await retireSecrets(client, { keyId: id, currentVersion: version, overlapEnd, now })
    await updateKey(client, id, { secret_version: version, rotated_at: now })
    const view = keyView((await findKey(client, { workspaceId, id })) as KeyRow, now.getTime())
    await recordAudit(client, {
      ...acting,
      workspaceId,
      action: 'api_key.rotated',
      target: { kind: 'api_key', id },
      before: { secret_version: row.secret_version },
      after: { secret_version: version, overlap_seconds: overlapSeconds },
      mode: row.mode,
      now: now.getTime(),
    })
    const eventId = await deps.publishEvent(client, {
      workspaceId,
      mode: row.mode,
      currencyType: row.currency_type,
      type: 'api_key.rotated',
      objectId: id,
      requestId: acting.requestId,
      data: view,
      now: now.getTime(),
    })
    return { ...view, secret_key: secret, eventId }
  })
}

/** @throws Problem `invalid-input` */
export function assertMatchesAlgorithm(
  row: Pick<KeyRow, 'algorithm'>,
  ed25519PublicKey: Buffer | undefined,
): void {
  const pointer = '/ed25519_public_key'
  if (row.algorithm === 'ed25519' && !ed25519PublicKey)
    throw problem('invalid-input', {
      errors: [{ pointer, message: 'is required: bring the new public half' }],
    })
  if (row.algorithm !== 'ed25519' && ed25519PublicKey)
    throw problem('invalid-input', { errors: [{ pointer, message: 'goes with Ed25519 keys only' }] })
}
