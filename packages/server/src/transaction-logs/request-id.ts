import { idTime } from '../ids.ts'

/**
 * A request id is 128 bits: the log stores them as uuid, 16 bytes instead of 31 in the row and in every
 * index. Both forms sort by time.
 */

const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz'
const PREFIX = 'req_'
const ID_DIGITS = 26
const UUID_DIGITS = 32
const DAY_MS = 86_400_000

const VALUE_OF = new Uint8Array(128)
for (let value = 0; value < 32; value += 1) VALUE_OF[DIGITS.charCodeAt(value)] = value

// 26 base32 digits are 130 bits whose upper two are zero: two digits are the first byte, and each four
// after them are 20 bits, five digits of hex.
const HEX_OF_BYTE = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, '0'))
const HEX_OF_12_BITS = Array.from({ length: 4096 }, (_, value) => value.toString(16).padStart(3, '0'))

/** `req_…` to the uuid with the same 128 bits, in hex without dashes, which Postgres reads too. The id must have passed `isId`. */
export function requestIdToUuid(id: string): string {
  let hex = HEX_OF_BYTE[(digit(id, 4) << 5) | digit(id, 5)] as string
  for (let index = 6; index < PREFIX.length + ID_DIGITS; index += 4) {
    const bits =
      (digit(id, index) << 15) |
      (digit(id, index + 1) << 10) |
      (digit(id, index + 2) << 5) |
      digit(id, index + 3)
    hex += (HEX_OF_12_BITS[bits >>> 8] as string) + (HEX_OF_BYTE[bits & 255] as string)
  }
  return hex
}

function digit(id: string, index: number): number {
  return VALUE_OF[id.charCodeAt(index)] as number
}

/** The request id with a uuid's 128 bits. */
export function uuidToRequestId(uuid: string): string {
  let id = PREFIX
  let bits = 0
  let held = 2
  for (let index = 0; index < uuid.length; index += 1) {
    const code = uuid.charCodeAt(index)
    if (code === 45) continue
    bits = ((bits << 4) | (code < 58 ? code - 48 : code - 87)) & 0x1ff
    held += 4
    if (held >= 5) {
      held -= 5
      id += DIGITS.charAt((bits >>> held) & 31)
    }
  }
  return id
}

/** The smallest uuid of a request id made at or after a time: a bound for ranges and partitions. */
export function uuidFloor(ms: number): string {
  return Math.max(0, Math.ceil(ms)).toString(16).padStart(12, '0').padEnd(UUID_DIGITS, '0')
}

/** The start, in milliseconds, of the UTC day in which a request id was made. */
export function dayOfRequest(id: string): number {
  return dayOf(idTime(id))
}

/** The start, in milliseconds, of the UTC day of a time. */
export function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS
}

/** `2026-11-23` for the day that starts at this time. */
export function dayName(dayMs: number): string {
  return new Date(dayMs).toISOString().slice(0, 10)
}
