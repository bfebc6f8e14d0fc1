import { fromBase64 } from './base64.ts'

/** One member of Signature-Input: what is covered, and how. */
export type CoveredList = {
  /** Component identifiers as they stand in the signature base: `"@method";req`. */
  components: readonly string[]
  /** Strings without their quotes; anything else as it is written. */
  parameters: ReadonlyMap<string, string>
  /** The value of `"@signature-params"`. */
  text: string
}

// Sticky patterns, one per grammar rule of RFC 8941 §4.2.
const KEY = /[a-z*][a-z0-9_.*-]*/y
const STRING = /"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"/y
const BARE =
  /"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"|-?\d{1,15}|\?[01]|:[A-Za-z0-9+/]*={0,2}:|[A-Za-z*][A-Za-z0-9!#$%&'*+\-.^_`|~:/]*/y
const BYTES = /:([A-Za-z0-9+/]*={0,2}):/y
const COMMA = /[ \t]*(?:,[ \t]*|$)/y
const LENGTH_MAX = 16_384

/** Signature-Input by label (RFC 9421 §4.1); null when it cannot be read or a label repeats. */
export function parseSignatureInput(header: string): Map<string, CoveredList> | null {
  return parseMembers(header, (take) => {
    const components: string[] = []
    const parameters = new Map<string, string>()
    let text = ''
    if (take(/\(/y) === null) return null
    for (;;) {
      take(/ */y)
      if (take(/\)/y) !== null) break
      const name = take(STRING)
      const own = name === null ? null : takeParameters(take, new Map())
      if (name === null || own === null) return null
      components.push(name + own)
    }
    const tail = takeParameters(take, parameters)
    if (tail === null) return null
    text = `(${components.join(' ')})${tail}`
    return { components, parameters, text }
  })
}

/** Signature by label (RFC 9421 §4.2); null when it cannot be read or a label repeats. */
export function parseSignatures(header: string): Map<string, Uint8Array<ArrayBuffer>> | null {
  return parseMembers(header, (take) => {
    const text = take(BYTES)
    return text === null ? null : fromBase64(text.slice(1, -1))
  })
}

type Take = (pattern: RegExp) => string | null

function parseMembers<Member>(
  header: string,
  member: (take: Take) => Member | null,
): Map<string, Member> | null {
  if (header.length > LENGTH_MAX) return null
  const members = new Map<string, Member>()
  let at = 0
  const take: Take = (pattern) => {
    pattern.lastIndex = at
    const match = pattern.exec(header)
    if (!match) return null
    at += match[0].length
    return match[0]
  }
  while (at < header.length) {
    const label = take(KEY)
    if (label === null || members.has(label) || take(/=/y) === null) return null
    const value = member(take)
    if (value === null || take(COMMA) === null) return null
    members.set(label, value)
  }
  return members
}

/** Reads parameters into the map. @returns their text, null when they cannot be read or one repeats */
function takeParameters(take: Take, into: Map<string, string>): string | null {
  let text = ''
  while (take(/;/y) !== null) {
    const name = take(KEY)
    if (name === null || into.has(name)) return null
    const value = take(/=/y) === null ? null : take(BARE)
    text += value === null ? `;${name}` : `;${name}=${value}`
    into.set(
      name,
      value === null ? '?1' : value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value,
    )
  }
  return text
}
