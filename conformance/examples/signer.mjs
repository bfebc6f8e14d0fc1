// Signs one case of the conformance kit, in the form that countersign conformance --signer asks for.
import { createHash, createHmac, createPrivateKey, sign } from 'node:crypto'
import { json } from 'node:stream/consumers'

const { key, request, components, parameters } = await json(process.stdin)
const { method, url, headers } = request
const answer = {}
const fields = new Map(headers.map(([name, value]) => [name.toLowerCase(), value.trim()]))
if (request.body_base64 !== null && components.includes('content-digest') && !fields.has('content-digest')) {
  const digest = createHash('sha256').update(Buffer.from(request.body_base64, 'base64')).digest('base64')
  answer['Content-Digest'] = `sha-256=:${digest}:`
  fields.set('content-digest', answer['Content-Digest'])
}

const [, authority, path, query] = /^https?:\/\/([^/]+)([^?]*)(\?.*)?$/s.exec(url)
const derived = { '@method': method, '@authority': authority, '@path': path, '@query': query ?? '?' }
const lines = components.map((name) => `"${name}": ${derived[name] ?? fields.get(name)}`)
const text = Object.entries(parameters).map(([name, value]) =>
  typeof value === 'number' ? `;${name}=${value}` : `;${name}="${value.replace(/["\\]/g, '\\$&')}"`,
)
const signatureParameters = `(${components.map((name) => `"${name}"`).join(' ')})${text.join('')}`
const base = Buffer.from([...lines, `"@signature-params": ${signatureParameters}`].join('\n'))

const signature =
  key.algorithm === 'ed25519'
    ? sign(null, base, createPrivateKey(key.private_key_pem))
    : createHmac('sha256', key.secret_key).update(base).digest()
answer['Signature-Input'] = `sig1=${signatureParameters}`
answer['Signature'] = `sig1=:${signature.toString('base64')}:`
console.log(JSON.stringify(answer))
