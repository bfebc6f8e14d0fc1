import {
  isAllowedLength,
  parseSignature,
  SIGNATURE_HEADER_BYTES_MAX,
  TAG,
  type ParsedSignature,
} from './parse-signature.ts'

// What nearly every client sends: one signature, single spaces, no escapes, no parameters on components. 32 bytes of
// base64 end in one of 16 digits and 64 bytes in one of four: other ends spell the same bytes twice.
const PLAIN_HEAD = /^([a-z*][a-z0-9_.*-]*)=\(("[a-z0-9@_.-]+"(?: "[a-z0-9@_.-]+"){0,31})\)$/
const PLAIN_PARAMETERS = /(?:;[a-z]+=(?:"[\x20\x21\x23-\x5b\x5d-\x7e]*"|[1-9][0-9]{0,14}))+$/y
const PLAIN_BYTES = /^(?:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=|[A-Za-z0-9+/]{85}[AQgw]==)$/

const HEADS_MAX = 1_000
const HEAD_CHARACTERS_MAX = 256

/** A label with its list of components: a client sends the same one over and over. */
type Head = { label: string; components: readonly string[] }
const heads = new Map<string, Head>()

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
  const end = signatureInput.indexOf(')') + 1
  const head = readHead(signatureInput.slice(0, end))
  if (!head) return null
  PLAIN_PARAMETERS.lastIndex = end
  if (!PLAIN_PARAMETERS.test(signatureInput)) return null
  const base64 = readBytes(signature, head.label)
  if (base64 === null) return null
  return readParameters(signatureInput, end, head, base64)
}

function readHead(text: string): Head | null {
  const known = heads.get(text)
  if (known) return known
  const [, label, list] = PLAIN_HEAD.exec(text) ?? []
  if (label === undefined || list === undefined) return null
  const head = { label, components: list.slice(1, -1).split('" "') }
  if (text.length > HEAD_CHARACTERS_MAX) return head
  // A stranger who sends lists without end costs everybody else a few splits, not memory.
  if (heads.size >= HEADS_MAX) heads.clear()
  heads.set(text, head)
  return head
}

function readBytes(signature: string, label: string): string | null {
  const start = label.length + 2
  if (!signature.startsWith(label) || !signature.startsWith('=:', label.length)) return null
  if (!signature.endsWith(':')) return null
  const base64 = signature.slice(start, -1)
  return PLAIN_BYTES.test(base64) ? base64 : null
}

/** The pattern has passed: each parameter is `;name="text"` or `;name=digits`, and no text holds a quote. */
function readParameters(
  text: string,
  start: number,
  { label, components }: Head,
  base64: string,
): ParsedSignature | null {
  let created = -1
  let expires: number | null = null
  let nonce: string | null = null
  let keyId: string | null = null
  let alg: string | null = null
  let tag: string | null = null
  for (let at = start; at < text.length;) {
    const equals = text.indexOf('=', at)
    const isText = text.charCodeAt(equals + 1) === 34
    const end = isText ? text.indexOf('"', equals + 2) : endOf(text, equals)
    const value = text.slice(isText ? equals + 2 : equals + 1, end)
    // By its length first: of one length there are two names at most. One that comes twice is left to the parser.
    switch (equals - at) {
      case 8:
        if (created >= 0 || isText || !text.startsWith(';created', at)) {
          if (expires !== null || isText || !text.startsWith(';expires', at)) return null
          expires = Number(value)
        } else created = Number(value)
        break
      case 6:
        if (nonce !== null || !isText || !text.startsWith(';nonce', at)) {
          if (keyId !== null || !isText || !text.startsWith(';keyid', at)) return null
          keyId = value
        } else nonce = value
        break
      case 4:
        if (alg !== null || !isText || !text.startsWith(';alg', at)) {
          if (tag !== null || !isText || !text.startsWith(';tag', at)) return null
          tag = value
        } else alg = value
        break
      default:
        return null
    }
    at = isText ? end + 1 : end
  }
  if (created < 0 || nonce === null || keyId === null || (tag !== null && tag !== TAG)) return null
  if (!isAllowedLength(nonce, keyId)) return null
  const paramsText = text.slice(label.length + 1)
  return { label, components, paramsText, created, expires, nonce, keyId, alg, tag, base64 }
}

function endOf(text: string, from: number): number {
  const end = text.indexOf(';', from)
  return end < 0 ? text.length : end
}
