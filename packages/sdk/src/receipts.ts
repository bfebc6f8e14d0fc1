import {
  findReceipt,
  keyThumbprint,
  ReceiptError,
  verifyReceipt,
  type Receipt,
  type ReceiptKey,
} from './receipt.ts'
import { toBase64 } from './base64.ts'

/** What a client does about receipts. */
export type ReceiptOptions = {
  /** The platform's keys, or their ids, that you trust; those of its directory by default. */
  keys?: readonly (ReceiptKey | string)[]
  /** Hears of every receipt that holds, to keep it. */
  onReceipt?: (receipt: Receipt) => void
}

type Sent = {
  method: string
  authority: string
  path: string
  query: string
  headers: Headers
  body: string | null
}

const DIRECTORY = '/.well-known/http-message-signatures-directory'
const DIRECTORY_TYPE = 'application/http-message-signatures-directory+json'
/** A key that was retired is believed no longer than this. */
const FRESH_MS = 3_600_000
/** Answers that name unknown keys must not make us ask without end. */
const FETCHES_PER_MINUTE_MAX = 6
const DIRECTORY_KEYS_MAX = 100
/** Of the answer; what the receipt covers is among them. */
const KEPT_HEADERS = [
  'content-type',
  'content-digest',
  'request-id',
  'idempotency-replayed',
  'signature-input',
  'signature',
]

const receipts = new WeakMap<object, Receipt>()

/** The receipt of what a call answered, or of the ProblemError it threw; undefined when it has none. */
export function receiptOf(answer: unknown): Receipt | undefined {
  return typeof answer === 'object' && answer !== null ? receipts.get(answer) : undefined
}

export function rememberReceipt(answer: unknown, receipt: Receipt | null): void {
  if (receipt && typeof answer === 'object' && answer !== null) receipts.set(answer, receipt)
}

/** Whether a call's answer comes with a receipt: a stream leaves before its end is known. */
export function hasReceipt(path: string): boolean {
  return !/\/(?:export|stream)$/.test(path)
}

/**
 * Checks the receipts of one server's answers.
 * @param fetchDirectory answers a path of the server within the client's time limit
 */
export function createReceiptCheck(
  { keys: pinned, onReceipt }: ReceiptOptions,
  fetchDirectory: (path: string) => Promise<{ status: number; type: string; text: string }>,
) {
  /** By id; empty where the server publishes none. */
  let known: Map<string, ReceiptKey> | null = null
  let knownAt = 0
  let fetching: Promise<Map<string, ReceiptKey>> | null = null
  let fetchedAt: number[] = []

  async function directory(): Promise<Map<string, ReceiptKey>> {
    return known && isFresh() ? known : refetch()
  }

  function isFresh(): boolean {
    return Date.now() - knownAt < FRESH_MS
  }

  async function refetch(): Promise<Map<string, ReceiptKey>> {
    const now = Date.now()
    fetchedAt = fetchedAt.filter((at) => now - at < 60_000)
    if (!fetching && known && fetchedAt.length >= FETCHES_PER_MINUTE_MAX) {
      if (isFresh()) return known
      throw new ReceiptError('keys-unavailable', `${DIRECTORY} was asked often enough; the keys are too old.`)
    }
    if (!fetching) fetchedAt.push(now)
    fetching ??= readDirectory(fetchDirectory).finally(() => (fetching = null))
    const read = await fetching
    // A platform does not stop signing: whoever could make us believe it could then strip receipts unnoticed.
    if (read.size === 0 && known?.size)
      throw new ReceiptError('keys-unavailable', `${DIRECTORY} lists no keys any more.`)
    known = read
    knownAt = now
    return known
  }

  /** The key as it is known, whoever says so; null when nobody does. */
  async function keyOf(keyId: string): Promise<ReceiptKey | null> {
    const own = pinned?.find((key): key is ReceiptKey => typeof key !== 'string' && key.kid === keyId)
    if (own) return own
    return (await directory()).get(keyId) ?? (await refetch()).get(keyId) ?? null
  }

  /**
   * @returns the receipt; null where the server gives none
   * @throws ReceiptError when it does not hold, or a success has none although the server gives receipts
   */
  return async (sent: Sent, response: Response, bytes: Uint8Array): Promise<Receipt | null> => {
    const found = findReceipt(response.headers)
    if (!found) {
      // What refuses before the signature held, or stands before the server, cannot sign. A server that has shown a
      // receipt gives them all; of one that never has, a client without pinned keys cannot expect any.
      if (!response.ok || (!pinned && !known?.size)) return null
      throw new ReceiptError(
        'missing',
        'The server signs its answers, and this one is not signed: something on the way answered or changed it. Whether the request was carried out is not known.',
      )
    }
    const keyId = found[1].parameters.get('keyid') ?? ''
    const key = await keyOf(keyId)
    if (!key)
      throw new ReceiptError(
        'key-unknown',
        `The answer is signed by the key ${keyId}, which is not the platform's.`,
      )
    const receipt: Receipt = {
      request: {
        ...pick(sent),
        headers: requestHeaders(sent.headers),
        ...textOf(new TextEncoder().encode(sent.body ?? '')),
      },
      response: { status: response.status, headers: responseHeaders(response.headers), ...textOf(bytes) },
      public_key: { kty: 'OKP', crv: 'Ed25519', x: key.x, kid: keyId },
    }
    await verifyReceipt(receipt, { keys: pinned ?? [key] })
    onReceipt?.(receipt)
    return receipt
  }
}

