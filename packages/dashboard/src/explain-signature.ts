import { call } from './api.ts'
import type { SentRequest, SignatureExplanation, TransactionLogDetail } from './api-types.ts'
import { readPasted, signatureFacts, type SignatureFacts } from './pasted-request.ts'
import type { PastedRequest } from './sent-request.ts'

export type Explained = SignatureFacts & {
  request: PastedRequest
  explanation: SignatureExplanation
}

type Question = {
  text: string
  /** When the server received it, where that is known. */
  receivedAt: string | undefined
  /** Judge the age of the signature as if the request arrived now. */
  isJudgedNow: boolean
}

/**
 * Asks the server what its verifier would find. A paste is always some minutes old, so unless its age is in question
 * it is judged as if it had arrived the moment it was signed; a signature from the future is one in any case.
 * @throws UnreadablePaste, ProblemError
 */
export async function explainSignature({ text, receivedAt, isJudgedNow }: Question): Promise<Explained> {
  const request = readPasted(text)
  const facts = signatureFacts(request)
  const now = Date.now()
  const signedAt = facts.createdMs !== null && facts.createdMs < now ? facts.createdMs : now
  const sent: SentRequest = {
    ...request,
    received_at: receivedAt ?? new Date(isJudgedNow ? now : signedAt).toISOString(),
  }
  const path = '/v1/test/explain-signature'
  const explanation = await call<SignatureExplanation>('POST', path, { body: sent, mode: 'test' })
  return { ...facts, request, explanation }
}

/** A logged request as the text that somebody would paste. The log keeps no body of what was refused. */
export function textOfLog(log: TransactionLogDetail): string {
  const target = log.query === null ? log.path : `${log.path}?${log.query}`
  const headers = log.request.headers.map(([name, value]) => `${name}: ${value}`)
  return [`${log.method} ${target} HTTP/1.1`, ...headers].join('\n')
}
