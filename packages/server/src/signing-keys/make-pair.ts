import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { Sealer } from '../encryption.ts'
import type { NewSigningKey } from './queries.ts'
import type { Purpose } from './schema.ts'

/** A public key of the platform as the directories publish it (RFC 8037). */
export type PublicJwk = { kty: 'OKP'; crv: 'Ed25519'; x: string; kid: string; use: 'sig' }

/** A new Ed25519 pair; its private half leaves this function sealed only. */
export function makePair(sealer: Sealer, purpose: Purpose, now: Date): NewSigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url')
  const id = thumbprint(raw)
  const sealed = sealer.seal(
    privateKey.export({ format: 'der', type: 'pkcs8' }),
    signingKeySealName(id, purpose),
  )
  return { id, purpose, publicKey: raw, sealed, createdAt: now }
}

/** @throws SealError when it was changed, moved or sealed under an unknown master key */
export function openPrivateKey(
  sealer: Sealer,
  { id, purpose, sealed }: { id: string; purpose: Purpose; sealed: string },
): KeyObject {
  return createPrivateKey({
    key: sealer.open(sealed, signingKeySealName(id, purpose)),
    format: 'der',
    type: 'pkcs8',
  })
}

export function publicJwk(publicKey: Buffer): PublicJwk {
  return {
    kty: 'OKP',
    crv: 'Ed25519',
    x: publicKey.toString('base64url'),
    kid: thumbprint(publicKey),
    use: 'sig',
  }
}

/** RFC 7638 over the members that RFC 8037 appendix A.3 names, in the order that it fixes. */
function thumbprint(publicKey: Buffer): string {
  const members = JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x: publicKey.toString('base64url') })
  return createHash('sha256').update(members).digest('base64url')
}

/** What a sealed half belongs to: it opens under no other key or purpose. */
export function signingKeySealName(id: string, purpose: Purpose): string {
  return `signing-key/${purpose}/${id}`
}
