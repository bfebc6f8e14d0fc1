import type { SigningKey } from '@countersign/sdk/request-signature'
import { ProblemError } from './api.ts'
import type { TransactionLogDetail } from './api-types.ts'
import { sendSignedRequest, type SignedAnswer } from './send-signed-request.ts'

/** Why a logged request cannot be sent again from here; null where it can. */
export function whyNotReplayed(
  log: Pick<TransactionLogDetail, 'mode' | 'path' | 'request' | 'outcome'>,
  { host, origin }: Pick<Location, 'host' | 'origin'>,
): string | null {
  if (log.mode !== 'test') return 'Requests of Production Mode are never sent again from here.'
  const sentTo = log.request.headers.find(([name]) => name?.toLowerCase() === 'host')?.[1]
  const isOurs = log.path.startsWith('/v1/') && new URL(log.path, origin).pathname === log.path
  if (log.outcome === 'forwarded' || !isOurs)
    return 'It went to another service of the platform, which this page cannot reach.'
  if (sentTo !== undefined && sentTo !== host) return `It was sent to ${sentTo}, and this page is ${host}.`
  return null
}

type Replay = { method: string; target: string; body: string; publicKey: string; secret: string }

/**
 * Signs the request anew in this browser, with its own nonce and Idempotency-Key, and sends it without cookies.
 * @param secret the Secret Key, or the private key of an Ed25519 key as PEM or base64
 * @throws ProblemError when it could not be signed or sent
 */
export async function replayRequest({
  method,
  target,
  body,
  publicKey,
  secret,
}: Replay): Promise<SignedAnswer> {
  // What signs decides the mode: the page's own word for it would not hold anybody back.
  if (!publicKey.startsWith('pk_test_')) throw notSigned('Only keys of Test Mode send requests again.')
  return sendSignedRequest({
    method,
    path: target,
    body: body === '' ? undefined : body,
    idempotencyKey: method === 'POST' ? crypto.randomUUID() : undefined,
    publicKey,
    signingKey: await readSigningKey(secret),
  })
}

async function readSigningKey(text: string): Promise<SigningKey> {
  const bare = text.trim()
  if (bare.startsWith('sk_')) return { secretKey: bare }
  const base64 = bare.replaceAll(/-----[A-Z ]+-----|\s/g, '')
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
    return { privateKey: await crypto.subtle.importKey('pkcs8', bytes, 'Ed25519', false, ['sign']) }
  } catch {
    throw notSigned('This is neither a Secret Key (sk_test_…) nor an Ed25519 private key.')
  }
}

function notSigned(detail: string): ProblemError {
  const title = 'The request could not be signed'
  return new ProblemError({ type: 'about:blank', title, status: 0, code: 'not-sent', detail })
}

// In this tab's memory alone: a reload forgets it, and nothing writes it down.
const kept = new Map<string, string>()

export const keptSecret = (publicKey: string): string => kept.get(publicKey) ?? ''

export function keepSecret(publicKey: string, secret: string | null): void {
  if (secret === null) kept.delete(publicKey)
  else kept.set(publicKey, secret)
}

/** What sending it again does, for whoever is about to. */
export function effectOf(method: string): string {
  if (method === 'GET' || method === 'HEAD') return 'It reads and changes nothing.'
  if (method === 'POST')
    return 'It does the same once more: under a new Idempotency-Key it counts as another request, so what it creates is created again. No real money moves.'
  if (method === 'DELETE') return 'It deletes what the path names, in Test Mode.'
  return 'It makes the same change once more, in Test Mode.'
}
