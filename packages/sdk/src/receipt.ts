import { fromBase64, toBase64 } from './base64.ts'
import { parseSignatureInput, parseSignatures, type CoveredList } from './signature-fields.ts'
import { ed25519Verify, importEd25519PublicKey, sha256, toBytes } from './web-crypto.ts'

/** A public key of the platform, as its directory publishes it (RFC 8037). */
export type ReceiptKey = { kty: 'OKP'; crv: 'Ed25519'; x: string; kid?: string }

type Body = {
  /** The text, or base64 where the bytes are not text. */
  body: string
  body_encoding: 'utf8' | 'base64'
}

/**
 * What the platform signed: this answer was given to this request. It holds everything that a check needs, and can
 * be kept as a JSON file.
 */
export type Receipt = {
  request: {
    method: string
    authority: string
    path: string
    query: string
    /** Names in lower case. */
    headers: Record<string, string>
  } & Body
  response: { status: number; headers: Record<string, string> } & Body
  /** The key that the receipt names. Whose it is, the receipt cannot say: compare it with what you trust. */
  public_key: ReceiptKey
}

/** Why a receipt was not accepted. */
export type ReceiptRefusal =
  | 'missing'
  | 'malformed'
  | 'not-covered'
  | 'key-unknown'
  | 'digest-mismatch'
  | 'signature-mismatch'
  | 'keys-unavailable'

/** An answer whose receipt does not hold, or that should have one and has none. What it says must not be trusted. */
export class ReceiptError extends Error {
  override name = 'ReceiptError'
  readonly reason: ReceiptRefusal
  constructor(reason: ReceiptRefusal, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

export const RECEIPT_TAG = 'countersign-receipt'

/** The value of Accept-Signature that asks for a receipt of a signed request (RFC 9421 §5.1). */
export function acceptSignature(signatureInput: string): string {
  const [entry] = parseSignatureInput(signatureInput) ?? []
  if (!entry) throw new TypeError('Signature-Input cannot be read.')
  return `receipt=(${receiptComponents(...entry).join(' ')});created;alg="ed25519";tag="${RECEIPT_TAG}"`
}

/** Whether an answer carries what claims to be a receipt. */
export function findReceipt(headers: Headers): [label: string, covered: CoveredList] | null {
  const input = headers.get('signature-input')
  if (input === null) return null
  const members = parseSignatureInput(input)
  if (!members) throw new ReceiptError('malformed', 'Signature-Input of the answer cannot be read.')
  const found = [...members].filter(([, { parameters }]) => parameters.get('tag') === RECEIPT_TAG)
  if (found.length > 1) throw new ReceiptError('malformed', 'The answer carries more than one receipt.')
  return found[0] ?? null
}

/**
 * Checks a receipt without asking anybody: that a key you trust signed it, that it covers the answer's status and
 * body, everything that the request's signature covers, and that signature, and that none of it was changed since.
 * @param trust keys, or their ids (the thumbprint that the directory lists as `kid`); one of them must have signed
 * @throws ReceiptError with a `reason`; TypeError when no key is given
 */
export async function verifyReceipt(
  receipt: Receipt,
  { keys }: { keys: readonly (ReceiptKey | string)[] },
): Promise<{ keyId: string; createdAt: Date }> {
  if (keys.length === 0)
    throw new TypeError('Pass the keys that you trust: a receipt cannot vouch for its own.')
  assertShape(receipt)
  const { request, response, public_key: key } = receipt
  const [label, covered] = findReceipt(new Headers(response.headers)) ?? []
  if (!label || !covered) throw new ReceiptError('missing', 'The answer carries no receipt.')
  const signature = parseSignatures(response.headers['signature'] ?? '')?.get(label)
  const requestInput = parseSignatureInput(request.headers['signature-input'] ?? '')
  if (signature?.length !== 64 || requestInput === null)
    throw new ReceiptError('malformed', 'The signatures of the receipt cannot be read.')

  assertCovers(covered, requestInput)
  const created = Number(covered.parameters.get('created'))
  if (!Number.isSafeInteger(created) || covered.parameters.get('alg') !== 'ed25519')
    throw new ReceiptError('malformed', 'A receipt names when it was made, and ed25519 as its algorithm.')
  const keyId = covered.parameters.get('keyid') ?? ''
  const raw = await trustedKey(key, keyId, keys)
  await assertDigest(response.headers, response, 'answer')
  // A digest that nobody signed vouches for nothing, and one that was signed is of this body, an empty one too.
  if (covered.components.includes('"content-digest";req'))
    await assertDigest(request.headers, request, 'request')
  else if (request.body !== '')
    throw new ReceiptError('not-covered', 'The receipt holds a body of the request that was not signed.')

  const base = receiptBase(receipt, covered)
  if (!(await ed25519Verify(await importEd25519PublicKey(raw), signature, toBytes(base))))
    throw new ReceiptError(
      'signature-mismatch',
      'The signature does not fit: something in the receipt was changed.',
    )
  return { keyId, createdAt: new Date(created * 1000) }
}

/** Every component of a receipt for a request that covers these. */
function receiptComponents(label: string, { components }: CoveredList): string[] {
  return [
    '"@status"',
    '"content-digest"',
    ...components.map((component) => `${component};req`),
    `"signature";req;key="${label}"`,
  ]
}

/** A receipt that left out the path, say, would fit the same answer to another request. */
function assertCovers(covered: CoveredList, requests: Map<string, CoveredList>): void {
  const own = new Set(covered.components)
  if (own.size !== covered.components.length)
    throw new ReceiptError('malformed', 'The receipt covers a component twice.')
  // A proxy may have signed the request as well: the one that the receipt names is the one that was answered.
  const answered = [...requests].find(([label]) => own.has(`"signature";req;key="${label}"`))
  if (!answered)
    throw new ReceiptError('not-covered', 'The receipt does not cover the signature of the request.')
  const missing = receiptComponents(...answered).find((component) => !own.has(component))
  if (missing) throw new ReceiptError('not-covered', `The receipt does not cover ${missing}.`)
  for (const name of ['"@method"', '"@authority"', '"@path"', '"@query"'])
    if (!own.has(`${name};req`))
      throw new ReceiptError('not-covered', `The receipt does not cover ${name};req.`)
}

/** The text that was signed (RFC 9421 §2.5). */
function receiptBase({ request, response }: Receipt, covered: CoveredList): string {
  const lines = covered.components.map((component) => {
    const [, name = '', rest = ''] = /^"([^"\\]*)"(.*)$/.exec(component) ?? []
    let value: string | undefined
    if (rest === '') value = name === '@status' ? String(response.status) : response.headers[name]
    else if (rest === ';req') value = requestValue(request, name)
    else if (name === 'signature') {
      const label = /^;req;key="([a-z*][a-z0-9_.*-]*)"$/.exec(rest)?.[1] ?? ''
      const bytes = parseSignatures(request.headers['signature'] ?? '')?.get(label)
      value = bytes && `:${toBase64(bytes)}:`
    }
    if (value === undefined || !/^[\x20-\x7e]*$/.test(value))
      throw new ReceiptError('malformed', `The receipt covers ${component}, which it does not hold.`)
    return `${component}: ${value}\n`
  })
  return `${lines.join('')}"@signature-params": ${covered.text}`
}

