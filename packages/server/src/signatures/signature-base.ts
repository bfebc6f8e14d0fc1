import { hasBody, rawTarget, singleHeader, targetFault, type RawRequest } from '../http/raw-request.ts'
import { problem } from '../problems.ts'
import { malformed, type ParsedSignature } from './parse-signature.ts'
import { readSignature } from './read-signature.ts'
import type { Progress } from './steps.ts'

/** What the base is made of: the request as its bytes arrived. */
export type RequestParts = {
  method: string
  /** Lower case, without the default port. */
  authority: string
  path: string
  /** With its question mark; `?` alone when there is none (RFC 9421 §2.2.7). */
  query: string
  /** The value of a header field, or undefined. */
  field(name: string): string | undefined
}

export type ReadRequest = { signature: ParsedSignature; parts: RequestParts; base: string; hasBody: boolean }

const REQUIRED = ['@method', '@authority', '@path', '@query']
const COVERED_WHEN_SENT = ['content-type', 'idempotency-key'] as const
const FORBIDDEN_FIELD = /^(?:cookie|authorization|forwarded|x-forwarded-.*)$/
const FIELD_NAME = /^[a-z0-9!#$%&'*+\-.^_`|~]+$/
const VISIBLE_ASCII = /^[\x20-\x7e]*$/

/**
 * Reads a signed request: parses its signature, checks what it covers against the profile and lays out the
 * signature base (RFC 9421 §2.5).
 * @param defaultPort the port that `@authority` leaves out: 443 where the public address is https, else 80
 * @param progress hears of each check, and of the signature once it is read: a refusal further on is still its key's
 * @throws Problem `signature-malformed`, `content-encoding-unsupported` or `body-not-allowed`
 */
export function readSignedRequest(
  request: RawRequest,
  defaultPort: string,
  progress: Progress = { step: 'headers', signature: null },
): ReadRequest {
  const once = readFields(request.rawHeaders)
  progress.step = 'parse'
  const signature = readSignature(once['signature-input'] ?? '', once.signature ?? '')
  progress.signature = signature

  progress.step = 'target'
  const target = rawTarget(request)
  const fault = targetFault(target)
  if (fault) throw malformed(fault)
  if (once.host === undefined || once.host === '') throw malformed('the header host is missing')
  progress.step = 'body'
  if (request.headers['content-encoding'] !== undefined) throw problem('content-encoding-unsupported')
  const body = hasBody(request)
  const method = request.method ?? ''
  if (body && (method === 'GET' || method === 'HEAD')) throw problem('body-not-allowed')

  progress.step = 'coverage'
  assertCoverage(signature.components, once, body)
  const parts = requestParts(request, {
    method,
    target,
    authority: normalAuthority(once.host, defaultPort),
    once,
  })
  progress.step = 'base'
  return { signature, parts, base: signatureBase(signature, parts), hasBody: body }
}

/** The lines of the covered components and, last, `"@signature-params"` (RFC 9421 §2.5). */
export function signatureBase(
  signature: Pick<ParsedSignature, 'components' | 'paramsText'>,
  parts: RequestParts,
): string {
  let base = ''
  for (const name of signature.components) base += `"${name}": ${componentValue(name, parts)}\n`
  return `${base}"@signature-params": ${signature.paramsText}`
}

let latestHost = ''
let latestPort = ''
let latestAuthority = ''

/** RFC 9421 §2.2.3: lower case, and without the port that the scheme implies. */
export function normalAuthority(host: string, defaultPort: string): string {
  // A server is called by few names, and nearly always by one.
  if (host === latestHost && defaultPort === latestPort) return latestAuthority
  latestAuthority = findAuthority(host, defaultPort)
  latestHost = host
  latestPort = defaultPort
  return latestAuthority
}

function findAuthority(host: string, defaultPort: string): string {
  const lower = host.toLowerCase()
  return lower.endsWith(`:${defaultPort}`) ? lower.slice(0, -defaultPort.length - 1) : lower
}

/** The fields that verification reads, each undefined where it was not sent. */
type Fields = {
  host: string | undefined
  signature: string | undefined
  'content-type': string | undefined
  'content-digest': string | undefined
  'signature-input': string | undefined
  'idempotency-key': string | undefined
}

/** Read from the raw list, because Node's `headers` joins or drops repeated ones. */
function readFields(rawHeaders: readonly string[]): Fields {
  const fields: Fields = {
    host: undefined,
    signature: undefined,
    'content-type': undefined,
    'content-digest': undefined,
    'signature-input': undefined,
    'idempotency-key': undefined,
  }
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = fieldName(rawHeaders[index] as string)
    if (name === null) continue
    const value = rawHeaders[index + 1] as string
    const before = fields[name]
    if (before === undefined) fields[name] = value
    // Several signature fields may be joined (RFC 9421 §4.2); a proxy that adds its own signature does that.
    else if (name === 'signature' || name === 'signature-input') fields[name] = `${before}, ${value}`
    else throw malformed(`the header ${name} is sent twice`)
  }
  return fields
}

