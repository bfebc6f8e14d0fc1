/**
 * Durations as counts in fixed slots: those of any two minutes, keys or servers can be added, and percentiles of the
 * sum are as good as those of one. Eight slots in each doubling of the microseconds, by the highest bit and the three
 * bits after it; no slot is wider than an eighth of where it begins. The migrations' `usage_slot` computes the same.
 */
export type Latency = Map<number, number>

const STEPS = 8
const STEP_BITS = 3
const MICROSECONDS_MAX = 2 ** 31 - 1
const SLOTS = 232

/** The slot of a duration, 0 to 231. */
export function latencySlot(durationMs: number): number {
  const microseconds = Math.min(Math.max(Math.round(durationMs * 1_000), 0), MICROSECONDS_MAX)
  if (microseconds < STEPS) return microseconds
  const octave = 31 - STEP_BITS - Math.clz32(microseconds)
  return octave * STEPS + ((microseconds >> octave) & (STEPS - 1)) + STEPS
}

/** The microseconds at which a slot begins. It ends where the next one begins. */
export function slotStart(slot: number): number {
  if (slot < 2 * STEPS) return slot
  const octave = Math.floor(slot / STEPS) - 1
  return (STEPS + (slot % STEPS)) * 2 ** octave
}

export function countLatency(latency: Latency, slot: number, count: number): void {
  latency.set(slot, (latency.get(slot) ?? 0) + count)
}

/** As the database keeps it: `slot:count`, apart by spaces. */
export function latencyText(latency: Latency): string {
  let text = ''
  for (const [slot, count] of latency) text += `${text === '' ? '' : ' '}${slot}:${count}`
  return text
}

const COLON = 0x3a
const SPACE = 0x20
const ZERO = 0x30

/** Calls back with each slot and its count. Read digit by digit: a month has hundreds of thousands of them. */
export function readLatency(text: string, take: (slot: number, count: number) => void): void {
  let slot = 0
  let number = 0
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code === COLON) {
      slot = number
      number = 0
    } else if (code === SPACE) {
      take(slot, number)
      number = 0
    } else number = number * 10 + code - ZERO
  }
  if (text !== '') take(slot, number)
}

/** A count for every slot there is. */
export const noLatencies = () => new Float64Array(SLOTS)

/**
 * The durations, in milliseconds, within which these shares of all fall; evenly spread within a slot, so at most an
 * eighth off. Null where nothing was measured.
 * @param counts by slot
 * @param fractions in rising order, such as 0.5, 0.95
 */
export function percentiles(counts: Float64Array, fractions: readonly number[]): number[] | null {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  const found: number[] = []
  let below = 0
  for (const [slot, count] of counts.entries()) {
    while (
      found.length < fractions.length &&
      count > 0 &&
      fractions[found.length]! * total <= below + count
    ) {
      const share = (fractions[found.length]! * total - below) / count
      const start = slotStart(slot)
      found.push(Math.round(start + share * (slotStart(slot + 1) - start)) / 1_000)
    }
    below += count
  }
  return found
}
