import { crc32 } from 'node:zlib'

/**
 * How free text on paths is answered without reading paths (docs/decisions/0010): a path is a pattern
 * with few spellings (`/v1/transactions/txn_*`) and the segments that the stars stand for. Text that lies
 * in the pattern is found in the list of series; text in a starred segment by its grams, three
 * characters each, in an index.
 */

/** Stands for any path: used when an attacker or a bug makes more patterns than a real API has. */
export const ANY_PATH = '*'
export const PATH_TEXT_MIN = 3
const GRAMS_SEARCHED_MAX = 4
const PATTERNS_MAX = 2_000
// A series' unique key must fit a B-tree entry of 2 704 bytes; a real path is a tenth of this.
const PATTERN_CHARACTERS_MAX = 512
const LITERAL_SEGMENT = /^[a-z][a-z0-9-]{0,31}$/
const ID_BEGIN = /^[a-z]{2,8}_[0-9a-hjkmnp-tv-z]{3}/
const ID_SEGMENT = /^([a-z]{2,8}_)[0-9a-hjkmnp-tv-z]{26}$/

const knownPatterns = new Set<string>()
// Most requests repeat a few paths without ids; for these the pattern is a look-up.
const LITERAL_PATHS_MAX = 2_000
const literalPaths = new Set<string>()

/** The path's pattern: ids become `kind_*`, every other segment that is no plain word becomes `*`. */
export function pathPattern(path: string): string {
  if (literalPaths.has(path)) return path
  const pattern = path.split('/').map(segmentPattern).join('/')
  if (!knownPatterns.has(pattern)) {
    if (pattern.length > PATTERN_CHARACTERS_MAX || knownPatterns.size >= PATTERNS_MAX) return ANY_PATH
    knownPatterns.add(pattern)
  }
  if (pattern === path && literalPaths.size < LITERAL_PATHS_MAX) literalPaths.add(path)
  return pattern
}

function segmentPattern(segment: string): string {
  if (segment === '' || LITERAL_SEGMENT.test(segment)) return segment
  const id = ID_SEGMENT.exec(segment)
  return id ? `${id[1]}*` : '*'
}

/** The patterns under which rows with this path can have been written. */
export function patternsOf(path: string): string[] {
  return [path.split('/').map(segmentPattern).join('/'), ANY_PATH]
}

/** CRC-32 of a path as Postgres' integer: the key of the exact filter. What matches is compared again. */
export function pathHash(path: string): number {
  return crc32(path) | 0
}

/** The distinct grams of a path's starred segments: what the index holds for this path. */
export function pathGrams(path: string, pattern: string): number[] {
  if (pattern === ANY_PATH) return gramsOf([path])
  const stars = pattern.split('/')
  return gramsOf(path.split('/').filter((_, index) => stars[index]?.endsWith('*')))
}

/**
 * At most four grams, from the end of the grams' text backwards: ids begin with their time, so their ends tell
 * them apart, and every gram more costs the index a longer intersection.
 */
export function telltaleGrams(texts: readonly string[]): number[] {
  const told: string[] = []
  for (const text of texts.toReversed()) {
    const start = sharedStart(text)
    for (let end = text.length; end > start && text.length >= 3 && told.length < GRAMS_SEARCHED_MAX; end -= 3)
      // The last one may overlap the one before it: what is left over is shorter than a gram.
      told.push(end - 3 < start ? text.slice(start, start + 3) : text.slice(end - 3, end))
  }
  return gramsOf(told)
}

/**
 * Where a text stops to begin like every other id: its kind and three characters of its time are the same for
 * twelve days, and the index would walk half of a day's rows for them (measured: 67 ms instead of 25 ms).
 */
function sharedStart(text: string): number {
  const start = ID_BEGIN.exec(text)?.[0].length ?? 0
  return text.length - start >= 3 ? start : 0
}

/** The grams of texts: each three characters in a row, hashed to 16 bits. What matches is checked again. */
export function gramsOf(texts: readonly string[]): number[] {
  const grams = new Set<number>()
  for (const text of texts)
    for (let index = 0; index + 2 < text.length; index += 1) {
      const mixed =
        (text.charCodeAt(index) * 31 + text.charCodeAt(index + 1)) * 31 + text.charCodeAt(index + 2)
      grams.add(Math.imul(mixed, 0x9e3779b1) >> 16)
    }
  return [...grams]
}

/** How a text can occur in the paths of one pattern. */
export type TextMatch =
  | { kind: 'never' }
  /** The pattern itself shows the text: every path of it does. */
  | { kind: 'always' }
  /** A path may hold the text; if so, the index holds at least these grams for it. */
  | { kind: 'perhaps'; grams: number[] }

/** Where a text can lie in paths of this pattern: it is laid along the segments at every offset. */
export function matchPattern(pattern: string, text: string): TextMatch {
  const pieces = text.split('/')
  if (pattern === ANY_PATH) return { kind: 'perhaps', grams: telltaleGrams(pieces) }
  const segments = pattern.split('/')
  let shared: Set<number> | undefined
  for (let offset = 0; offset + pieces.length <= segments.length; offset += 1) {
    const starred = layAlong(segments.slice(offset, offset + pieces.length), pieces)
    if (starred === null) continue
    if (starred.length === 0) return { kind: 'always' }
    const grams = new Set(telltaleGrams(starred))
    // The text may lie at several offsets: only what every one of them needs is certain.
    shared = shared ? new Set([...shared].filter((gram) => grams.has(gram))) : grams
  }
  return shared ? { kind: 'perhaps', grams: [...shared] } : { kind: 'never' }
}

/** The pieces that would lie in starred segments, or null when a literal segment contradicts a piece. */
function layAlong(segments: readonly string[], pieces: readonly string[]): string[] | null {
  const starred: string[] = []
  for (const [index, piece] of pieces.entries()) {
    const segment = segments[index] as string
    const ends = { startsInside: index === 0, endsInside: index === pieces.length - 1 }
    if (!segment.endsWith('*')) {
      if (!fits(segment, piece, ends)) return null
      continue
    }
    if (ends.startsInside && piece === '') continue
    const prefix = segment.slice(0, -1)
    if (ends.endsInside && fits(prefix, piece, ends)) continue
    if (!ends.startsInside && !piece.startsWith(prefix)) return null
    starred.push(piece)
  }
  return starred
}

/** Whether a piece of the text lies in a literal segment; only at the text's ends may it be a part of it. */
function fits(segment: string, piece: string, ends: { startsInside: boolean; endsInside: boolean }): boolean {
  if (ends.startsInside && ends.endsInside) return segment.includes(piece)
  if (ends.startsInside) return segment.endsWith(piece)
  if (ends.endsInside) return segment.startsWith(piece)
  return segment === piece
}
