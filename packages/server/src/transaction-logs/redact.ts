import { createHash } from 'node:crypto'

export const REDACTED = '[redacted]'
/** How much of a body is kept (DESIGN §9). */
export const BODY_BYTES_MAX = 16 * 1024
// A body nested deeper than any real one is kept as length and digest: walking it could exhaust the stack.
const NESTING_MAX = 100

// DESIGN §9: names that contain one of the first five, or are one of the last four. Separators in
// card_number may be missing or dashes, because cardNumber and card-number mean the same; and
// `card[cvv]` or `card.cvv` is how forms and queries write a nested cvv.
const SENSITIVE_NAME =
  /authorization|cookie|secret|password|token|(?:^|[.[])(?:card[_-]?number|cvv|pin|iban)\]?$/i

// Cheap look-ups that come before the costly question: without one of these, no name in a text is
// sensitive. A JSON name may be spelled with \u escapes; a signature_base repeats values inside one string.
const MAYBE_SENSITIVE = /authorization|cookie|secret|password|token|card|cvv|pin|iban/i
const MAYBE_SENSITIVE_JSON =
  /authorization|cookie|secret|password|token|card[_-]?number|cvv\]?"|pin\]?"|iban\]?"|signature_base|\\u/i

// Header and member names repeat: the few hundred of a real API are looked at once.
const NAMES_REMEMBERED_MAX = 5_000
const rememberedNames = new Map<string, boolean>()

/** Whether values under this name never reach the log: a header, a query parameter or a JSON member. */
export function isSensitiveName(name: string): boolean {
  let sensitive = rememberedNames.get(name)
  if (sensitive === undefined) {
    sensitive = SENSITIVE_NAME.test(name)
    if (rememberedNames.size < NAMES_REMEMBERED_MAX && name.length < 100) rememberedNames.set(name, sensitive)
  }
  return sensitive
}

/** A body as the log keeps it. `text` is null when it did not parse: then length and digest remain. */
export type LoggedBody = { text: string | null; bytes: number; truncated: boolean; digest: string | null }

const NO_BODY: LoggedBody = { text: null, bytes: 0, truncated: false, digest: null }

/**
 * Redacts a JSON body and then keeps its first 16 KiB. A body that is not JSON is kept as its length and
 * `sha-256=:…:` digest only, because nobody can say which part of it is secret.
 * @param options.isJson the text is known to be JSON: no need to parse it again
 */
export function redactBody(
  body: Buffer | string | null | undefined,
  { isJson = false }: { isJson?: boolean } = {},
): LoggedBody {
  if (body === null || body === undefined || body.length === 0) return NO_BODY
  const text = typeof body === 'string' ? body : body.toString('utf8')
  const bytes = typeof body === 'string' ? Buffer.byteLength(text) : body.length
  const redacted = redactJson(text, { isJson })
  if (redacted === null) {
    const digest = createHash('sha256').update(body).digest('base64')
    return { text: null, bytes, truncated: false, digest: `sha-256=:${digest}:` }
  }
  return { ...truncate(redacted), bytes, digest: null }
}

/** The JSON text without its secrets, or null when it is not JSON. Unchanged when it can hold none. */
export function redactJson(text: string, { isJson = false }: { isJson?: boolean } = {}): string | null {
  try {
    if (!isJson) JSON.parse(text)
    return markMembers(text) ?? JSON.stringify(redactValue(JSON.parse(text), 0))
  } catch {
    return null
  }
}

/**
 * The JSON text with its secrets marked where they stand, or null where it must be read for that. In a text without
 * escapes each member's name is what lies between the last two quotes before its colon. A colon within a text may have
 * two quotes before it as well; what lies between those is no name, and never looks like one that is sensitive: a
 * text's own quotes have nothing but punctuation, white space, numbers, `true`, `false` or `null` between them.
 * @param json a valid JSON text
 */
function markMembers(json: string): string | null {
  if (json.includes('\\')) return MAYBE_SENSITIVE_JSON.test(json) ? null : json
  let marked = ''
  let copied = 0
  for (let colon = json.indexOf(':'); colon >= 0; colon = json.indexOf(':', colon + 1)) {
    const name = nameBefore(json, colon)
    if (name === null) continue
    if (name === 'signature_base') return null
    if (!isSensitiveName(name)) continue
    const end = endOfFlatValue(json, colon + 1)
    if (end === null) return null
    marked += `${json.slice(copied, colon + 1)}"${REDACTED}"`
    copied = end
    // A colon within the value is not looked at.
    colon = end - 1
  }
  return copied === 0 ? json : marked + json.slice(copied)
}

function nameBefore(json: string, colon: number): string | null {
  let end = colon - 1
  while (isWhiteSpace(json.charCodeAt(end))) end -= 1
  if (json.charCodeAt(end) !== QUOTE) return null
  let start = end
  while (start > 0 && json.charCodeAt(start - 1) !== QUOTE) start -= 1
  return end - start < SENSITIVE_CHARACTERS_MIN ? null : json.slice(start, end)
}

