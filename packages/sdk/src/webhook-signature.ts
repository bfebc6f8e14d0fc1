import { fromBase64, toBase64 } from './base64.ts'
import {
  constantTimeEqual,
  ed25519Sign,
  ed25519Verify,
  hmacSha256,
  importEd25519PrivateKey,
  importEd25519PublicKey,
  toBytes,
} from './web-crypto.ts'

/** Why a webhook was not accepted. */
export type WebhookRefusal =
  | 'header-missing'
  | 'header-malformed'
  | 'timestamp-too-old'
  | 'timestamp-too-new'
  | 'signature-mismatch'
  | 'body-malformed'
  | 'workspace-mismatch'

/** A webhook that must not be trusted. Answer it with 400. */
export class WebhookVerificationError extends Error {
  override name = 'WebhookVerificationError'
  readonly reason: WebhookRefusal
  constructor(reason: WebhookRefusal, message: string) {
    super(message)
    this.reason = reason
  }
}

/** An event as Countersign sends it. */
export type WebhookEvent<Data = unknown> = {
  id: string
  type: string
  timestamp: string
  /** Whose event it is. */
  workspace_id: string
  mode: 'test' | 'production'
  sequence: number
  data: Data
}

/** A webhook as it arrived, and what it may be signed with. */
export type VerifyWebhookInput = {
  /** The raw body, before any JSON parser touched it. */
  body: string | Uint8Array | ArrayBuffer
  /** Headers of a fetch Request, or the headers object of a Node server. */
  headers: Headers | Record<string, string | readonly string[] | undefined>
  /** `whsec_…`, from the endpoint's page; several while a rotation overlaps. */
  secret?: string | readonly string[]
  /**
   * `whpk_…`, from `/.well-known/webhook-keys`, where the endpoint asks for `v1a` signatures. These keys are the
   * platform's and sign the webhooks of all its customers: `verifyWebhook` asks for `workspaceId` beside them.
   */
  publicKey?: string | readonly string[]
  /** `wks_…`: the event must be this workspace's. */
  workspaceId?: string
  /** How far the sender's clock may be from ours, either way; 300 by default. */
  toleranceSeconds?: number
  /** Seconds since 1970; now by default. */
  now?: number
}

/** A webhook to be sent, and what signs it: every secret and every private key makes one signature. */
export type SignWebhookInput = {
  id: string
  /** Seconds since 1970, of this attempt; now by default. */
  timestamp?: number
  body: string | Uint8Array | ArrayBuffer
  secret?: string | readonly string[]
  /** `whsk_…`, or an Ed25519 private CryptoKey that may sign. */
  privateKey?: string | CryptoKey | readonly (string | CryptoKey)[]
}

/** The three headers of Standard Webhooks. */
export type WebhookHeaders = {
  'webhook-id': string
  'webhook-timestamp': string
  'webhook-signature': string
}

const TOLERANCE_SECONDS = 300
/** A rotation needs two, v1a beside v1 four; more is somebody who wants us to compute. */
const SIGNATURES_MAX = 16

/**
 * Verifies a webhook (Standard Webhooks, `v1` and `v1a`) and reads its event.
 * @throws WebhookVerificationError when it must not be trusted; TypeError when the secret or key cannot be read, or a
 *   public key comes without the workspace
 */
export async function verifyWebhook<Data = unknown>(input: VerifyWebhookInput): Promise<WebhookEvent<Data>> {
  const { workspaceId } = input
  if (workspaceId === undefined && listOf(input.publicKey).length > 0)
    throw new TypeError(
      'Pass workspaceId (wks_…) beside publicKey: the platform signs the webhooks of all its customers with this key, and another one could pass theirs on to you.',
    )
  await verifyWebhookSignature(input)
  const event = readEvent<Data>(input.body)
  if (workspaceId !== undefined && event?.workspace_id !== workspaceId)
    throw new WebhookVerificationError(
      'workspace-mismatch',
      'The signature holds, but the event belongs to another workspace: somebody passed on what was sent to them.',
    )
  return event
}

function readEvent<Data>(body: VerifyWebhookInput['body']): WebhookEvent<Data> {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(toBytes(body))) as WebhookEvent<Data>
  } catch {
    throw new WebhookVerificationError(
      'body-malformed',
      'The signature holds, but the body is not JSON in UTF-8.',
    )
  }
}

/**
 * Verifies headers and raw body alone, for bodies that are read elsewhere. With a public key, compare `workspace_id` too.
 * @returns the webhook's id, the same for every attempt: remember it to handle an event once
 * @throws WebhookVerificationError, TypeError like `verifyWebhook`
 */
