import { verify as verifyEd25519 } from 'node:crypto'
import type { VerificationKey } from '../keys/key-cache.ts'
import { verifyHmac } from '../message-authentication.ts'

const ED25519_BYTES = 64

/** Two secrets are live during a rotation; either may have signed. @returns the version of the one that did */
export function matchSecret(
  key: VerificationKey,
  { base, base64, nowMs }: { base: string; base64: string; nowMs: number },
): number | null {
  for (const secret of key.secrets) {
    if (secret.expiresAt !== null && secret.expiresAt <= nowMs) continue
    if (secret.hmac && verifyHmac(secret.hmac, base, base64)) return secret.version
    if (!secret.ed25519) continue
    const bytes = Buffer.from(base64, 'base64')
    if (bytes.length === ED25519_BYTES && verifyEd25519(null, Buffer.from(base), secret.ed25519, bytes))
      return secret.version
  }
  return null
}
