/**
 * Digests of 16 bytes, each until a second of its own, in flat memory: about 40 bytes each where a Set of texts takes
 * 150, and nothing for the collector of garbage to walk. A digest is given as a text of a character a byte.
 */
export type DigestSet = {
  /** Whether a digest was added for a second that is not forgotten. */
  has(digest: string): boolean
  /**
   * Adds a digest that is not held.
   * @param second above 0 and below 2^32
   * @returns false when there is no room for it
   */
  add(digest: string, second: number): boolean
  /** Forgets what was added for earlier seconds. Costs nothing: its slots are taken over as they are met. */
  forgetBefore(second: number): void
  /** Allocated memory. */
  readonly bytes: number
}

// Open addressing (Knuth, TAOCP 3, §6.4, algorithm L) in 256 tables, chosen by a byte of the digest. A table that is
// full of live and forgotten slots is laid out anew alone, so that nobody waits for all of it: 0.4 ms at four million.
const TABLES = 256
const SLOTS_FIRST = 8
/** Four of the digest and its second; 0 there: the slot was never used. */
const WORDS = 5
const SLOT_BYTES = WORDS * 4
const USED_SHARE_MAX = 0.85
const LIVE_SHARE_MAX = 0.7

type Table = { words: Uint32Array; slots: number; used: number }

export function createDigestSet({ bytesMax }: { bytesMax: number }): DigestSet {
  const tables: (Table | undefined)[] = Array.from({ length: TABLES }, () => undefined)
  let bytes = 0
  let oldest = 1
  // Of the digest that is looked for: read once, compared many times.
  let a = 0
  let b = 0
  let c = 0
  let d = 0

  function read(digest: string): Table | undefined {
    a = wordAt(digest, 0)
    b = wordAt(digest, 4)
    c = wordAt(digest, 8)
    d = wordAt(digest, 12)
    return tables[d & (TABLES - 1)]
  }

  /** Room for one more in a table, which may be a larger one then, or a smaller one. */
  function makeRoom(table: Table | undefined): Table | null {
    if (table && table.used + 1 <= table.slots * USED_SHARE_MAX) return table
    const live = table ? countLive(table, oldest) : 0
    let slots = SLOTS_FIRST
    while (live + 1 > slots * LIVE_SHARE_MAX) slots *= 2
    const bytesAfter = bytes + (slots - (table?.slots ?? 0)) * SLOT_BYTES
    if (bytesAfter > bytesMax) return null
    bytes = bytesAfter
    return layOut(table, slots, oldest)
  }

  return {
    has(digest) {
      const table = read(digest)
      if (!table) return false
      const { words, slots } = table
      for (let slot = a & (slots - 1); ; slot = (slot + 1) & (slots - 1)) {
        const at = slot * WORDS
        const second = words[at + 4] as number
        if (second === 0) return false
        if (words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d)
          if (second >= oldest) return true
      }
    },

    add(digest, second) {
      const table = makeRoom(read(digest))
      if (!table) return false
      tables[d & (TABLES - 1)] = table
      const { words, slots } = table
      let slot = a & (slots - 1)
      // The first that is free: never used, or forgotten. Nobody else holds this digest, so the rest needs no look.
      while ((words[slot * WORDS + 4] as number) >= oldest) slot = (slot + 1) & (slots - 1)
      const at = slot * WORDS
      if (words[at + 4] === 0) table.used += 1
      words[at] = a
      words[at + 1] = b
      words[at + 2] = c
      words[at + 3] = d
      words[at + 4] = second
      return true
    },

    forgetBefore(second) {
      oldest = Math.max(oldest, second)
    },

    get bytes() {
      return bytes
    },
  }
}

function wordAt(digest: string, at: number): number {
  return (
    (digest.charCodeAt(at) |
      (digest.charCodeAt(at + 1) << 8) |
      (digest.charCodeAt(at + 2) << 16) |
      (digest.charCodeAt(at + 3) << 24)) >>>
    0
  )
}

function countLive({ words }: Table, oldest: number): number {
  let live = 0
  for (let at = 4; at < words.length; at += WORDS) if ((words[at] as number) >= oldest) live += 1
  return live
}

/** What is live of a table, in a new one. */
function layOut(table: Table | undefined, slots: number, oldest: number): Table {
  const words = new Uint32Array(slots * WORDS)
  let used = 0
  for (let from = 0; table && from < table.words.length; from += WORDS) {
    if ((table.words[from + 4] as number) < oldest) continue
    let slot = (table.words[from] as number) & (slots - 1)
    while (words[slot * WORDS + 4] !== 0) slot = (slot + 1) & (slots - 1)
    for (let word = 0; word < WORDS; word += 1)
      words[slot * WORDS + word] = table.words[from + word] as number
    used += 1
  }
  return { words, slots, used }
}
