// Pre-request script of a Postman collection: signs every request of it for Countersign (RFC 9421, HMAC-SHA-256).
// Reads countersign_public_key and countersign_secret_key; keep the secret in Postman's vault or as a secret variable.
const publicKey = pm.variables.get('countersign_public_key')
const secretKey = pm.variables.get('countersign_secret_key')
if (!publicKey || !secretKey) throw new Error('Set countersign_public_key and countersign_secret_key first.')

// Variables are filled in here once, so that what is signed is what is sent: {{$guid}} would give another value later.
const url = pm.variables.replaceIn(pm.request.url.toString())
const [, authority, path, query] = /^https?:\/\/([^/?#]+)([^?#]*)(\?[^#]*)?/.exec(url)
pm.request.url.update(url)
const method = pm.request.method
const hasBody = method !== 'GET' && method !== 'HEAD' && pm.request.body && pm.request.body.raw
const body = hasBody ? pm.variables.replaceIn(pm.request.body.raw) : ''
const setHeader = (key, value) => pm.request.headers.upsert({ key, value })

const components = [
  ['@method', method],
  ['@authority', authority.toLowerCase()],
  ['@path', path || '/'],
  ['@query', query || '?'],
]
if (body !== '') {
  pm.request.body.update({ mode: 'raw', raw: body })
  const digest = `sha-256=:${CryptoJS.enc.Base64.stringify(CryptoJS.SHA256(body))}:`
  setHeader('Content-Digest', digest)
  components.push(['content-digest', digest])
}
const givenType = pm.request.headers.get('Content-Type')
if (body !== '' || givenType) {
  const type = givenType ? pm.variables.replaceIn(givenType) : 'application/json'
  setHeader('Content-Type', type)
  components.push(['content-type', type])
}
const givenKey = pm.request.headers.get('Idempotency-Key')
if (method === 'POST' || givenKey) {
  const idempotencyKey = pm.variables.replaceIn(givenKey || '{{$guid}}')
  setHeader('Idempotency-Key', idempotencyKey)
  components.push(['idempotency-key', idempotencyKey])
}

const names = components.map(([name]) => `"${name}"`).join(' ')
const created = Math.floor(Date.now() / 1000)
const nonce = pm.variables.replaceIn('{{$guid}}')
const parameters = `(${names});created=${created};nonce="${nonce}";keyid="${publicKey}";alg="hmac-sha256"`
const lines = components.map(([name, value]) => `"${name}": ${value}`)
const base = [...lines, `"@signature-params": ${parameters}`].join('\n')
const signature = CryptoJS.enc.Base64.stringify(CryptoJS.HmacSHA256(base, secretKey))
setHeader('Signature-Input', `sig1=${parameters}`)
setHeader('Signature', `sig1=:${signature}:`)
