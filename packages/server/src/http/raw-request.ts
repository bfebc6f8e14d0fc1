import type { IncomingHttpHeaders } from 'node:http'

/** A request as its bytes arrived: Node's own, or one that somebody describes who received it. */
export type RawRequest = {
  method?: string | undefined
  url?: string | undefined
  headers: IncomingHttpHeaders
  /** Name, value, name, value, … */
  rawHeaders: readonly string[]
}

/** What a header that must not be repeated turned out to be. */
export type SingleHeader = { value: string | undefined; repeated: boolean }

/**
 * One header read from the raw list, because Node's `headers` object joins or drops repeated ones.
 * @param name in lower case
 */
export function singleHeader(rawHeaders: readonly string[], name: string): SingleHeader {
  let value: string | undefined
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const candidate = rawHeaders[index] as string
    if (candidate.length !== name.length || candidate.toLowerCase() !== name) continue
    if (value !== undefined) return { value, repeated: true }
    // As it stands: the parser has taken the optional white space off, and a trim would take U+00A0 off as well.
    value = rawHeaders[index + 1] as string
  }
  return { value, repeated: false }
}

/** Behind it stands the target that a proxy was asked for, clean or not; its own verifier judges that. */
export const FORWARDED_PREFIX = '/forward-auth/'

/** The request target exactly as it stood in the request line. */
export function rawTarget(request: RawRequest & { originalUrl?: string }): string {
  return request.originalUrl ?? request.url ?? ''
}

// Everything that a router, a proxy or a URL parser could read as another path than the bytes say.
// RFC 9112 §3.2.1 origin-form, printable ASCII only.
const TARGET = /^\/[\x21-\x7e]*$/
const UNCLEAN_PATH = /[%#;\\]|\/\/|\/\.{1,2}(?:\/|$)/

let latestTarget = '/'
let latestFault: string | null = null

/**
 * Why a request target is refused, or null. A target that passes is routed byte by byte as it was sent: no
 * percent-encoding in the path, no `;`, `#`, backslash, empty or dot segment; the query is free of `#`.
 */
export function targetFault(target: string): string | null {
  // The router, the doors and the verifier ask in turn about one request; the same text has the same answer.
  if (target === latestTarget) return latestFault
  latestFault = findTargetFault(target)
  latestTarget = target
  return latestFault
}

function findTargetFault(target: string): string | null {
  if (!TARGET.test(target))
    return 'the request target must be in origin form (a path and a query) in printable ASCII'
  const queryStart = target.indexOf('?')
  const path = queryStart < 0 ? target : target.slice(0, queryStart)
  if (UNCLEAN_PATH.test(path)) return 'the path must not hold %, #, ;, a backslash, // or a dot segment'
  if (queryStart >= 0 && target.includes('#', queryStart)) return 'the query must not hold #'
  return null
}

/** Any field whose name begins with "signature" asks for the keys' door; cookies are then ignored. */
export function carriesSignature({ headers }: RawRequest): boolean {
  if (headers['signature-input'] !== undefined || headers['signature'] !== undefined) return true
  for (const name in headers) if (name.startsWith('signature')) return true
  return false
}

/** Whether the request announces a body: a length above zero or a transfer coding (RFC 9112 §6). */
export function hasBody(request: RawRequest): boolean {
  const length = request.headers['content-length']
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}
