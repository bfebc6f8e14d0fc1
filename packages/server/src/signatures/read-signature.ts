import {
  isAllowedLength,
  parseSignature,
  SIGNATURE_HEADER_BYTES_MAX,
  TAG,
  type ParsedSignature,
} from './parse-signature.ts'

// What nearly every client sends: one signature, single spaces, no escapes, no parameters on components. 32 bytes of
// base64 end in one of 16 digits and 64 bytes in one of four: other ends spell the same bytes twice.
const PLAIN_INPUT =
  /^([a-z*][a-z0-9_.*-]*)=(\([^)]*\))(?:;[a-z]+=(?:"[\x20\x21\x23-\x5b\x5d-\x7e]*"|[1-9][0-9]{0,14}))+$/
const PLAIN_LIST = /^\("[a-z0-9@_.-]+"(?: "[a-z0-9@_.-]+"){0,31}\)$/
const PLAIN_BYTES = /^(?:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=|[A-Za-z0-9+/]{85}[AQgw]==)$/

const LISTS_MAX = 1_000
const LIST_CHARACTERS_MAX = 256
/** The names in a list of components, by its text: a client covers the same few lists over and over. */
const lists = new Map<string, readonly string[]>()

/**
 * Reads Signature-Input and Signature as `parseSignature` does, in a third of the time where they are in the plain
 * form that nearly all clients send. Whatever is not plainly right goes to the parser, which also words the refusal.
 * @throws Problem `signature-malformed`, and nothing else, whatever the input is
 */
export function readSignature(signatureInput: string, signature: string): ParsedSignature {
  return readPlainSignature(signatureInput, signature) ?? parseSignature(signatureInput, signature)
}

/** The same as `parseSignature` returns, or null where this short way does not know for certain. */
export function readPlainSignature(signatureInput: string, signature: string): ParsedSignature | null {
  if (signatureInput.length > SIGNATURE_HEADER_BYTES_MAX) return null
  const [, label, list] = PLAIN_INPUT.exec(signatureInput) ?? []
  if (label === undefined || list === undefined) return null
  const bytes = readBytes(signature, label)
  const components = readList(list)
  const parameters = readParameters(signatureInput, label.length + 1 + list.length)
  if (!bytes || !components || !parameters) return null
  return { label, components, paramsText: signatureInput.slice(label.length + 1), ...parameters, bytes }
}

function readBytes(signature: string, label: string): Buffer | null {
  const start = label.length + 2
  if (!signature.startsWith(label) || !signature.startsWith('=:', label.length)) return null
  if (!signature.endsWith(':')) return null
  const base64 = signature.slice(start, -1)
  return PLAIN_BYTES.test(base64) ? Buffer.from(base64, 'base64') : null
}

function readList(list: string): readonly string[] | null {
  const known = lists.get(list)
  if (known) return known
  if (!PLAIN_LIST.test(list)) return null
  const names = list.slice(2, -2).split('" "')
  if (list.length > LIST_CHARACTERS_MAX) return names
  // A stranger who sends lists without end costs everybody else a few splits, not memory.
  if (lists.size >= LISTS_MAX) lists.clear()
  lists.set(list, names)
  return names
}

/** The pattern has passed: each parameter is `;name="text"` or `;name=digits`, and no text holds a quote. */
function readParameters(text: string, start: number) {
  let created = -1
  let expires: number | null = null
  let nonce: string | null = null
  let keyId: string | null = null
  let alg: string | null = null
  let tag: string | null = null
  let seen = 0
  for (let at = start; at < text.length;) {
    const equals = text.indexOf('=', at)
    const name = text.slice(at + 1, equals)
    const isText = text.charCodeAt(equals + 1) === 34
    const end = isText ? text.indexOf('"', equals + 2) : endOf(text, equals)
    const value = text.slice(isText ? equals + 2 : equals + 1, end)
    at = isText ? end + 1 : end
    const kind = KINDS[name]
    if (kind === undefined || (seen & kind.bit) !== 0 || kind.isText !== isText) return null
    seen |= kind.bit
    if (name === 'created') created = Number(value)
    else if (name === 'expires') expires = Number(value)
    else if (name === 'nonce') nonce = value
    else if (name === 'keyid') keyId = value
    else if (name === 'alg') alg = value
    else tag = value
  }
  if (created < 0 || nonce === null || keyId === null || (tag !== null && tag !== TAG)) return null
  return isAllowedLength(nonce, keyId) ? { created, expires, nonce, keyId, alg, tag } : null
}

function endOf(text: string, from: number): number {
  const end = text.indexOf(';', from)
  return end < 0 ? text.length : end
}

const KINDS: Record<string, { bit: number; isText: boolean } | undefined> = Object.assign(
  Object.create(null) as object,
  {
    created: { bit: 1, isText: false },
    expires: { bit: 2, isText: false },
    nonce: { bit: 4, isText: true },
    keyid: { bit: 8, isText: true },
    alg: { bit: 16, isText: true },
    tag: { bit: 32, isText: true },
  },
)
