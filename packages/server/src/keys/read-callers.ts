import type { z } from 'zod'
import { findCallers, findSecretUses } from './caller-queries.ts'
import type { KeysDeps } from './deps.ts'
import type { KeyRow } from './queries.ts'
import type { apiKeyCallersSchema } from './schema.ts'

type ApiKeyCallers = z.infer<typeof apiKeyCallersSchema>

/** Who still signs with which secret: after a rotation it tells when the old one is quiet. */
export async function readCallers(
  deps: Pick<KeysDeps, 'database' | 'clock'>,
  key: Pick<KeyRow, 'id' | 'secret_version'>,
): Promise<ApiKeyCallers> {
  const now = deps.clock.now()
  const secrets = await findSecretUses(deps.database.pool, key.id)
  const callers = await findCallers(deps.database.pool, key.id)
  return {
    secrets: secrets.map((secret) => ({
      version: secret.version,
      status: secretStatus(secret.expires_at, now),
      created_at: secret.created_at.toISOString(),
      verifies_until: secret.expires_at?.toISOString() ?? null,
      last_used_at: secret.last_used_at?.toISOString() ?? null,
      request_count: Number(secret.request_count),
    })),
    data: callers.map((caller) => ({
      secret_version: caller.secret_version,
      ip: caller.ip || null,
      user_agent: caller.user_agent || null,
      first_used_at: caller.first_used_at.toISOString(),
      last_used_at: caller.last_used_at.toISOString(),
      request_count: Number(caller.request_count),
    })),
  }
}

function secretStatus(expiresAt: Date | null, nowMs: number): 'current' | 'overlap' | 'retired' {
  if (expiresAt === null) return 'current'
  return expiresAt.getTime() > nowMs ? 'overlap' : 'retired'
}