/** Told by its length first, most headers of a request are none of these; and then in the spellings that are usual. */
function fieldName(name: string): keyof Fields | null {
  switch (name.length) {
    case 4:
      return name === 'Host' || name.toLowerCase() === 'host' ? 'host' : null
    case 9:
      return name === 'Signature' || name.toLowerCase() === 'signature' ? 'signature' : null
    case 12:
      return name === 'Content-Type' || name.toLowerCase() === 'content-type' ? 'content-type' : null
    case 14:
      return name === 'Content-Digest' || name.toLowerCase() === 'content-digest' ? 'content-digest' : null
    case 15:
      if (name === 'Signature-Input') return 'signature-input'
      if (name === 'Idempotency-Key') return 'idempotency-key'
      return longName(name.toLowerCase())
    default:
      return null
  }
}

function longName(lower: string): 'signature-input' | 'idempotency-key' | null {
  return lower === 'signature-input' || lower === 'idempotency-key' ? lower : null
}

/** The list that was looked through last and holds all that is always required, once: short ways share their lists. */
let latestSound: readonly string[] | null = null

function assertCoverage(components: readonly string[], sent: Fields, body: boolean): void {
  if (components !== latestSound) {
    // At most 32 of them: looking through the list costs less than making a set of it.
    for (let index = 1; index < components.length; index += 1)
      if (components.indexOf(components[index] as string) !== index)
        throw malformed('a component is covered twice')
    for (const name of REQUIRED) if (!components.includes(name)) throw malformed(`"${name}" must be covered`)
    latestSound = components
  }
  for (const name of COVERED_WHEN_SENT)
    if (sent[name] !== undefined && !components.includes(name))
      throw malformed(`"${name}" must be covered because the header is sent`)
  if (body && !components.includes('content-digest'))
    throw malformed('"content-digest" must be covered because the request has a body')
}

/** The value of a component of a request whose signature was read. */
export function componentValue(name: string, parts: RequestParts): string {
  switch (name) {
    case '@method':
      return parts.method
    case '@authority':
      return parts.authority
    case '@path':
      return parts.path
    case '@query':
      return parts.query
    default:
      return fieldValue(name, parts)
  }
}

function fieldValue(name: string, parts: RequestParts): string {
  if (name.startsWith('@')) throw malformed(`the component "${name}" is not part of this profile`)
  if (!FIELD_NAME.test(name)) throw malformed('a covered header must be named in lower case')
  if (FORBIDDEN_FIELD.test(name)) throw malformed(`the header ${name} must not be covered`)
  const value = parts.field(name)
  if (value === undefined) throw malformed(`the header ${name} is covered but not sent`)
  if (!VISIBLE_ASCII.test(value))
    throw malformed(`the header ${name} is covered and must hold printable ASCII only`)
  return value
}

function requestParts(
  request: RawRequest,
  { method, target, authority, once }: { method: string; target: string; authority: string; once: Fields },
): RequestParts {
  const queryStart = target.indexOf('?')
  return {
    method,
    authority,
    path: queryStart < 0 ? target : target.slice(0, queryStart),
    query: queryStart < 0 ? '?' : target.slice(queryStart),
    field(name) {
      // These were read already, and were sent once.
      if (name === 'content-digest' || name === 'content-type' || name === 'idempotency-key')
        return once[name]
      const { value, repeated } = singleHeader(request.rawHeaders, name)
      if (repeated) throw malformed(`the covered header ${name} is sent twice`)
      return value
    },
  }
}
