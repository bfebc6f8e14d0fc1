import { createHmac, hash, timingSafeEqual } from 'node:crypto'

/**
 * A secret made ready for HMAC-SHA-256 (RFC 2104): its inner and outer pad, one SHA-256 block each, in one piece of
 * memory, because 100 000 keys may be cached.
 */
export type HmacKey = { pads: Buffer }

const BLOCK_BYTES = 64
const DIGEST_BYTES = 32
const SCRATCH_BYTES = 16 * 1024

// Reused for every signature: filling it is synchronous and ends before the next one begins.
const scratch = Buffer.alloc(BLOCK_BYTES + SCRATCH_BYTES)
const outerScratch = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES)

/** @param secret at most 64 bytes, the length of a SHA-256 block; ours have 57 */
export function hmacKey(secret: Buffer): HmacKey {
  if (secret.length > BLOCK_BYTES) throw new RangeError('an HMAC secret may hold 64 bytes')
  const pads = Buffer.alloc(2 * BLOCK_BYTES, 0x36)
  pads.fill(0x5c, BLOCK_BYTES)
  for (let index = 0; index < secret.length; index += 1) {
    const byte = secret[index] as number
    pads[index] = 0x36 ^ byte
    pads[BLOCK_BYTES + index] = 0x5c ^ byte
  }
  return { pads }
}

/**
 * HMAC-SHA-256 over an ASCII text. Two one-shot hashes over pads made beforehand take 1.4 µs where
 * `createHmac` takes 2.4 to 2.9.
 */
export function hmacSha256(key: HmacKey, text: string): Buffer {
  if (text.length > SCRATCH_BYTES) return slowHmac(key, text)
  key.pads.copy(scratch, 0, 0, BLOCK_BYTES)
  const length = scratch.write(text, BLOCK_BYTES, 'latin1')
  key.pads.copy(outerScratch, 0, BLOCK_BYTES)
  hash('sha256', scratch.subarray(0, BLOCK_BYTES + length), 'buffer').copy(outerScratch, BLOCK_BYTES)
  return hash('sha256', outerScratch, 'buffer')
}

/** Whether `signature` is the MAC of `text` under `key`; takes the same time wherever they differ. */
export function verifyHmac(key: HmacKey, text: string, signature: Buffer): boolean {
  return signature.length === DIGEST_BYTES && timingSafeEqual(hmacSha256(key, text), signature)
}

function slowHmac(key: HmacKey, text: string): Buffer {
  const secret = Buffer.from(key.pads.subarray(0, BLOCK_BYTES).map((byte) => byte ^ 0x36))
  return createHmac('sha256', secret).update(text, 'latin1').digest()
}
