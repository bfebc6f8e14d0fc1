// Calls Countersign with a signed request. Node 20 or newer, nothing to install.
//   export COUNTERSIGN_SECRET_KEY=sk_...
//   node signed-request.mjs GET /v1/me
//   node signed-request.mjs POST /v1/transactions '{"type":"deposit","amount":"10.00","currency":"USD"}'
// A retry passes the Idempotency-Key of the first attempt as a fourth argument.
import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto'

const baseUrl = process.env.COUNTERSIGN_URL ?? 'http://localhost:4747'
const publicKey = process.env.COUNTERSIGN_PUBLIC_KEY ?? 'pk_test_YOUR_PUBLIC_KEY'
const secretKey = process.env.COUNTERSIGN_SECRET_KEY

/** The headers to send. Sign every attempt anew: a nonce works once. */
export function sign({ method, target, body, idempotencyKey, created, nonce }) {
  const url = new URL(target, baseUrl)
  const headers = {}
  if (body) {
    headers['content-digest'] = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
    headers['content-type'] = 'application/json'
  }
  if (idempotencyKey) headers['idempotency-key'] = idempotencyKey
  const components = {
    '@method': method,
    '@authority': url.host,
    '@path': url.pathname,
    '@query': url.search || '?',
    ...headers,
  }
  const names = Object.keys(components).map((name) => `"${name}"`)
  const parameters =
    `(${names.join(' ')});created=${created ?? Math.floor(Date.now() / 1000)}` +
    `;nonce="${nonce ?? randomBytes(16).toString('hex')}";keyid="${publicKey}";alg="hmac-sha256"`
  const lines = Object.entries(components).map(([name, value]) => `"${name}": ${value}`)
  const base = [...lines, `"@signature-params": ${parameters}`].join('\n')
  const signature = createHmac('sha256', secretKey).update(base).digest('base64')
  return { ...headers, 'signature-input': `sig1=${parameters}`, signature: `sig1=:${signature}:` }
}

const [method = 'GET', target = '/v1/me', body, retryOf] = process.argv.slice(2)
const idempotencyKey = method === 'POST' ? (retryOf ?? randomUUID()) : undefined
const headers = sign({ method, target, body, idempotencyKey })
const answer = await fetch(new URL(target, baseUrl), { method, headers, body })
console.log(answer.status, await answer.text())
