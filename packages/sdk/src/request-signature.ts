import { toBase64 } from './base64.ts'
import { assertKeyPair, assertPublicKey } from './key-format.ts'
import { ed25519Sign, hmacSha256, randomHex, sha256, toBytes } from './web-crypto.ts'

/** Either half that signs: the secret key of an HMAC key, or the private key of an Ed25519 key. */
export type SigningKey =
  { secretKey: string; privateKey?: undefined } | { privateKey: CryptoKey; secretKey?: undefined }

/** A request that is about to be sent, and the key that signs it. */
export type SignRequestInput = {
  method: string
  /** Absolute. What follows `#` is not sent and not signed. */
  url: string | URL
  /** The headers that will be sent. */
  headers?: HeadersInit
  /** The very characters or bytes that will be sent; not an object. */
  body?: string | Uint8Array | ArrayBuffer | null
  /** `pk_…`: sent as `keyid`. */
  publicKey: string
  /** Seconds since 1970; now by default. */
  created?: number
  /** 16 to 128 printable ASCII characters, never used twice; random by default. */
  nonce?: string
} & SigningKey

/** The headers to add to the request (or to replace in it). */
export type SignedHeaders = {
  /** Only where the request has a body and names no type: fetch would add one that is not signed. */
  'Content-Type'?: string
  'Content-Digest'?: string
  'Signature-Input': string
  Signature: string
}

/** What the signature base is made from: the parts of the request line as they are sent. */
export type SignatureBaseRequest = {
  method: string
  /** In lower case, without the scheme's default port. */
  authority: string
  path: string
  /** With its question mark; `?` alone when there is no query. */
  query: string
  headers?: HeadersInit
}

const NONCE = /^[\x20-\x7e]{16,128}$/
const ALWAYS_COVERED = ['@method', '@authority', '@path', '@query']
const COVERED_WHEN_SENT = ['content-digest', 'content-type', 'idempotency-key']

/**
 * Signs a request in Countersign's profile of RFC 9421, with its body's digest (RFC 9530).
 * Make a new signature for every attempt, retries included: the nonce works once, and for 300 seconds at most.
 * @throws KeyFormatError when the keys could only be refused; TypeError when the request could only be refused
 */
export async function signRequest(input: SignRequestInput): Promise<SignedHeaders> {
  const { publicKey, secretKey, privateKey } = input
  if (privateKey) assertEd25519(publicKey, privateKey)
  else assertKeyPair(publicKey, secretKey)

  const method = input.method.toUpperCase()
  const target = requestTarget(input.url)
  const body = input.body == null ? new Uint8Array() : toBytes(input.body)
  if (body.length > 0 && (method === 'GET' || method === 'HEAD')) {
    throw new TypeError(`A ${method} request carries no body: put the values into the query.`)
  }
  const headers = new Headers(input.headers)
  const added = await bodyHeaders(body, headers)
  for (const [name, value] of Object.entries(added)) headers.set(name, value)

  const components = [...ALWAYS_COVERED, ...COVERED_WHEN_SENT.filter((name) => headers.has(name))]
  const parameters = serializeParameters(components, {
    created: input.created ?? Math.floor(Date.now() / 1000),
    nonce: input.nonce ?? randomHex(16),
    keyid: publicKey,
    alg: privateKey ? 'ed25519' : 'hmac-sha256',
  })
  const base = toBytes(signatureBase({ method, ...target, headers }, components, parameters))
  const signature = privateKey
    ? await ed25519Sign(privateKey, base)
    : await hmacSha256(toBytes(secretKey), base)
  return { ...added, 'Signature-Input': `sig1=${parameters}`, Signature: `sig1=:${toBase64(signature)}:` }
}

/**
 * The text that is signed (RFC 9421 §2.5): one line per component, then the parameters. Lay it beside the
 * `signature_base` of a refused request: the first character that differs is the cause.
 * @param components names in order, without quotes
 * @param parameters the value of `@signature-params`: what follows `sig1=` in Signature-Input
 * @throws TypeError when a covered header is not there or is not ASCII
 */
export function signatureBase(
  request: SignatureBaseRequest,
  components: readonly string[],
  parameters: string,
): string {
  const headers = new Headers(request.headers)
  const lines = components.map((name) => `"${name}": ${componentValue(name, request, headers)}`)
  return [...lines, `"@signature-params": ${parameters}`].join('\n')
}

/**
 * The parts of a URL as fetch sends them.
 * @throws TypeError when the path holds what the server refuses in signed paths, because another reader could
 *   take it for another path
 */
export function requestTarget(url: string | URL): { authority: string; path: string; query: string } {
  const { host, pathname, search } = new URL(url)
  if (/[%;]|\/\//.test(pathname)) {
    throw new TypeError(
      `The path ${pathname} holds %, ; or //, which signed paths must not: ids never need it, and other values belong in the query.`,
    )
  }
  return { authority: host, path: pathname, query: search || '?' }
}

async function bodyHeaders(body: Uint8Array<ArrayBuffer>, headers: Headers): Promise<Record<string, string>> {
  if (body.length === 0) return {}
  const digest = `sha-256=:${toBase64(await sha256(body))}:`
  return headers.has('content-type')
    ? { 'Content-Digest': digest }
    : { 'Content-Type': 'application/json', 'Content-Digest': digest }
}

function componentValue(name: string, request: SignatureBaseRequest, headers: Headers): string {
  switch (name) {
    case '@method':
      return request.method
    case '@authority':
      return request.authority
    case '@path':
      return request.path
    case '@query':
      return request.query
  }
  const value = headers.get(name)
  if (value === null)
    throw new TypeError(`The header ${name} is to be signed but the request does not have it.`)
  // A line break here would let one header speak for another (RFC 9421 §7.5.6).
  if (!/^[\x20-\x7e]*$/.test(value))
    throw new TypeError(`The header ${name} must be printable ASCII to be signed.`)
  return value
}

type Parameters = { created: number; nonce: string; keyid: string; alg: string }

function serializeParameters(components: string[], { created, nonce, keyid, alg }: Parameters): string {
  if (!Number.isSafeInteger(created) || created < 0) {
    throw new TypeError('created must be a whole number of seconds since 1970.')
  }
  if (!NONCE.test(nonce)) throw new TypeError('nonce must be 16 to 128 printable ASCII characters.')
  const quotedNonce = nonce.replace(/["\\]/g, '\\$&')
  const covered = components.map((name) => `"${name}"`).join(' ')
  return `(${covered});created=${created};nonce="${quotedNonce}";keyid="${keyid}";alg="${alg}"`
}

function assertEd25519(publicKey: string, privateKey: CryptoKey): void {
  assertPublicKey(publicKey)
  if (
    privateKey.type !== 'private' ||
    privateKey.algorithm.name !== 'Ed25519' ||
    !privateKey.usages.includes('sign')
  ) {
    throw new TypeError('privateKey must be an Ed25519 private CryptoKey that may sign.')
  }
}
