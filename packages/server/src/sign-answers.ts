import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from './clock.ts'
import type { App } from './http/app-type.ts'
import type { Log } from './log.ts'
import { signReceipt } from './signatures/sign-receipt.ts'
import type { ReadRequest } from './signatures/signature-base.ts'
import type { Signer, SigningKeys } from './signing-keys/signing-keys.ts'

export type SignAnswersDeps = { signingKeys: SigningKeys; clock: Clock; log: Log }

/**
 * Makes a receipt of every answer to a request whose signature held and that asks for one (RFC 9421 §5). Register it
 * after whatever may still replace the answer. Costs a request that does not ask one look at its headers.
 */
export function signAnswers(app: App, deps: SignAnswersDeps): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    const accept = request.raw.headers['accept-signature']
    const { verification } = request
    if (accept === undefined || !verification?.read || verification.secretVersion === null)
      return done(null, payload)
    const body = answerBytes(request, reply, payload)
    // A stream is not over when its headers leave.
    if (body === null) return done(null, payload)
    const { read } = verification
    const answer = (signer: Signer) =>
      addReceipt(reply, { accept: String(accept), read, body, signer, createdMs: deps.clock.now() })
    const signer = deps.signingKeys.signer('receipts')
    if (!(signer instanceof Promise)) {
      answer(signer)
      return done(null, payload)
    }
    signer.then(answer).then(
      () => done(null, payload),
      (err: unknown) => {
        // What was done is done: it is told without a receipt, and the caller sees that there is none.
        deps.log.error({ err, request_id: request.id }, 'an answer could not be signed')
        done(null, payload)
      },
    )
  })
}

function addReceipt(
  reply: FastifyReply,
  input: { accept: string; read: ReadRequest; body: string | Buffer; signer: Signer; createdMs: number },
): void {
  const headers = signReceipt({
    accept: input.accept,
    request: input.read,
    status: reply.statusCode,
    body: input.body,
    createdSeconds: Math.floor(input.createdMs / 1000),
    signer: input.signer,
  })
  if (headers) reply.headers(headers)
}

/** The bytes that will be sent; null where they are not known yet. */
function answerBytes(request: FastifyRequest, reply: FastifyReply, payload: unknown): string | Buffer | null {
  // RFC 9530 appendix B.2: the content of an answer without content is empty.
  if (request.method === 'HEAD' || reply.statusCode === 204) return ''
  if (payload === undefined || payload === null) return ''
  return typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : null
}
