import { createPrivateKey } from 'node:crypto'
import type { SigningKey } from '../../sdk/src/index.ts'
import { UsageError } from './exit-codes.ts'
import type { Profile } from './profiles.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Where the server is and which key signs. */
export type Credentials = { baseUrl: string; publicKey: string } & SigningKey

export const DEFAULT_URL = 'http://localhost:4747'
const WHERE = 'run countersign login, or set COUNTERSIGN_PUBLIC_KEY and COUNTERSIGN_SECRET_KEY.'

/**
 * What signs: the environment first, then the profile. A key from the environment needs its own other half there,
 * so that halves of two keys are never put together.
 * @throws UsageError where something is missing
 */
export async function readCredentials(
  env: Env,
  profile: { name: string; kept: Profile | null },
): Promise<Credentials> {
  const { kept } = profile
  const baseUrl = env['COUNTERSIGN_URL'] || kept?.url || DEFAULT_URL
  const publicKey = env['COUNTERSIGN_PUBLIC_KEY']
  const secretKey = env['COUNTERSIGN_SECRET_KEY']
  if (publicKey || secretKey) {
    if (publicKey && secretKey) return { baseUrl, publicKey, secretKey }
    throw new UsageError(
      `COUNTERSIGN_${publicKey ? 'SECRET' : 'PUBLIC'}_KEY is not set: both halves come from the environment, or neither.`,
    )
  }
  if (!kept?.publicKey) throw new UsageError(`The profile "${profile.name}" holds no key: ${WHERE}`)
  if (kept.privateKey)
    return { baseUrl, publicKey: kept.publicKey, privateKey: await readPrivateKey(kept.privateKey) }
  if (kept.secretKey) return { baseUrl, publicKey: kept.publicKey, secretKey: kept.secretKey }
  throw new UsageError(`The profile "${profile.name}" is incomplete: ${WHERE}`)
}

/**
 * An Ed25519 private key from PEM (PKCS #8), ready to sign.
 * @throws UsageError when it is none
 */
export async function readPrivateKey(pem: string): Promise<CryptoKey> {
  try {
    const key = createPrivateKey(pem)
    if (key.asymmetricKeyType !== 'ed25519') throw new TypeError('another kind of key')
    const der = key.export({ type: 'pkcs8', format: 'der' })
    return await crypto.subtle.importKey('pkcs8', new Uint8Array(der), 'Ed25519', false, ['sign'])
  } catch {
    throw new UsageError('The private key must be an Ed25519 key in PEM, without a passphrase.')
  }
}
