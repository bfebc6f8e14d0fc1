export type BaseLine = {
  ours: string | null
  theirs: string | null
  /** Where the first difference stands in this line, in characters; null where the lines agree. */
  at: number | null
}

const VISIBLE: Record<string, string> = { ' ': '·', '\t': '→', '\r': '\\r', '\n': '\\n' }

/** A character as it can be seen: spaces and line ends by a sign, what is not ASCII by its number. */
export function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return (
    VISIBLE[character] ??
    (code < 0x20 || code > 0x7e ? `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩` : character)
  )
}

/**
 * The base that somebody pasted: as it is, or as a JSON string (what JSON.stringify and json.dumps print), which keeps
 * the carriage returns that a text field drops.
 */
export function readOwnBase(text: string): string {
  const trimmed = text.trim()
  if (!trimmed.startsWith('"')) return text
  try {
    const value: unknown = JSON.parse(trimmed)
    return typeof value === 'string' ? value : text
  } catch {
    return text // a base begins with a quote as well
  }
}

/**
 * Lays two bases beside each other line by line.
 * @returns the lines, and the byte (from 0, in UTF-8) at which the texts first differ; null when they are equal
 */
export function compareBases(ours: string, theirs: string): { lines: BaseLine[]; firstByte: number | null } {
  const ourLines = ours.split('\n')
  const theirLines = theirs.split('\n')
  const lines = Array.from({ length: Math.max(ourLines.length, theirLines.length) }, (_, index): BaseLine => {
    const our = ourLines[index] ?? null
    const their = theirLines[index] ?? null
    return { ours: our, theirs: their, at: our === their ? null : commonLength(our ?? '', their ?? '') }
  })
  const common = commonLength(ours, theirs)
  const firstByte = ours === theirs ? null : new TextEncoder().encode(ours.slice(0, common)).length
  return { lines, firstByte }
}

function commonLength(one: string, other: string): number {
  let length = 0
  while (length < one.length && one[length] === other[length]) length += 1
  return length
}