async function readDirectory(
  fetchDirectory: (path: string) => Promise<{ status: number; type: string; text: string }>,
): Promise<Map<string, ReceiptKey>> {
  const keys = new Map<string, ReceiptKey>()
  let answer: Awaited<ReturnType<typeof fetchDirectory>>
  try {
    answer = await fetchDirectory(DIRECTORY)
  } catch (cause) {
    throw new ReceiptError(
      'keys-unavailable',
      'The answer arrived, but the keys that its receipt needs did not.',
      { cause },
    )
  }
  if (answer.status >= 500 || answer.status === 429)
    throw new ReceiptError('keys-unavailable', `${DIRECTORY} answered ${answer.status}.`)
  // A server from before receipts answers something else, or nothing.
  if (answer.status !== 200 || !answer.type.startsWith(DIRECTORY_TYPE)) return keys
  try {
    const { keys: listed } = JSON.parse(answer.text) as { keys: ReceiptKey[] }
    for (const key of listed.slice(0, DIRECTORY_KEYS_MAX))
      if (key.kty === 'OKP' && key.crv === 'Ed25519' && typeof key.x === 'string')
        keys.set(await keyThumbprint(key), key)
  } catch (cause) {
    throw new ReceiptError('keys-unavailable', `${DIRECTORY} cannot be read.`, { cause })
  }
  return keys
}

const pick = ({ method, authority, path, query }: Sent) => ({ method, authority, path, query })

/** What the signature covers, and the signature. */
function requestHeaders(headers: Headers): Record<string, string> {
  return coveredHeaders(headers, ['signature', 'signature-input'])
}

function responseHeaders(headers: Headers): Record<string, string> {
  return coveredHeaders(headers, KEPT_HEADERS)
}

function coveredHeaders(headers: Headers, also: readonly string[]): Record<string, string> {
  const covered = headers.get('signature-input') ?? ''
  const kept: Record<string, string> = {}
  headers.forEach((value, name) => {
    if (also.includes(name) || covered.includes(`"${name}"`)) kept[name] = value
  })
  return kept
}

/** Bytes as text where they are text, so that a person can read the file. */
function textOf(bytes: Uint8Array): { body: string; body_encoding: 'utf8' | 'base64' } {
  try {
    return {
      body: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
      body_encoding: 'utf8',
    }
  } catch {
    return { body: toBase64(bytes), body_encoding: 'base64' }
  }
}
