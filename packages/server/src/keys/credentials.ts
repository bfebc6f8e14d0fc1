import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Mode } from '../sessions/principal.ts'

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const PUBLIC_DIGITS = 22
const SECRET_DIGITS = 43
const CHECKSUM_DIGITS = 6
const PUBLIC_KEY = /^pk_(test|prod|op)_[0-9A-Za-z]{28}$/
// The largest multiple of 62 below 256: bytes above it would make some digits likelier than others.
const UNBIASED_BYTES = 248

/** Whom a key belongs to: a workspace, in one mode, or the platform itself. */
type KeyKind = Mode | 'operator'

const PREFIX: Record<KeyKind, string> = { test: 'test', production: 'prod', operator: 'op' }

/** `pk_<mode>_` (`pk_op_` for the platform), 22 random base62 digits, 6 digits of CRC-32 over all before them. */
export function newPublicKey(kind: KeyKind): string {
  return withChecksum(`pk_${PREFIX[kind]}_${randomDigits(PUBLIC_DIGITS)}`)
}

/** `sk_<mode>_`, 43 random base62 digits (256 bits), 6 digits of CRC-32. */
export function newSecretKey(kind: KeyKind): string {
  return withChecksum(`sk_${PREFIX[kind]}_${randomDigits(SECRET_DIGITS)}`)
}

/** Whether a public key names an operator key. */
export function isOperatorKey(publicKey: string): boolean {
  return publicKey.startsWith(`pk_${PREFIX.operator}_`)
}

/** Whether a text can be a public key at all: prefix, length, checksum. Turns typos away before any look-up. */
export function isPublicKey(text: string): boolean {
  return PUBLIC_KEY.test(text) && withChecksum(text.slice(0, -CHECKSUM_DIGITS)) === text
}

/** CRC-32/IEEE in base62, left-padded to six digits. It recognises typos and leaked keys; it is not security. */
function withChecksum(text: string): string {
  let rest = crc32(text)
  let digits = ''
  for (let index = 0; index < CHECKSUM_DIGITS; index += 1) {
    digits = BASE62.charAt(rest % 62) + digits
    rest = Math.floor(rest / 62)
  }
  return text + digits
}

function randomDigits(count: number): string {
  let digits = ''
  while (digits.length < count)
    for (const byte of randomBytes(count)) {
      if (digits.length === count) break
      if (byte < UNBIASED_BYTES) digits += BASE62.charAt(byte % 62)
    }
  return digits
}
