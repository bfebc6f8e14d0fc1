import type { Clock } from '../clock.ts'
import type { KeyPrincipal } from '../sessions/principal.ts'
import { isAllowed } from './ip-allowlist.ts'
import type { KeyCache } from './key-cache.ts'
import type { Scope } from './scopes.ts'

/** A stream outlives neither its key nor the secret that opened it: rotating is what one does about a thief. */
export async function isKeyStillAllowed(
  deps: { keyCache: Pick<KeyCache, 'find'>; clock: Clock },
  principal: KeyPrincipal,
  { address, scope }: { address: string; scope: Scope },
): Promise<boolean> {
  const key = await deps.keyCache.find(principal.publicKey)
  if (!key || !key.enabled || key.revokedAt !== null) return false
  if (key.kind === 'workspace' && key.isSuspended) return false
  const now = deps.clock.now()
  const isOver = (expiresAt: number | null) => expiresAt !== null && expiresAt <= now
  const secret = key.secrets.find(({ version }) => version === principal.secretVersion)
  if (isOver(key.expiresAt) || !secret || isOver(secret.expiresAt)) return false
  return key.scopes.has(scope) && isAllowed(key.allowlist, address)
}
