import type { ApiKey } from './schema.ts'
import { keyStatus, ROTATION_MS, type KeyRow } from './queries.ts'
import type { Scope } from './scopes.ts'

/** A key as the API shows it. */
export function keyView(row: KeyRow, nowMs: number): ApiKey {
  const previousEnd = row.previous_secret_expires_at
  return {
    id: row.id,
    name: row.name,
    public_key: row.public_key,
    mode: row.mode,
    currency_type: row.currency_type,
    algorithm: row.algorithm,
    status: keyStatus(row, nowMs),
    enabled: row.enabled,
    scopes: row.scopes as Scope[],
    ip_allowlist: row.ip_allowlist,
    rate_limit_per_minute: row.rate_limit_per_minute,
    expires_at: row.expires_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    created_by: { kind: row.created_by_kind, id: row.created_by_id, name: row.created_by_name },
    last_used_at: row.last_used_at?.toISOString() ?? null,
    last_used_ip: row.last_used_ip,
    secret_version: row.secret_version,
    rotated_at: row.rotated_at?.toISOString() ?? null,
    previous_secret_expires_at:
      previousEnd && previousEnd.getTime() > nowMs ? previousEnd.toISOString() : null,
    rotation_due_at: row.revoked_at
      ? null
      : new Date((row.rotated_at ?? row.created_at).getTime() + ROTATION_MS).toISOString(),
    revoked_at: row.revoked_at?.toISOString() ?? null,
    ed25519_public_key: row.ed25519_public_key?.toString('base64') ?? null,
  }
}
