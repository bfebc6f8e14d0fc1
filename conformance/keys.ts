import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { crc32 } from 'node:zlib'

// The generator signs with its own code on node:crypto, never with the SDK's or the server's, so that the data judges both.

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** The fixed PKCS #8 bytes before an Ed25519 seed (RFC 8410 §7). */
const PKCS8_ED25519_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

/** A key as the data names it. `secret_keys` all verify (newest first); `retired_secret_keys` no longer do. */
export type ConformanceKey = {
  name: string
  public_key: string
  mode: 'test' | 'production'
  algorithm: 'hmac-sha256' | 'ed25519'
  status: 'active' | 'expired' | 'disabled' | 'revoked' | 'absent'
  secret_keys: string[]
  retired_secret_keys: string[]
  ed25519_public_key_base64: string | null
  ed25519_private_key_pem: string | null
}

/** Base62 characters that look random and are the same on every run, drawn from the seed's SHA-256. */
function base62Of(seed: string, length: number): string {
  const bytes = Buffer.concat([
    createHash('sha512').update(seed).digest(),
    createHash('sha512').update(`${seed}+`).digest(),
  ])
  return Array.from(bytes.subarray(0, length), (byte) => BASE62[byte % 62]).join('')
}

/** DESIGN §5: the text followed by its CRC-32/IEEE as six base62 digits, left-padded. */
export function withChecksum(text: string): string {
  let rest = crc32(text)
  let digits = ''
  for (let place = 0; place < 6; place += 1) {
    digits = `${BASE62[rest % 62]}${digits}`
    rest = Math.floor(rest / 62)
  }
  return text + digits
}

const publicKeyOf = (seed: string, mode: 'test' | 'prod') =>
  withChecksum(`pk_${mode}_${base62Of(`${seed} public`, 22)}`)
const secretKeyOf = (seed: string, mode: 'test' | 'prod') =>
  withChecksum(`sk_${mode}_${base62Of(`${seed} secret`, 43)}`)

function hmacKey(name: string, options: Partial<ConformanceKey> = {}): ConformanceKey {
  const mode = options.mode === 'production' ? 'prod' : 'test'
  return {
    name,
    public_key: publicKeyOf(name, mode),
    mode: 'test',
    algorithm: 'hmac-sha256',
    status: 'active',
    secret_keys: [secretKeyOf(name, mode)],
    retired_secret_keys: [],
    ed25519_public_key_base64: null,
    ed25519_private_key_pem: null,
    ...options,
  }
}

function ed25519Key(name: string): ConformanceKey {
  const seed = createHash('sha256').update(`${name} seed`).digest()
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_ED25519_PREFIX, seed]),
    format: 'der',
    type: 'pkcs8',
  })
  return hmacKey(name, {
    algorithm: 'ed25519',
    secret_keys: [],
    ed25519_public_key_base64: rawPublicKey(privateKey).toString('base64'),
    ed25519_private_key_pem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  })
}

/** The 32 raw bytes of the public half: the tail of its SPKI form. */
function rawPublicKey(privateKey: KeyObject): Buffer {
  return createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32)
}

export const keys = {
  active: hmacKey('active'),
  other: hmacKey('other'),
  rotated: hmacKey('rotated', {
    secret_keys: [secretKeyOf('rotated new', 'test'), secretKeyOf('rotated old', 'test')],
    retired_secret_keys: [secretKeyOf('rotated retired', 'test')],
  }),
  production: hmacKey('production', { mode: 'production' }),
  ed25519: ed25519Key('ed25519'),
  ed25519Other: ed25519Key('ed25519Other'),
  expired: hmacKey('expired', { status: 'expired' }),
  disabled: hmacKey('disabled', { status: 'disabled' }),
  revoked: hmacKey('revoked', { status: 'revoked' }),
  absent: hmacKey('absent', { status: 'absent' }),
} satisfies Record<string, ConformanceKey>
