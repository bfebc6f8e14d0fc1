import { randomFillSync } from 'node:crypto'

/** The kinds of id; each is the prefix on the wire. */
export const ID_KINDS = [
  'usr',
  'ses',
  'wks',
  'mem',
  'inv',
  'key',
  'cli',
  'opk',
  'acc',
  'txn',
  'ent',
  'evt',
  'ep',
  'dlv',
  'rpl',
  'att',
  'req',
  'aud',
  'msg',
  'rec',
] as const
export type IdKind = (typeof ID_KINDS)[number]

// Crockford's base32 in lower case: sorts the same in ASCII and in every collation, and holds no i, l, o, u.
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz'
const TWO_DIGITS = Array.from(
  { length: 1024 },
  (_, value) => DIGITS.charAt(value >> 5) + DIGITS.charAt(value & 31),
)
const VALUE_OF = new Uint8Array(128)
for (let value = 0; value < DIGITS.length; value += 1) VALUE_OF[DIGITS.charCodeAt(value)] = value
const ID_DIGITS = 26
const TIME_DIGITS = 10
const COUNTER_MAX = 0xffff
const ID_PATTERN = /^[a-z]{2,3}_[0-7][0-9a-hjkmnp-tv-z]{25}$/

const RANDOM_POOL_BYTES = 8 * 512
const randomPool = Buffer.allocUnsafe(RANDOM_POOL_BYTES)
let randomOffset = RANDOM_POOL_BYTES

// Whoever makes an id names its time, and may have read the clock before others did. So each of the last milliseconds
// keeps its own count; one that comes back after that begins again at 0.
const COUNTED_MS = 1024
const countedMs = new Float64Array(COUNTED_MS).fill(-1)
const counts = new Uint16Array(COUNTED_MS)

/**
 * A new id: `kind_` and 26 base32 digits in the layout of a ULID: 10 digits hold 48 bits of time in
 * milliseconds; 16 digits hold 16 bits that count within the millisecond and 64 random bits. Ids of one time sort in
 * the order in which a process made them, whatever ids of other times it made between them within a second.
 */
export function newId(kind: IdKind, nowMs: number = Date.now()): string {
  const ms = Math.floor(nowMs)
  if (randomOffset === RANDOM_POOL_BYTES) {
    randomFillSync(randomPool)
    randomOffset = 0
  }
  const high = randomPool.readUInt32BE(randomOffset)
  const low = randomPool.readUInt32BE(randomOffset + 4)
  randomOffset += 8
  // 80 bits in four times 20.
  return (
    `${kind}_${timeDigits(ms)}` +
    fourDigits((nextCount(ms) << 4) | (high >>> 28)) +
    fourDigits((high >>> 8) & 0xfffff) +
    fourDigits(((high & 0xff) << 12) | (low >>> 20)) +
    fourDigits(low & 0xfffff)
  )
}

function nextCount(ms: number): number {
  const slot = ms % COUNTED_MS
  if (countedMs[slot] !== ms) {
    countedMs[slot] = ms
    counts[slot] = 0
  } else if (counts[slot]! < COUNTER_MAX) {
    counts[slot]! += 1
  }
  return counts[slot]!
}

/** Milliseconds since the epoch at which an id was made. The id must have passed `isId`. */
export function idTime(id: string): number {
  const start = id.indexOf('_') + 1
  let ms = 0
  for (let index = 0; index < TIME_DIGITS; index += 1)
    ms = ms * 32 + (VALUE_OF[id.charCodeAt(start + index)] as number)
  return ms
}

/** Whether a text has the shape of an id of this kind. */
export function isId(kind: IdKind, text: string): boolean {
  return text.length === kind.length + 1 + ID_DIGITS && text.startsWith(`${kind}_`) && ID_PATTERN.test(text)
}

/** The smallest id of a kind made at or after a time: the bound for a range scan over time-ordered ids. */
export function idFloor(kind: IdKind, ms: number): string {
  return `${kind}_${timeDigits(Math.max(0, Math.floor(ms)))}${'0'.repeat(ID_DIGITS - TIME_DIGITS)}`
}

let latestTimeMs = -1
let latestTimeDigits = ''

/** Ten digits for a time; remembered, because many ids are made within one millisecond. */
function timeDigits(ms: number): string {
  if (ms === latestTimeMs) return latestTimeDigits
  let digits = ''
  let rest = ms
  for (let index = 0; index < TIME_DIGITS; index += 1) {
    digits = DIGITS.charAt(rest % 32) + digits
    rest = Math.floor(rest / 32)
  }
  latestTimeMs = ms
  latestTimeDigits = digits
  return digits
}

/** Four digits for 20 bits. */
function fourDigits(value: number): string {
  return (TWO_DIGITS[value >>> 10] as string) + (TWO_DIGITS[value & 1023] as string)
}