function requestValue(request: Receipt['request'], name: string): string | undefined {
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
  return request.headers[name]
}

/** The bytes of the key that signed, when it is one of those that are trusted. */
async function trustedKey(
  key: ReceiptKey,
  keyId: string,
  trusted: readonly (ReceiptKey | string)[],
): Promise<Uint8Array<ArrayBuffer>> {
  const raw = key.kty === 'OKP' && key.crv === 'Ed25519' ? fromBase64Url(key.x) : null
  if (raw?.length !== 32) throw new ReceiptError('malformed', 'The public key of the receipt cannot be read.')
  const id = await keyThumbprint(key)
  if (id !== keyId)
    throw new ReceiptError('key-unknown', 'The receipt names another key than the one it holds.')
  const isTrusted = trusted.some((one) => (typeof one === 'string' ? one === id : one.x === key.x))
  if (!isTrusted)
    throw new ReceiptError('key-unknown', `The receipt is signed by the key ${id}, which is not trusted.`)
  return raw
}

/** The id of a key: RFC 7638 over the members that RFC 8037 appendix A.3 names. */
export async function keyThumbprint({ x }: Pick<ReceiptKey, 'x'>): Promise<string> {
  const digest = await sha256(toBytes(JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x })))
  return toBase64(digest).replaceAll('+', '-').replaceAll('/', '_').replace('=', '')
}

async function assertDigest(headers: Record<string, string>, body: Body, what: string): Promise<void> {
  const bytes = body.body_encoding === 'base64' ? fromBase64(body.body) : toBytes(body.body)
  if (!bytes) throw new ReceiptError('malformed', `The body of the ${what} is not base64.`)
  const [, wanted] = /(?:^|,[ \t]*)sha-256=:([A-Za-z0-9+/]{43}=):/.exec(headers['content-digest'] ?? '') ?? []
  if (wanted !== toBase64(await sha256(bytes)))
    throw new ReceiptError('digest-mismatch', `The body of the ${what} is not the one that was signed.`)
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return null
  const standard = text.replaceAll('-', '+').replaceAll('_', '/')
  return fromBase64(standard + '='.repeat((4 - (standard.length % 4)) % 4))
}

/** A file may hold anything. */
function assertShape(receipt: Receipt): void {
  const { request, response, public_key: key } = (receipt ?? {}) as Partial<Receipt>
  const texts = [
    request?.method,
    request?.authority,
    request?.path,
    request?.query,
    request?.body,
    response?.body,
    key?.x,
  ]
  const fields = [request?.headers, response?.headers].map((headers) =>
    Object.entries(headers ?? { '': null }),
  )
  const isWhole =
    texts.every((text) => typeof text === 'string') &&
    typeof response?.status === 'number' &&
    fields.flat().every(([name, value]) => name === name.toLowerCase() && typeof value === 'string')
  if (!isWhole) throw new ReceiptError('malformed', 'This is not a receipt: parts of it are missing.')
}