export async function verifyWebhookSignature(
  input: VerifyWebhookInput,
): Promise<{ id: string; timestamp: number }> {
  const secrets = listOf(input.secret).map(secretBytes)
  const publicKeys = await Promise.all(listOf(input.publicKey).map(readPublicKey))
  if (secrets.length + publicKeys.length === 0)
    throw new TypeError('Pass secret (whsec_…) or publicKey (whpk_…).')

  const id = header(input.headers, 'webhook-id')
  const timestampText = header(input.headers, 'webhook-timestamp')
  const signatures = header(input.headers, 'webhook-signature').split(' ').slice(0, SIGNATURES_MAX)
  // A dot would let the same signed text be read as another id, timestamp and body.
  if (id.includes('.'))
    throw new WebhookVerificationError('header-malformed', 'webhook-id must not hold a dot.')
  const timestamp = parseTimestamp(timestampText)
  assertFresh(timestamp, input.now ?? Date.now() / 1000, input.toleranceSeconds ?? TOLERANCE_SECONDS)

  const content = signedContent(id, timestampText, toBytes(input.body))
  const macs = await Promise.all(secrets.map((secret) => hmacSha256(secret, content)))
  for (const signature of signatures) {
    const [version, text = '', ...rest] = signature.split(',')
    const bytes = rest.length === 0 ? fromBase64(text) : null
    if (!bytes) continue
    if (version === 'v1' && macs.some((mac) => constantTimeEqual(mac, bytes))) return { id, timestamp }
    if (version === 'v1a' && (await anyVerifies(publicKeys, bytes, content))) return { id, timestamp }
  }
  throw new WebhookVerificationError(
    'signature-mismatch',
    'No signature fits. Check that the secret is this endpoint’s, and that the body is the raw one: parsing and serialising it again changes its bytes.',
  )
}

/**
 * Signs a webhook as Countersign does: `v1` for every secret, then `v1a` for every private key.
 * @throws TypeError when a secret or key cannot be read, or the id holds a dot
 */
export async function signWebhook(input: SignWebhookInput): Promise<WebhookHeaders> {
  if (input.id === '' || input.id.includes('.'))
    throw new TypeError('A webhook id is not empty and holds no dot.')
  const timestamp = String(input.timestamp ?? Math.floor(Date.now() / 1000))
  const content = signedContent(input.id, timestamp, toBytes(input.body))
  const macs = listOf(input.secret).map(
    async (secret) => `v1,${toBase64(await hmacSha256(secretBytes(secret), content))}`,
  )
  const signatures = listOf<string | CryptoKey>(input.privateKey).map(async (key) => {
    const privateKey = typeof key === 'string' ? await readPrivateKey(key) : key
    return `v1a,${toBase64(await ed25519Sign(privateKey, content))}`
  })
  const all = await Promise.all([...macs, ...signatures])
  if (all.length === 0) throw new TypeError('Pass secret (whsec_…) or privateKey (whsk_…).')
  return { 'webhook-id': input.id, 'webhook-timestamp': timestamp, 'webhook-signature': all.join(' ') }
}

function signedContent(id: string, timestamp: string, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = toBytes(`${id}.${timestamp}.`)
  const content = new Uint8Array(head.length + body.length)
  content.set(head)
  content.set(body, head.length)
  return content
}

function parseTimestamp(text: string): number {
  if (/^\d{1,16}$/.test(text)) return Number(text)
  throw new WebhookVerificationError(
    'header-malformed',
    'webhook-timestamp must be whole seconds since 1970.',
  )
}

function assertFresh(timestamp: number, now: number, toleranceSeconds: number): void {
  const ageSeconds = Math.floor(now) - timestamp
  if (ageSeconds > toleranceSeconds) {
    throw new WebhookVerificationError(
      'timestamp-too-old',
      `The webhook was signed ${ageSeconds} seconds ago; ${toleranceSeconds} are allowed. Check this machine's clock.`,
    )
  }
  if (-ageSeconds > toleranceSeconds) {
    throw new WebhookVerificationError(
      'timestamp-too-new',
      `The webhook was signed ${-ageSeconds} seconds in the future; ${toleranceSeconds} are allowed. Check this machine's clock.`,
    )
  }
}

function header(headers: VerifyWebhookInput['headers'], name: string): string {
  const value =
    headers instanceof Headers
      ? headers.get(name)
      : Object.entries(headers).find(([candidate]) => candidate.toLowerCase() === name)?.[1]
  if (typeof value !== 'string' || value === '') {
    throw new WebhookVerificationError('header-missing', `The header ${name} is missing or repeated.`)
  }
  return value
}

function secretBytes(secret: string): Uint8Array<ArrayBuffer> {
  const bytes = secret.startsWith('whsec_') ? fromBase64(secret.slice('whsec_'.length)) : null
  if (bytes && bytes.length > 0) return bytes
  throw new TypeError(
    'A webhook secret is whsec_ and padded base64, with nothing around it. Copy it from the endpoint’s page; an API key (sk_…, pk_…) does not verify webhooks.',
  )
}

async function readPublicKey(text: string): Promise<CryptoKey> {
  const bytes = text.startsWith('whpk_') ? fromBase64(text.slice('whpk_'.length)) : null
  if (bytes?.length !== 32) throw new TypeError('A webhook public key is whpk_ and the base64 of 32 bytes.')
  return importEd25519PublicKey(bytes)
}

/** `whsk_` holds the seed, or the seed and the public key after it. */
async function readPrivateKey(text: string): Promise<CryptoKey> {
  const bytes = text.startsWith('whsk_') ? fromBase64(text.slice('whsk_'.length)) : null
  if (bytes?.length !== 32 && bytes?.length !== 64) {
    throw new TypeError('A webhook private key is whsk_ and the base64 of 32 or 64 bytes.')
  }
  return importEd25519PrivateKey(bytes.slice(0, 32))
}

async function anyVerifies(
  publicKeys: CryptoKey[],
  signature: Uint8Array<ArrayBuffer>,
  content: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const results = await Promise.all(publicKeys.map((key) => ed25519Verify(key, signature, content)))
  return results.includes(true)
}

function listOf<Value>(value: Value | readonly Value[] | undefined): readonly Value[] {
  if (value === undefined) return []
  return Array.isArray(value) ? (value as readonly Value[]) : [value as Value]
}
