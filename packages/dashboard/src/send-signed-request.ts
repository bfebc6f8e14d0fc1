import { signRequest, type SigningKey } from '@countersign/sdk/request-signature'
import { ProblemError } from './api.ts'

type SignedRequest = {
  /** GET where nothing is said. */
  method?: string
  /** Path and query. */
  path: string
  /** The very characters to send; JSON. */
  body?: string | undefined
  idempotencyKey?: string | undefined
  publicKey: string
  signingKey: SigningKey
}
export type SignedAnswer = {
  status: number
  milliseconds: number
  requestId: string | null
  sent: string
  body: string
}

/**
 * Signs a request in this browser and sends it without cookies, as any customer's code would.
 * @throws ProblemError when it could not be signed or sent; a refusal by the server is an answer like any other
 */
export async function sendSignedRequest(request: SignedRequest): Promise<SignedAnswer> {
  const { method = 'GET', path, body, idempotencyKey, publicKey, signingKey } = request
  const url = new URL(path, location.origin)
  const own: Record<string, string> = {}
  if (body !== undefined) own['Content-Type'] = 'application/json'
  if (idempotencyKey !== undefined) own['Idempotency-Key'] = idempotencyKey
  const signed = await signRequest({ method, url, headers: own, body, publicKey, ...signingKey }).catch(
    (error: unknown) => {
      throw notSent('The request could not be signed', error)
    },
  )
  const headers = { ...own, ...signed }
  const startedAt = performance.now()
  const answer = await fetch(url, { method, headers, body, credentials: 'omit', cache: 'no-store' }).catch(
    (error: unknown) => {
      throw notSent('The server did not answer', error)
    },
  )
  const text = await answer.text()
  return {
    status: answer.status,
    milliseconds: Math.round(performance.now() - startedAt),
    requestId: answer.headers.get('request-id'),
    sent: [
      `${method} ${path}`,
      `Host: ${url.host}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      ...(body === undefined ? [] : ['', body]),
    ].join('\n'),
    body: indented(text),
  }
}

function notSent(title: string, error: unknown): ProblemError {
  const detail = error instanceof Error ? error.message : undefined
  return new ProblemError({ type: 'about:blank', title, status: 0, code: 'not-sent', detail })
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
