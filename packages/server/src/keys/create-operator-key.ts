import type { Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import type { Sealer } from '../encryption.ts'
import { newId } from '../ids.ts'
import { problem } from '../problems.ts'
import type { MemberPrincipal } from '../sessions/principal.ts'
import { recordAudit, type AuditContext } from '../workspaces/audit-log.ts'
import { assertFuture } from './create-key.ts'
import { newPublicKey, newSecretKey } from './credentials.ts'
import { operatorSecretName, type KeyCache } from './key-cache.ts'
import {
  countLiveOperatorKeys,
  findOperatorKey,
  insertOperatorKey,
  insertOperatorSecret,
  lockOperatorKeyCount,
  type OperatorKeyRow,
} from './operator-key-queries.ts'
import type { CreateOperatorKey, OperatorKeyView } from './operator-key-schema.ts'
import { keyStatus } from './queries.ts'
import { RATE_LIMIT_DEFAULT } from './schema.ts'

// A handful of services need a handful of keys; what grows past this is a mistake or an attack.
export const OPERATOR_KEYS_MAX = 100

export type OperatorKeysDeps = {
  database: Database
  clock: Clock
  sealer: Sealer
  cache: Pick<KeyCache, 'evict'>
}

export type OperatorActing = AuditContext & { principal: MemberPrincipal }
export type OperatorKeyWithSecret = OperatorKeyView & { secret_key: string | null }

/**
 * Makes a key of the platform, its sealed secret and its audit entry in one transaction.
 * @returns the key with its secret, which exists in the clear in this answer only
 * @throws Problem `limit-reached` or `invalid-input`
 */
export async function createOperatorKey(
  deps: OperatorKeysDeps,
  { principal, ...acting }: OperatorActing,
  input: CreateOperatorKey,
): Promise<OperatorKeyWithSecret> {
  const now = new Date(deps.clock.now())
  assertFuture(input.expires_at, now)
  const id = newId('opk', now.getTime())
  const secret = input.algorithm === 'hmac-sha256' ? newSecretKey('operator') : null
  return deps.database.transaction(async (client) => {
    await lockOperatorKeyCount(client)
    if ((await countLiveOperatorKeys(client)) >= OPERATOR_KEYS_MAX)
      throw problem('limit-reached', {
        detail: `A platform may hold ${OPERATOR_KEYS_MAX} live operator keys.`,
      })
    await insertOperatorKey(client, {
      id,
      public_key: newPublicKey('operator'),
      name: input.name,
      algorithm: input.algorithm,
      scopes: input.scopes,
      ip_allowlist: input.ip_allowlist ?? [],
      rate_limit_per_minute: input.rate_limit_per_minute ?? RATE_LIMIT_DEFAULT,
      expires_at: input.expires_at,
      created_at: now,
      created_by_id: principal.userId,
      created_by_name: principal.name,
    })
    await insertOperatorSecret(client, {
      keyId: id,
      version: 1,
      sealed: secret
        ? deps.sealer.seal(Buffer.from(secret), operatorSecretName({ keyId: id, version: 1 }))
        : null,
      ed25519PublicKey: input.ed25519_public_key ?? null,
      createdAt: now,
    })
    const view = operatorKeyView((await findOperatorKey(client, { id })) as OperatorKeyRow, now.getTime())
    const { name, public_key, scopes, expires_at, ip_allowlist, rate_limit_per_minute } = view
    await recordAudit(client, {
      ...acting,
      workspaceId: null,
      action: 'operator_key.created',
      target: { kind: 'operator_key', id },
      after: { name, public_key, scopes, expires_at, ip_allowlist, rate_limit_per_minute },
      now: now.getTime(),
    })
    return { ...view, secret_key: secret }
  })
}

/** An operator key as the API shows it. */
export function operatorKeyView(row: OperatorKeyRow, nowMs: number): OperatorKeyView {
  const previousEnd = row.previous_secret_expires_at
  return {
    id: row.id,
    name: row.name,
    public_key: row.public_key,
    algorithm: row.algorithm,
    status: keyStatus(row, nowMs),
    enabled: row.enabled,
    scopes: row.scopes,
    ip_allowlist: row.ip_allowlist,
    rate_limit_per_minute: row.rate_limit_per_minute,
    expires_at: row.expires_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    created_by: { id: row.created_by_id, name: row.created_by_name },
    last_used_at: row.last_used_at?.toISOString() ?? null,
    last_used_ip: row.last_used_ip,
    secret_version: row.secret_version,
    rotated_at: row.rotated_at?.toISOString() ?? null,
    previous_secret_expires_at:
      previousEnd && previousEnd.getTime() > nowMs ? previousEnd.toISOString() : null,
    revoked_at: row.revoked_at?.toISOString() ?? null,
    ed25519_public_key: row.ed25519_public_key?.toString('base64') ?? null,
  }
}
