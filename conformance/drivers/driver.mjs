// Lets the Node snippet sign the cases on stdin. It sends a request as it loads: here that leads nowhere.
import { createInterface } from 'node:readline'

const write = console.log
console.log = () => {}
globalThis.fetch = async () => new Response()
const snippet = process.argv[2]
process.argv.length = 2
const { sign } = await import(snippet)

for await (const line of createInterface({ input: process.stdin })) {
  const [method, target, body, idempotencyKey, created, nonce] = line.split('\t')
  const headers = sign({
    method,
    target,
    body: Buffer.from(body, 'base64').toString(),
    idempotencyKey,
    created,
    nonce,
  })
  write([headers['content-digest'] ?? '', headers['signature-input'], headers['signature']].join('\t'))
}
