import { ProblemError } from './api.ts'

/** An Ed25519 pair made in this browser. Only `publicHalf` is ever sent. */
export type KeyPair = {
  /** The 32 bytes of the public half in base64, as the API takes it. */
  publicHalf: string
  privateKey: CryptoKey
  /** The private half as PKCS #8 in base64: 64 characters, one line of a PEM file. */
  pkcs8: string
}

/** Where the public half of an Ed25519 key comes from. */
export type PairSource = { from: 'browser' } | { from: 'pasted'; text: string }

/** The fixed bytes before the 32 of an Ed25519 public key in a SubjectPublicKeyInfo (RFC 8410 §4), in base64. */
const SPKI_BYTES = 44
const SPKI_PREFIX = 'MCowBQYDK2VwAyEA'

/**
 * The public half to register and, when this browser made the pair, the pair itself.
 * @throws ProblemError when the browser cannot make one, or when what was pasted is no public key
 */
export async function bringPublicHalf(
  source: PairSource,
): Promise<{ publicHalf: string; pair: KeyPair | undefined }> {
  if (source.from === 'pasted') return { publicHalf: readPublicHalf(source.text), pair: undefined }
  const pair = await makeKeyPair()
  return { publicHalf: pair.publicHalf, pair }
}

async function makeKeyPair(): Promise<KeyPair> {
  try {
    const { publicKey, privateKey } = (await crypto.subtle.generateKey('Ed25519', true, [
      'sign',
      'verify',
    ])) as CryptoKeyPair
    return {
      publicHalf: base64(await crypto.subtle.exportKey('raw', publicKey)),
      privateKey,
      pkcs8: base64(await crypto.subtle.exportKey('pkcs8', privateKey)),
    }
  } catch {
    // No WebCrypto on plain http away from localhost, and no Ed25519 in older browsers.
    throw refused(
      'This browser cannot make an Ed25519 pair',
      'Make it with: openssl genpkey -algorithm ed25519 -out key.pem. Then paste what openssl pkey -in key.pem -pubout prints.',
    )
  }
}

/**
 * Reads a public key as people hold it: the 32 bytes in base64, or a PEM file. Anything else is refused here, so that
 * a private key pasted by mistake never leaves the browser.
 * @throws ProblemError
 */
export function readPublicHalf(text: string): string {
  if (text.includes('PRIVATE KEY')) {
    throw refused(
      'This is a private key',
      'It was not sent. Paste its public half: openssl pkey -in key.pem -pubout prints it.',
    )
  }
  const bare = text.replaceAll(/-----[A-Z ]+-----|\s/g, '')
  const raw = isSpki(bare) ? bare.slice(SPKI_PREFIX.length) : bare
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(raw)) {
    throw refused('The public key cannot be read', undefined, [
      { pointer: '/ed25519_public_key', message: 'must be the 32 bytes of an Ed25519 public key in base64' },
    ])
  }
  return raw
}

const isSpki = (text: string) =>
  text.startsWith(SPKI_PREFIX) && Math.floor((text.replace(/=+$/, '').length * 3) / 4) === SPKI_BYTES

/** The private half as a PEM file. */
export function pemOf({ pkcs8 }: KeyPair): string {
  return `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`
}

function base64(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)))
}

function refused(
  title: string,
  detail: string | undefined,
  errors?: { pointer: string; message: string }[],
): ProblemError {
  return new ProblemError({ type: 'about:blank', title, status: 0, code: 'invalid-input', detail, errors })
}
