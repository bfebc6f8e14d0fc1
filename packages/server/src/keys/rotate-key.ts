import type { Executor } from '../database/database.ts'
import { problem } from '../problems.ts'
import { recordAudit } from '../workspaces/audit-log.ts'
import { idOf, type KeyWithSecret } from './create-key.ts'
import { newSecretKey } from './credentials.ts'
import type { Acting, KeysDeps } from './deps.ts'
import { assertMayGrant, changeKey } from './key-access.ts'
import { secretName } from './key-cache.ts'
import { keyView } from './key-view.ts'
import { findKey, findSecret, insertSecret, retireSecrets, updateKey, type KeyRow } from './queries.ts'
import type { ApiKey } from './schema.ts'

export type RotateInput = { id: string; overlapSeconds: number; ed25519PublicKey: Buffer | undefined }
type Rotated = KeyWithSecret & { eventId: string }

/**
 * Gives a key a new secret at once; the one before goes on verifying for the overlap, older ones end now.
 * When this returns, the new secret verifies on this server and, with an overlap of 0, the old one does not.
 * @throws Problem `not-found`, `role-missing`, `scope-missing`, `conflict`, `key-not-changeable` or `invalid-input`
 */
export async function rotateKey(
  deps: KeysDeps,
  acting: Acting,
  { id, overlapSeconds, ed25519PublicKey }: RotateInput,
): Promise<Rotated> {
  const { principal } = acting
  return changeKey(deps, { principal, id }, async (client, row) => {
    assertMayRotate(acting, row)
    assertMatchesAlgorithm(row, ed25519PublicKey)
    const secret = row.algorithm === 'hmac-sha256' ? newSecretKey(row.mode) : null
    const view = await putSecret(deps, client, acting, {
      row,
      overlapSeconds,
      action: 'api_key.rotated',
      secret: {
        text: secret,
        ed25519PublicKey: ed25519PublicKey ?? null,
        madeBy: { kind: principal.kind, id: idOf(principal) },
        madeAt: new Date(deps.clock.now()),
      },
    })
    return { ...view, secret_key: secret }
  })
}

/**
 * Undoes the last rotation while the secret before it still verifies: that one becomes the newest again, without an
 * end, and the one that the rotation made goes on for the overlap. Nothing is shown: whoever needs the secret has it.
 * @throws Problem `conflict` when there is no such secret or it has ended, and what `rotateKey` throws
 */
export async function rollBackRotation(
  deps: KeysDeps,
  acting: Acting,
  { id, overlapSeconds }: { id: string; overlapSeconds: number },
): Promise<ApiKey & { eventId: string }> {
  return changeKey(deps, { principal: acting.principal, id }, async (client, row) => {
    assertMayRotate(acting, row)
    const old = await findSecret(client, { keyId: id, version: row.secret_version - 1 })
    if (!old || old.expires_at === null || old.expires_at.getTime() <= deps.clock.now())
      throw problem('conflict', {
        detail:
          'The secret before the last rotation verifies no more, so it cannot come back. Rotate instead.',
      })
    const name = secretName({ keyId: id, mode: row.mode, version: old.version })
    return putSecret(deps, client, acting, {
      row,
      overlapSeconds,
      action: 'api_key.rotation_rolled_back',
      secret: {
        text: old.sealed ? deps.sealer.open(old.sealed, name).toString() : null,
        ed25519PublicKey: old.ed25519_public_key,
        madeBy: { kind: old.made_by_kind, id: old.made_by_id },
        // Its age is what it was: the reminder to rotate it stays due when it was.
        madeAt: old.created_at,
      },
    })
  })
}

/** @throws Problem `key-not-changeable` or `scope-missing` */
function assertMayRotate({ principal }: Acting, row: KeyRow): void {
  if (row.revoked_at) throw problem('key-not-changeable')
  // Whoever holds a key's secret holds its scopes: handing it out is granting them.
  assertMayGrant(principal, row.scopes)
}

type NewSecret = {
  row: KeyRow
  overlapSeconds: number
  action: 'api_key.rotated' | 'api_key.rotation_rolled_back'
  secret: {
    text: string | null
    ed25519PublicKey: Buffer | null
    /** Who knows it. */
    madeBy: { kind: 'member' | 'key' | null; id: string | null }
    madeAt: Date
  }
}

/** Makes a secret the newest version of its key, with the audit entry and the event of it. */
async function putSecret(
  deps: KeysDeps,
  client: Executor,
  acting: Acting,
  { row, overlapSeconds, action, secret }: NewSecret,
): Promise<ApiKey & { eventId: string }> {
  const { id, workspace_id: workspaceId, mode } = row
  const now = new Date(deps.clock.now())
  const version = row.secret_version + 1
  const overlapEnd = new Date(now.getTime() + overlapSeconds * 1000)
  const name = secretName({ keyId: id, mode, version })
  await insertSecret(client, {
    api_key_id: id,
    version,
    sealed: secret.text === null ? null : deps.sealer.seal(Buffer.from(secret.text), name),
    ed25519_public_key: secret.ed25519PublicKey,
    created_at: secret.madeAt,
    made_by_kind: secret.madeBy.kind,
    made_by_id: secret.madeBy.id,
  })
  await retireSecrets(client, { keyId: id, currentVersion: version, overlapEnd, now })
  await updateKey(client, id, { secret_version: version, rotated_at: secret.madeAt })
  const view = keyView((await findKey(client, { workspaceId, id })) as KeyRow, now.getTime())
  await recordAudit(client, {
    ...acting,
    workspaceId,
    action,
    target: { kind: 'api_key', id },
    before: { secret_version: row.secret_version },
    after: { secret_version: version, overlap_seconds: overlapSeconds },
    mode,
    now: now.getTime(),
  })
  const eventId = await deps.publishEvent(client, {
    workspaceId,
    mode,
    currencyType: row.currency_type,
    type: 'api_key.rotated',
    objectId: id,
    requestId: acting.requestId,
    data: view,
    now: now.getTime(),
  })
  return { ...view, eventId }
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
