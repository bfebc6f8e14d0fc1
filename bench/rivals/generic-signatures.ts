/** node:http with the generic signature library: verifies, keeps no nonces, limits nothing, logs nothing. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import { verifySignature } from 'http-message-sig'

const answer = JSON.parse(process.env['ANSWER'] ?? '') as {
  status: number
  headers: [string, string][]
  body: string
}
const secret = process.env['SECRET'] ?? ''
const headers = answer.headers.flat()

async function verify(request: IncomingMessage): Promise<void> {
  const fields = []
  for (let index = 0; index < request.rawHeaders.length; index += 2)
    fields.push({ name: request.rawHeaders[index]!, value: request.rawHeaders[index + 1]! })
  await verifySignature(
    {
      kind: 'request',
      method: request.method!,
      targetUri: `http://${request.headers.host}${request.url}`,
      fields,
    },
    {
      policy: {
        algorithms: ['hmac-sha256'],
        requiredComponents: ['@method', '@authority', '@path', '@query'],
        requiredParameters: ['created', 'nonce', 'keyid'],
        maxAge: 300,
        clockSkew: 30,
      },
      resolveVerifier: () => ({
        algorithm: 'hmac-sha256',
        verify: (data, signature) => {
          const mac = createHmac('sha256', secret).update(data).digest()
          return mac.length === signature.length && timingSafeEqual(mac, signature)
        },
      }),
    },
  )
}

createServer((request, response) => {
  if (request.url === '/readyz') return void response.end()
  verify(request).then(
    () => response.writeHead(answer.status, headers).end(answer.body),
    () => response.writeHead(401).end(),
  )
}).listen(Number(process.env['PORT']), '127.0.0.1')
