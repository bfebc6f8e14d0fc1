import { signRequest, type SigningKey } from '@countersign/sdk/request-signature'
import { ProblemError } from './api.ts'

type SignedRequest = { path: string; publicKey: string; signingKey: SigningKey }
type SignedAnswer = {
  status: number
  milliseconds: number
  requestId: string | null
  sent: string
  body: string
}

/**
 * Signs a GET in this browser and sends it without cookies, as any customer's code would.
 * @throws ProblemError when it could not be signed or sent; a refusal by the server is an answer like any other
 */
export async function sendSignedRequest({
  path,
  publicKey,
  signingKey,
}: SignedRequest): Promise<SignedAnswer> {
  const url = new URL(path, location.origin)
  const signed = await signRequest({ method: 'GET', url, publicKey, ...signingKey }).catch(
    (error: unknown) => {
      throw notSent('The request could not be signed', error)
    },
  )
  const startedAt = performance.now()
  const answer = await fetch(url, { headers: signed, credentials: 'omit', cache: 'no-store' }).catch(
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
      `GET ${path}`,
      `Host: ${url.host}`,
      `Signature-Input: ${signed['Signature-Input']}`,
      `Signature: ${signed.Signature}`,
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
