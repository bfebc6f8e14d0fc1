import { createHash, createHmac, createSecretKey, randomBytes, type KeyObject } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { once } from 'node:events'

export type SigningKey = { publicKey: string; secret: KeyObject }
export type Unsigned = { method: string; path: string; body?: string; headers?: Record<string, string> }

export function signingKey({ publicKey, secretKey }: { publicKey: string; secretKey: string }): SigningKey {
  return { publicKey, secret: createSecretKey(Buffer.from(secretKey)) }
}

/**
 * Writes signed requests as they go over the wire, each with a nonce of its own, in the form that `requests.lua`
 * reads. Signed under the profile of docs/signing.md with nothing of the server's code.
 * @param make gives the key and the request for each position
 */
export async function writeRequests(
  file: string,
  { authority, count }: { authority: string; count: number },
  make: (index: number) => { key: SigningKey; request: Unsigned },
): Promise<void> {
  const stream = createWriteStream(file)
  for (let index = 0; index < count; index += 1) {
    const { key, request } = make(index)
    const text = rawRequest(key, request, authority)
    const length = String(Buffer.byteLength(text)).padStart(8, '0')
    if (!stream.write(length + text)) await once(stream, 'drain')
  }
  stream.end()
  await once(stream, 'close')
}

/** One signed request, byte by byte. */
export function rawRequest(key: SigningKey, request: Unsigned, authority: string): string {
  const headers = signedHeaders(key, request, authority)
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return `${request.method} ${request.path} HTTP/1.1\r\n${lines}\r\n${request.body ?? ''}`
}

/** Host and what goes with the body first, then the two fields of the signature. */
export function signedHeaders(
  key: SigningKey,
  { method, path, body, headers = {} }: Unsigned,
  authority: string,
): [name: string, value: string][] {
  const sent: [string, string][] = [
    ['Host', authority],
    ['User-Agent', 'countersign-bench/1'],
    ['Accept', 'application/json'],
    ...Object.entries(headers),
  ]
  if (body !== undefined)
    sent.push(
      ['Content-Type', 'application/json'],
      ['Content-Length', String(Buffer.byteLength(body))],
      ['Content-Digest', `sha-256=:${createHash('sha256').update(body).digest('base64')}:`],
    )
  const covered = sent
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => ['content-type', 'content-digest', 'idempotency-key'].includes(name))
  const [route = '', query = ''] = path.split('?')
  const components = [
    ['@method', method],
    ['@authority', authority],
    ['@path', route],
    ['@query', `?${query}`],
    ...covered,
  ] as const
  const created = Math.floor(Date.now() / 1000)
  const nonce = randomBytes(16).toString('hex')
  const names = components.map(([name]) => `"${name}"`).join(' ')
  const params = `(${names});created=${created};nonce="${nonce}";keyid="${key.publicKey}";alg="hmac-sha256"`
  const base = components.map(([name, value]) => `"${name}": ${value}\n`).join('')
  const mac = createHmac('sha256', key.secret)
    .update(`${base}"@signature-params": ${params}`)
    .digest('base64')
  sent.push(['Signature-Input', `sig1=${params}`], ['Signature', `sig1=:${mac}:`])
  return sent
}
