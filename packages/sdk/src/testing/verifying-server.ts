import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { verifySignature, type FieldOccurrence } from 'http-message-sig'

/** What a verified request held. */
export type VerifiedRequest = {
  method: string
  target: string
  headers: IncomingMessage['headers']
  body: string
  nonce: string
  created: number
}

export type TestAnswer = { status?: number; headers?: Record<string, string>; body?: unknown }
type Answerer = (request: VerifiedRequest, count: number) => TestAnswer | 'hang' | 'cut'

/**
 * A server of our own that lets an independent library (http-message-sig) verify every request before it answers.
 * A request that does not verify is answered with 401 and the library's words.
 * @param files what it serves without a signature, by path: type and text
 */
export async function startVerifyingServer(
  secretKey: string,
  answer: Answerer,
  files: Record<string, [type: string, text: string]> = {},
) {
  const verified: VerifiedRequest[] = []
  const server = createServer((request, response) => {
    const file = files[request.url ?? '']
    if (file) return void response.writeHead(200, { 'Content-Type': file[0] }).end(file[1])
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      let result: ReturnType<Answerer>
      try {
        verified.push(await verify(request, Buffer.concat(chunks), secretKey))
        result = answer(verified.at(-1)!, verified.length)
      } catch (error) {
        result = { status: 401, body: { code: 'signature-invalid', title: 'Refused', detail: String(error) } }
      }
      if (result === 'hang') return
      if (result === 'cut') return void request.socket.destroy()
      const { status = 200, headers = {}, body } = result
      const type = status < 400 ? 'application/json' : 'application/problem+json'
      const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
      response.writeHead(status, { 'Content-Type': type, ...headers }).end(text)
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    verified,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** @throws when the signature, its coverage or the digest does not hold */
async function verify(request: IncomingMessage, body: Buffer, secretKey: string): Promise<VerifiedRequest> {
  const fields: FieldOccurrence[] = []
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    fields.push({ name: request.rawHeaders[index]!, value: request.rawHeaders[index + 1]! })
  }
  const { parameters } = await verifySignature(
    {
      kind: 'request',
      method: request.method!,
      targetUri: `http://${request.headers.host}${request.url}`,
      fields,
    },
    {
      policy: {
        algorithms: ['hmac-sha256'],
        requiredComponents: [
          '@method',
          '@authority',
          '@path',
          '@query',
          ...(body.length > 0 ? ['content-digest'] : []),
          ...['content-type', 'idempotency-key'].filter((name) => request.headers[name] !== undefined),
        ],
        requiredParameters: ['created', 'nonce', 'keyid'],
        maxAge: 300,
        clockSkew: 30,
      },
      resolveVerifier: () => ({
        algorithm: 'hmac-sha256',
        verify: (data, signature) => {
          const mac = createHmac('sha256', secretKey).update(data).digest()
          return mac.length === signature.length && timingSafeEqual(mac, signature)
        },
      }),
    },
  )
  const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
  if (body.length > 0 && request.headers['content-digest'] !== digest) throw new Error('the digest differs')
  return {
    method: request.method!,
    target: request.url!,
    headers: request.headers,
    body: body.toString(),
    nonce: parameters.nonce!,
    created: parameters.created!,
  }
}
