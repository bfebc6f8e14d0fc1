import { readCurl } from './curl-line.ts'
import { UnreadablePaste, type HeaderField, type PastedRequest } from './sent-request.ts'

const SECRET = /\bsk_(?:test|prod)_\w{16,}|PRIVATE KEY-----/
// No signature may cover these, and their values are nobody's business.
const WITHHELD = /^(?:cookie|authorization|proxy-authorization)$/i

/**
 * Reads a pasted curl line or raw request. Anything that holds a Secret Key is refused here, so that it never leaves
 * the browser; the values of cookies and credentials are taken out.
 * @throws UnreadablePaste
 */
export function readPasted(text: string): PastedRequest {
  if (SECRET.test(text))
    throw new UnreadablePaste(
      'This holds a Secret Key or private key. It was not sent. Take it out; if it went over the wire like this, rotate the key.',
    )
  const start = text.trimStart()
  const request = /^(?:\$ )?curl(?:\.exe)?\s/.test(start)
    ? readCurl(start.replace(/^\$ /, ''))
    : readRaw(start)
  const headers = request.headers.map((field) =>
    WITHHELD.test(field.name) ? { ...field, value: 'withheld' } : field,
  )
  return { ...request, headers }
}

const REQUEST_LINE = /^([A-Za-z]+) (\S+)(?: HTTP\/\d(?:\.\d)?)?$/

/** A request line, headers, an empty line, a body; or what `curl -v` prints, whose lines begin with `>`. */
function readRaw(pasted: string): PastedRequest {
  const isVerbose = /^> /m.test(pasted)
  const text = isVerbose ? verboseLines(pasted) : pasted
  const split = /\r?\n\r?\n/.exec(text)
  const head = split ? text.slice(0, split.index) : text
  const [first = '', ...lines] = head.trimEnd().split(/\r?\n/)
  const [, method, address] = REQUEST_LINE.exec(first.trim()) ?? []
  if (!method || !address)
    throw new UnreadablePaste(
      'The first line is no request line. Begin with a method and a path, such as POST /v1/transactions, or with curl.',
    )
  const headers = lines.map(headerField)
  const absolute = /^https?:\/\/([^/?#]*)(.*)$/i.exec(address)
  if (absolute && !hasField(headers, 'host')) headers.unshift({ name: 'Host', value: absolute[1] as string })
  const target = absolute ? `${absolute[2]?.startsWith('/') ? '' : '/'}${absolute[2]}` : address
  const body = split && !isVerbose ? text.slice(split.index + split[0].length) : ''
  return { method, target, headers, body: body === '' ? undefined : bodyOf(body, headers) }
}

function verboseLines(text: string): string {
  return text
    .split(/\r?\n/)
    .filter((line) => line.startsWith('>'))
    .map((line) => line.replace(/^> ?/, ''))
    .join('\n')
}

function headerField(line: string): HeaderField {
  const [, name, value] = /^([^:\s]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? []
  if (name === undefined || value === undefined)
    throw new UnreadablePaste(
      `A header is a name, a colon and a value; this line is not: ${line.slice(0, 60)}`,
    )
  return { name, value }
}

/** A paste often ends with a line break that was not sent; Content-Length knows, and without it one is left out. */
function bodyOf(text: string, headers: readonly HeaderField[]): string {
  const length = headers.find(({ name }) => name.toLowerCase() === 'content-length')?.value
  const isWhole = length !== undefined && new TextEncoder().encode(text).length <= Number(length)
  return isWhole ? text : text.replace(/\r?\n$/, '')
}

export function hasField(headers: readonly HeaderField[], wanted: string): boolean {
  return headers.some(({ name }) => name.toLowerCase() === wanted)
}

/** What the page shows of the signature, and what its own check needs. */
export type SignatureFacts = {
  createdMs: number | null
  /** The bytes between the colons, in base64. */
  signature: string | null
  coversDigest: boolean
}

export function signatureFacts({ headers }: PastedRequest): SignatureFacts {
  const valueOf = (wanted: string) => headers.find(({ name }) => name.toLowerCase() === wanted)?.value ?? ''
  const input = valueOf('signature-input')
  const created = /;created=(\d{1,15})(?:;|$|,)/.exec(input)?.[1]
  return {
    createdMs: created === undefined ? null : Number(created) * 1000,
    signature: /=:([^:]*):/.exec(valueOf('signature'))?.[1] ?? null,
    coversDigest: /\([^)]*"content-digest"/.test(input),
  }
}
