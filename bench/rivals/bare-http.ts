/**
 * What node:http alone can do on the same machine: it answers with the bytes of ANSWER (status, headers, body as
 * JSON) and does nothing else but what WORK lists: `hmac` reads the headers and computes one HMAC over them, `body`
 * reads, hashes and parses the body.
 */
import { createHash, createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

const work = new Set((process.env['WORK'] ?? '').split(','))
const answer = JSON.parse(process.env['ANSWER'] ?? '') as {
  status: number
  headers: [string, string][]
  body: string
}
const secret = createSecretKey(randomBytes(57))
const headers = answer.headers.flat()

function respond(response: ServerResponse): void {
  response.writeHead(answer.status, headers)
  response.end(answer.body)
}

function authenticate(request: IncomingMessage): string {
  const { host, 'signature-input': input, signature } = request.headers
  const text = `${request.method}\n${host}\n${request.url}\n${String(input)}\n${String(signature)}`
  return createHmac('sha256', secret).update(text).digest('base64')
}

function readBody(request: IncomingMessage, done: () => void): void {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
    const digest = createHash('sha256').update(body).digest('base64')
    const value: unknown = JSON.parse(body.toString())
    if (digest === '' || value === null) throw new Error('never')
    done()
  })
}

createServer((request, response) => {
  if (work.has('hmac') && authenticate(request) === '') throw new Error('never')
  if (work.has('body') && request.method === 'POST') readBody(request, () => respond(response))
  else respond(response)
}).listen(Number(process.env['PORT']), '127.0.0.1')
