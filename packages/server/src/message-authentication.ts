import { createHmac, hash } from 'node:crypto'

/**
 * A secret made ready for HMAC-SHA-256 (RFC 2104): its inner and outer pad, one SHA-256 block each, a character a byte.
 * Texts take less memory than buffers do, and 100 000 keys may be cached.
 */
export type HmacKey = { inner: string; outer: string }

const BLOCK_BYTES = 64
const DIGEST_BYTES = 32
const BASE64_CHARACTERS = 44
const SCRATCH_BYTES = 16 * 1024

// Reused for every signature: filling it is synchronous and ends before the next one begins.
const scratch = Buffer.alloc(BLOCK_BYTES + SCRATCH_BYTES)
const outerScratch = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES)
/** The beginnings of the scratch by their length, those of usual requests: making one costs a tenth of a hash. */
const beginnings = Array.from<Buffer | undefined>({ length: BLOCK_BYTES + 1024 })

/** @param secret at most 64 bytes, the length of a SHA-256 block; ours have 57 */
export function hmacKey(secret: Buffer): HmacKey {
  if (secret.length > BLOCK_BYTES) throw new RangeError('an HMAC secret may hold 64 bytes')
  const inner = Buffer.alloc(BLOCK_BYTES, 0x36)
  const outer = Buffer.alloc(BLOCK_BYTES, 0x5c)
  for (let index = 0; index < secret.length; index += 1) {
    const byte = secret[index] as number
    inner[index] = 0x36 ^ byte
    outer[index] = 0x5c ^ byte
  }
  return { inner: inner.toString('latin1'), outer: outer.toString('latin1') }
}

/**
 * HMAC-SHA-256 over an ASCII text, in base64. Two one-shot hashes over pads made beforehand take less than half of what
 * `createHmac` does, and a digest that is a text less than one that is a buffer.
 */
export function hmacSha256(key: HmacKey, text: string): string {
  if (text.length > SCRATCH_BYTES) return slowHmac(key, text)
  const length = scratch.write(key.inner + text, 0, 'latin1')
  outerScratch.write(key.outer + hash('sha256', beginning(length), 'binary'), 0, 'latin1')
  return hash('sha256', outerScratch, 'base64')
}

function beginning(length: number): Buffer {
  if (length >= beginnings.length) return scratch.subarray(0, length)
  return (beginnings[length] ??= scratch.subarray(0, length))
}

/**
 * Whether `signature` is the MAC of `text` under `key`; takes the same time wherever they differ.
 * @param signature in padded base64
 */
export function verifyHmac(key: HmacKey, text: string, signature: string): boolean {
  return signature.length === BASE64_CHARACTERS && isSame(hmacSha256(key, text), signature)
}

/** Compares two texts of one length, all of them: no branch and no index depends on what they hold. */
function isSame(one: string, other: string): boolean {
  let difference = 0
  for (let index = 0; index < BASE64_CHARACTERS; index += 1)
    difference |= one.charCodeAt(index) ^ other.charCodeAt(index)
  return difference === 0
}

function slowHmac({ inner }: HmacKey, text: string): string {
  const secret = Buffer.from(Buffer.from(inner, 'latin1').map((byte) => byte ^ 0x36))
  return createHmac('sha256', secret).update(text, 'latin1').digest('base64')
}
