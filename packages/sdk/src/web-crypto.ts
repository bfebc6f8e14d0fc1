const encoder = new TextEncoder()

/** Text as UTF-8, bytes as a copy that WebCrypto accepts. */
export function toBytes(input: string | Uint8Array | ArrayBuffer): Uint8Array<ArrayBuffer> {
  if (typeof input === 'string') return encoder.encode(input)
  // isView holds for another realm's bytes too, as in test runners; instanceof would not.
  if (ArrayBuffer.isView(input)) {
    return new Uint8Array(new Uint8Array(input.buffer, input.byteOffset, input.byteLength))
  }
  if (Object.prototype.toString.call(input) === '[object ArrayBuffer]') return new Uint8Array(input).slice()
  throw new TypeError('The body must be a string or bytes, exactly as it is sent or was received.')
}

/** @throws Error where WebCrypto is missing: browsers offer it on https pages and on localhost only */
function subtle(): SubtleCrypto {
  const found = globalThis.crypto?.subtle
  if (!found) throw new Error('WebCrypto is missing: serve the page over https or from localhost.')
  return found
}

export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await subtle().digest('SHA-256', bytes))
}

export async function digestOf(
  algorithm: 'SHA-256' | 'SHA-512',
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await subtle().digest(algorithm, bytes))
}

/** HMAC-SHA256 (RFC 2104): 32 bytes. */
export async function hmacSha256(
  keyBytes: Uint8Array<ArrayBuffer>,
  message: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = await subtle().importKey('raw', keyBytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return new Uint8Array(await subtle().sign('HMAC', key, message))
}

/** Ed25519 (RFC 8032): 64 bytes. */
export async function ed25519Sign(
  privateKey: CryptoKey,
  message: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await subtle().sign('Ed25519', privateKey, message))
}

export async function ed25519Verify(
  publicKey: CryptoKey,
  signature: Uint8Array<ArrayBuffer>,
  message: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  return subtle().verify('Ed25519', publicKey, signature, message)
}

/** @param raw 32 bytes */
export async function importEd25519PublicKey(raw: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return subtle().importKey('raw', raw, 'Ed25519', false, ['verify'])
}

/** The fixed bytes of PKCS #8 before an Ed25519 seed (RFC 8410 §7). */
const PKCS8_PREFIX = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20]

/** @param seed 32 bytes */
export async function importEd25519PrivateKey(seed: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const pkcs8 = new Uint8Array([...PKCS8_PREFIX, ...seed])
  return subtle().importKey('pkcs8', pkcs8, 'Ed25519', false, ['sign'])
}

/** Compares in a time that depends on the lengths only. */
export function constantTimeEqual(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false
  let difference = 0
  for (let index = 0; index < left.length; index += 1) difference |= left[index]! ^ right[index]!
  return difference === 0
}

/** Random bytes in lower-case hex. */
export function randomHex(bytes: number): string {
  const random = globalThis.crypto.getRandomValues(new Uint8Array(bytes))
  return Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
