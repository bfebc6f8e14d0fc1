import { createHmac } from 'node:crypto'

/** The code that an authenticator app shows: RFC 6238 with the apps' defaults (SHA-1, 30 seconds, 6 digits). */
export function totp(secretBase32: string, atMs: number = Date.now()): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(atMs / 30_000)))
  const mac = createHmac('sha1', base32(secretBase32)).update(counter).digest()
  const value = mac.readUInt32BE(mac[19]! & 0xf) & 0x7fffffff
  return String(value % 1_000_000).padStart(6, '0')
}

/** The bytes of a secret as the otpauth address carries it (RFC 4648 §6). */
export function base32(text: string): Buffer {
  const bits = text
    .replace(/=+$/, '')
    .split('')
    .map((digit) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(digit).toString(2).padStart(5, '0'))
  return Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}
