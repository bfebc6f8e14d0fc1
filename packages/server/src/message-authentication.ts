import { createHmac, hash, timingSafeEqual } from 'node:crypto'

/** A secret made ready for HMAC-SHA-256 (RFC 2104): its inner and outer pad, one SHA-256 block each. */
export type HmacKey = { inner: Buffer; outer: Buffer }

const BLOCK_BYTES = 64
const DIGEST_BYTES = 32
const SCRATCH_BYTES = 16 * 1024

// Reused for every signature: filling it is synchronous and ends before the next one begins.
const scratch = Buffer.alloc(BLOCK_BYTES + SCRATCH_BYTES)
const outerScratch = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES)

/** @param secret at most 64 bytes, the length of a SHA-256 block; ours have 57 */
export function hmacKey(secret: Buffer): HmacKey {
  if (secret.length > BLOCK_BYTES) throw new RangeError('an HMAC secret may hold 64 bytes')
  const inner = Buffer.alloc(BLOCK_BYTES, 0x36)
  const outer = Buffer.alloc(BLOCK_BYTES, 0x5c)
  for (let index = 0; index < secret.length; index += 1) {
    inner[index] = 0x36 ^ (secret[index] as number)
    outer[index] = 0x5c ^ (secret[index] as number)
  }
  return { inner, outer }
}

/**
 * HMAC-SHA-256 over an ASCII text. Two one-shot hashes over pads made beforehand take 1.4 µs where
 * `createHmac` takes 2.4 to 2.9.
 */
export function hmacSha256(key: HmacKey, text: string): Buffer {
  if (text.length > SCRATCH_BYTES) return slowHmac(key, text)
  key.inner.copy(scratch, 0)
  const length = scratch.write(text, BLOCK_BYTES, 'latin1')
  key.outer.copy(outerScratch, 0)
  hash('sha256', scratch.subarray(0, BLOCK_BYTES + length), 'buffer').copy(outerScratch, BLOCK_BYTES)
  return hash('sha256', outerScratch, 'buffer')
}

/** Whether `signature` is the MAC of `text` under `key`; takes the same time wherever they differ. */
export function verifyHmac(key: HmacKey, text: string, signature: Buffer): boolean {
  return signature.length === DIGEST_BYTES && timingSafeEqual(hmacSha256(key, text), signature)
}

function slowHmac(key: HmacKey, text: string): Buffer {
  const secret = Buffer.from(key.inner.map((byte) => byte ^ 0x36))
  return createHmac('sha256', secret).update(text, 'latin1').digest()
}