/** Where a text, number or literal ends; null where an object or an array begins. */
function endOfFlatValue(json: string, from: number): number | null {
  let start = from
  while (isWhiteSpace(json.charCodeAt(start))) start += 1
  const first = json.charAt(start)
  if (first === '{' || first === '[') return null
  if (first === '"') return json.indexOf('"', start + 1) + 1
  VALUE_END.lastIndex = start
  return VALUE_END.exec(json)?.index ?? json.length
}

const QUOTE = 0x22
// Of `cvv` and `pin`.
const SENSITIVE_CHARACTERS_MIN = 3
const VALUE_END = /[,}\]\s]/g

function isWhiteSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}

/** Redacts a parsed JSON value in place. @throws RangeError when it is nested too deeply */
export function redactValue(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth > NESTING_MAX) throw new RangeError('nested too deeply')
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) value[index] = redactValue(value[index], depth + 1)
    return value
  }
  const members = value as Record<string, unknown>
  for (const name of Object.keys(members)) {
    const member = members[name]
    if (isSensitiveName(name)) members[name] = REDACTED
    else if (name === 'signature_base' && typeof member === 'string')
      members[name] = redactSignatureBase(member)
    else if (typeof member === 'object') members[name] = redactValue(member, depth + 1)
  }
  return members
}

// No quote, no backslash, no control character and no half of a surrogate pair: what JSON.stringify leaves as it is.
const PLAIN_IN_JSON = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/

/** Raw headers (name, value, name, value, …) as pairs in JSON, as sent, secrets marked. */
export function rawHeadersJson(rawHeaders: readonly string[]): string {
  let json = ''
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    json +=
      (index === 0 ? '' : ',') + headerJson(rawHeaders[index] as string, rawHeaders[index + 1] as string)
  return `[${json}]`
}

/** The headers of an answer in the same form. */
export function answerHeadersJson(
  headers: Record<string, number | string | readonly string[] | undefined>,
): string {
  let json = ''
  for (const name in headers) {
    const value = headers[name]
    if (value === undefined) continue
    if (typeof value === 'object') for (const one of value) json += ',' + headerJson(name, one)
    else json += ',' + headerJson(name, String(value))
  }
  return `[${json.slice(1)}]`
}

type Header = { value: string; json: string }

// A client sends most of its headers again and again, and so does this server: the latest of each name is remembered.
const HEADERS_REMEMBERED_MAX = 500
const HEADER_CHARACTERS_MAX = 200
const rememberedHeaders = new Map<string, Header>()

function headerJson(name: string, value: string): string {
  const latest = rememberedHeaders.get(name)
  if (latest?.value === value) return latest.json
  if (isSensitiveName(name)) return `[${jsonText(name)},"${REDACTED}"]`
  const json = `[${jsonText(name)},${jsonText(value)}]`
  if (name.length + value.length > HEADER_CHARACTERS_MAX) return json
  if (latest) {
    latest.value = value
    latest.json = json
  } else if (rememberedHeaders.size < HEADERS_REMEMBERED_MAX) rememberedHeaders.set(name, { value, json })
  return json
}

function jsonText(text: string): string {
  return PLAIN_IN_JSON.test(text) ? `"${text}"` : JSON.stringify(text)
}

/** A query string without its `?`, with the values of sensitive parameters marked. */
export function redactQuery(query: string): string {
  // Without an escape in it, the text itself shows whether any name can match.
  if (!query.includes('%') && !MAYBE_SENSITIVE.test(query)) return query
  return query.split('&').map(redactParameter).join('&')
}

function redactParameter(parameter: string): string {
  const equals = parameter.indexOf('=')
  const name = equals < 0 ? parameter : parameter.slice(0, equals)
  if (equals < 0 || !isSensitiveName(decodeAscii(name))) return parameter
  return `${name}=${REDACTED}`
}

/** Undoes percent-encoding byte by byte: sensitive names are ASCII, and nothing here may throw. */
function decodeAscii(text: string): string {
  return text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

/**
 * A signature base (RFC 9421 §2.5) repeats covered headers and the query, line by line:
 * `"x-api-token": value`, `"@query": ?token=…`.
 */
export function redactSignatureBase(base: string): string {
  return base.split('\n').map(redactBaseLine).join('\n')
}

function redactBaseLine(line: string): string {
  const match = /^"([^"]*)"(;[^:]*)?: /.exec(line)
  if (!match) return line
  const [prefix, name = ''] = match
  const value = line.slice(prefix.length)
  if (isSensitiveName(name)) return prefix + REDACTED
  if (name === '@query') return `${prefix}?${redactQuery(value.replace(/^\?/, ''))}`
  return line
}

/** The first 16 KiB of a text in UTF-8, cut between characters. */
export function truncate(text: string): { text: string; truncated: boolean } {
  // A UTF-16 unit is at most three bytes of UTF-8.
  if (text.length * 3 <= BODY_BYTES_MAX || Buffer.byteLength(text) <= BODY_BYTES_MAX)
    return { text, truncated: false }
  const bytes = Buffer.from(text)
  let end = BODY_BYTES_MAX
  // Continuation bytes are 10xxxxxx: step back to the start of the character.
  while (end > 0 && ((bytes[end] as number) & 0xc0) === 0x80) end -= 1
  return { text: bytes.toString('utf8', 0, end), truncated: true }
}
