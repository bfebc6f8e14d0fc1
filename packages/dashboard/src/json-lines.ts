/** One line of JSON, indented. `open` lines begin an object or a list that ends at line `end`. */
export type JsonLine = {
  depth: number
  /** With quotes; null for items of lists and for ends. */
  key: string | null
  kind: 'open' | 'close' | 'string' | 'number' | 'word'
  text: string
  /** Of `open` lines: after the whole of it, as it stands when it is folded. */
  comma: boolean
  /** Of `open` lines: where it closes, and how many members it has. */
  end: number
  count: number
}

/** A value as lines, each of which knows what it begins. */
export function jsonLines(value: unknown): JsonLine[] {
  const lines: JsonLine[] = []
  add(lines, value, { depth: 0, key: null, comma: false })
  return lines
}

type Place = { depth: number; key: string | null; comma: boolean }

function add(lines: JsonLine[], value: unknown, place: Place): void {
  if (typeof value !== 'object' || value === null) {
    const kind = typeof value === 'string' ? 'string' : typeof value === 'number' ? 'number' : 'word'
    lines.push({ ...place, kind, text: JSON.stringify(value), end: 0, count: 0 })
    return
  }
  const isList = Array.isArray(value)
  const members: [string | null, unknown][] = isList
    ? value.map((item) => [null, item])
    : Object.entries(value).map(([name, member]) => [JSON.stringify(name), member])
  const [first, last] = isList ? '[]' : '{}'
  if (members.length === 0) {
    lines.push({ ...place, kind: 'word', text: `${first}${last}`, end: 0, count: 0 })
    return
  }
  const open: JsonLine = { ...place, kind: 'open', text: first ?? '', end: 0, count: members.length }
  lines.push(open)
  for (const [index, [key, member]] of members.entries())
    add(lines, member, { depth: place.depth + 1, key, comma: index < members.length - 1 })
  open.end = lines.length
  lines.push({ ...place, key: null, kind: 'close', text: last ?? '', end: 0, count: 0 })
}

/** The places of the lines that show while some are folded. */
export function shownLines(lines: readonly JsonLine[], folded: ReadonlySet<number>): number[] {
  const shown: number[] = []
  for (let at = 0; at < lines.length; at += 1) {
    shown.push(at)
    const line = lines[at]
    if (line?.kind === 'open' && folded.has(at)) at = line.end
  }
  return shown
}

// What is folded at first: what has more members than fit in view, but for the outermost.
const OPEN_MEMBERS_MAX = 40

export function foldedAtFirst(lines: readonly JsonLine[]): Set<number> {
  return new Set(
    [...lines.keys()].filter((at) => {
      const line = lines[at]
      return line?.kind === 'open' && line.depth > 1 && line.count > OPEN_MEMBERS_MAX
    }),
  )
}

// Each level indents every line within it: sixteen kilobytes of brackets would become a hundred megabytes of spaces.
const INDENTED_DEPTH_MAX = 100

/** The value of a text, or null where it is no JSON that can be shown line by line: then it is shown as it is. */
export function readJson(text: string): { value: unknown } | null {
  if (depthOf(text) > INDENTED_DEPTH_MAX) return null
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return null // cut off
  }
}

/** How deep brackets go; those inside strings count too, which only makes it more. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1
    deepest = Math.max(deepest, depth)
  }
  return deepest
}
