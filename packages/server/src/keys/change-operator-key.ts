import type pg from 'pg'
import { problem } from '../problems.ts'
import { auditChanges, recordAudit } from '../workspaces/audit-log.ts'
import { assertFuture } from './create-key.ts'
import {
  operatorKeyView,
  type OperatorActing,
  type OperatorKeysDeps,
  type OperatorKeyWithSecret,
} from './create-operator-key.ts'
import { newSecretKey } from './credentials.ts'
import { operatorSecretName } from './key-cache.ts'
import {
  findOperatorKey,
  insertOperatorSecret,
  retireOperatorSecrets,
  updateOperatorKeyRow,
  type OperatorKeyRow,
} from './operator-key-queries.ts'
import type { OperatorKeyView, UpdateOperatorKey } from './operator-key-schema.ts'
import { assertMatchesAlgorithm } from './rotate-key.ts'

/**
 * Edits name, scopes, expiry, addresses, rate limit or the switch.
 * @throws Problem `not-found`, `key-not-changeable` or `invalid-input`
 */
export async function updateOperatorKey(
  deps: OperatorKeysDeps,
  { principal: _principal, ...acting }: OperatorActing,
  { id, ...changes }: UpdateOperatorKey & { id: string },
): Promise<OperatorKeyView> {
  return change(deps, id, async (client, row) => {
    if (row.revoked_at) throw problem('key-not-changeable')
    const now = new Date(deps.clock.now())
    if (changes.expires_at?.getTime() !== row.expires_at?.getTime()) assertFuture(changes.expires_at, now)
    const before = operatorKeyView(row, now.getTime())
    if (Object.keys(changes).length === 0) return before
    await updateOperatorKeyRow(client, id, changes)
    const view = await read(client, id, now)
    const names = Object.keys(changes) as (keyof typeof changes)[]
    const pick = (from: OperatorKeyView) => Object.fromEntries(names.map((name) => [name, from[name]]))
    const difference = auditChanges(pick(before), pick(view))
    if (difference)
      await recordAudit(client, {
        ...acting,
        workspaceId: null,
        action: 'operator_key.updated',
        target: { kind: 'operator_key', id },
        ...difference,
        now: now.getTime(),
      })
    return view
  })
}

/**
 * Gives the key a new secret at once; the one before goes on verifying for the overlap, older ones end now.
 * @throws Problem `not-found`, `key-not-changeable` or `invalid-input`
 */
export async function rotateOperatorKey(
  deps: OperatorKeysDeps,
  { principal: _principal, ...acting }: OperatorActing,
  {
    id,
    overlapSeconds,
    ed25519PublicKey,
  }: { id: string; overlapSeconds: number; ed25519PublicKey: Buffer | undefined },
): Promise<OperatorKeyWithSecret> {
  return change(deps, id, async (client, row) => {
    if (row.revoked_at) throw problem('key-not-changeable')
    assertMatchesAlgorithm(row, ed25519PublicKey)
    const now = new Date(deps.clock.now())
    const version = row.secret_version + 1
    const secret = row.algorithm === 'hmac-sha256' ? newSecretKey('operator') : null
    await insertOperatorSecret(client, {
      keyId: id,
      version,
      sealed: secret
        ? deps.sealer.seal(Buffer.from(secret), operatorSecretName({ keyId: id, version }))
        : null,
      ed25519PublicKey: ed25519PublicKey ?? null,
      createdAt: now,
    })
    const overlapEnd = new Date(now.getTime() + overlapSeconds * 1000)
    await retireOperatorSecrets(client, { keyId: id, currentVersion: version, overlapEnd, now })
    await updateOperatorKeyRow(client, id, { secret_version: version, rotated_at: now })
    await recordAudit(client, {
      ...acting,
      workspaceId: null,
      action: 'operator_key.rotated',
      target: { kind: 'operator_key', id },
      before: { secret_version: row.secret_version },
      after: { secret_version: version, overlap_seconds: overlapSeconds },
      now: now.getTime(),
    })
    return { ...(await read(client, id, now)), secret_key: secret }
  })
}

/**
 * Ends the key for good. Doing it twice changes nothing.
 * @throws Problem `not-found`
 */
export async function revokeOperatorKey(
  deps: OperatorKeysDeps,
  { principal: _principal, ...acting }: OperatorActing,
  id: string,
): Promise<void> {
  await change(deps, id, async (client, row) => {
    if (row.revoked_at) return
    const now = new Date(deps.clock.now())
    await updateOperatorKeyRow(client, id, { revoked_at: now })
    await retireOperatorSecrets(client, {
      keyId: id,
      currentVersion: row.secret_version + 1,
      overlapEnd: now,
      now,
    })
    await recordAudit(client, {
      ...acting,
      workspaceId: null,
      action: 'operator_key.revoked',
      target: { kind: 'operator_key', id },
      before: { name: row.name },
      now: now.getTime(),
    })
  })
}

/** One change in one transaction; when it returns, or fails after the commit, this server has forgotten the old state. */
async function change<T>(
  deps: OperatorKeysDeps,
  id: string,
  work: (client: pg.PoolClient, row: OperatorKeyRow) => Promise<T>,
): Promise<T> {
  let publicKey: string | undefined
  try {
    return await deps.database.transaction(async (client) => {
      const row = await findOperatorKey(client, { id, forUpdate: true })
      if (!row) throw problem('not-found', { detail: 'There is no operator key with this id.' })
      publicKey = row.public_key
      return work(client, row)
    })
  } finally {
    if (publicKey !== undefined) deps.cache.evict(publicKey)
  }
}

async function read(client: pg.PoolClient, id: string, now: Date): Promise<OperatorKeyView> {
  return operatorKeyView((await findOperatorKey(client, { id })) as OperatorKeyRow, now.getTime())
}
