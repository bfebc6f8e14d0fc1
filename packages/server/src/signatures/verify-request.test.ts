import { createHash, createHmac, createPublicKey, verify as verifyEd25519 } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { testClock } from '../clock.ts'
import { newPublicKey, newSecretKey } from '../keys/credentials.ts'
import { hmacKey, hmacSha256 } from '../message-authentication.ts'
import { Problem } from '../problems.ts'
import { readSignedRequest, signatureBase, type RequestParts } from './signature-base.ts'
import { incomingMessage, testVerifier, verificationKey, type RawRequest } from './test-verifier.ts'

const NOW_MS = Date.UTC(2025, 10, 23, 12)
const AUTHORITY = 'api.example.com'
const publicKey = newPublicKey('test')
const secret = newSecretKey('test')

const verify = () =>
  testVerifier({
    clock: testClock(NOW_MS),
    keys: [verificationKey({ publicKey, secrets: [{ secret }] })],
    authorities: new Set([AUTHORITY]),
  })

type Signing = {
  method?: string
  path?: string
  query?: string
  body?: string
  created?: number
  nonce?: string
  secret?: string
}

/** Signs by the letter of RFC 9421, with nothing of the server's code. */
function signed(signing: Signing = {}): RawRequest {
  const { method = 'POST', path = '/v1/transactions', query = '', body = '{"amount":"10.00"}' } = signing
  const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
  const created = signing.created ?? NOW_MS / 1000
  const nonce = signing.nonce ?? 'nonce-of-some-length'
  const params = `("@method" "@authority" "@path" "@query" "content-digest");created=${created};nonce="${nonce}";keyid="${publicKey}";alg="hmac-sha256"`
  const base = `"@method": ${method}\n"@authority": ${AUTHORITY}\n"@path": ${path}\n"@query": ?${query}\n"content-digest": ${digest}\n"@signature-params": ${params}`
  const mac = createHmac('sha256', signing.secret ?? secret)
    .update(base)
    .digest('base64')
  return {
    method,
    target: query ? `${path}?${query}` : path,
    headers: [
      ['Host', AUTHORITY],
      ['Content-Length', String(Buffer.byteLength(body))],
      ['Content-Digest', digest],
      ['Signature-Input', `sig1=${params}`],
      ['Signature', `sig1=:${mac}:`],
    ],
    body_base64: Buffer.from(body).toString('base64'),
  }
}

async function codeOf(request: RawRequest): Promise<string> {
  try {
    await verify()(request)
    return 'accepted'
  } catch (error) {
    if (error instanceof Problem) return error.code
    throw error
  }
}

describe('RFC 9421 vectors', () => {
  const vectors = JSON.parse(
    readFileSync(new URL('../../../../conformance/vectors/rfc9421.json', import.meta.url), 'utf8'),
  ) as {
    request: { method: string; target: string; headers: Record<string, string>; body: string }
    cases: {
      name: string
      key_base64?: string
      public_key_pem?: string
      signature_base: string
      signature: string
    }[]
  }
  const { request } = vectors
  const parts: RequestParts = {
    method: request.method,
    authority: 'example.com',
    path: '/foo',
    query: '?param=Value&Pet=dog',
    field: (name) => request.headers[name],
  }

  it.each(vectors.cases)('$name: the base is laid out byte by byte and the signature agrees', (vector) => {
    const lines = vector.signature_base.split('\n')
    const components = lines.slice(0, -1).map((line) => line.slice(1, line.indexOf('":')))
    const paramsText = lines.at(-1)!.slice('"@signature-params": '.length)
    const base = signatureBase({ components, paramsText }, parts)
    expect(base).toBe(vector.signature_base)
    if (vector.key_base64) {
      expect(hmacSha256(hmacKey(Buffer.from(vector.key_base64, 'base64')), base)).toBe(vector.signature)
    } else {
      const key = createPublicKey(vector.public_key_pem!)
      const signature = Buffer.from(vector.signature, 'base64')
      expect(verifyEd25519(null, Buffer.from(base), key, signature)).toBe(true)
    }
  })

  it.each(vectors.cases)('$name: the strict profile refuses the request itself', (vector) => {
    const params = vector.signature_base.split('\n').at(-1)!.slice('"@signature-params": '.length)
    const raw: RawRequest = {
      method: request.method,
      target: request.target,
      headers: [
        ...Object.entries(request.headers),
        ['Signature-Input', `sig=${params}`],
        ['Signature', `sig=:${vector.signature}:`],
      ],
      body_base64: Buffer.from(request.body).toString('base64'),
    }
    expect(() => readSignedRequest(incomingMessage(raw), '443')).toThrow(Problem)
  })
})

describe('the verifier', () => {
  it('a rightly signed request passes', async () => {
    expect(await codeOf(signed())).toBe('accepted')
  })

  it('every byte changed in a signed request is refused', async () => {
    const original = signed({ query: 'a=1&b=2' })
    const flip = (text: string, at: number) =>
      `${text.slice(0, at)}${String.fromCharCode(text.charCodeAt(at) ^ 1)}${text.slice(at + 1)}`
    const changed: RawRequest[] = []
    const bytesOf = (text: string) => Array.from(text, (_character, at) => at)
    for (const at of bytesOf(original.method))
      changed.push({ ...original, method: flip(original.method, at) })
    for (const at of bytesOf(original.target))
      changed.push({ ...original, target: flip(original.target, at) })
    for (const [index, [name, value]] of original.headers.entries()) {
      // The length only frames the body; the digest covers what it frames.
      if (name === 'Content-Length') continue
      for (const at of bytesOf(value)) {
        const headers = original.headers.map((pair, other) =>
          other === index ? ([name, flip(value, at)] as [string, string]) : pair,
        )
        changed.push({ ...original, headers })
      }
    }
    const body = Buffer.from(original.body_base64!, 'base64')
    for (let at = 0; at < body.length; at += 1) {
      const bytes = Buffer.from(body)
      bytes[at] = (bytes[at] as number) ^ 1
      changed.push({ ...original, body_base64: bytes.toString('base64') })
    }
    expect(changed.length).toBeGreaterThan(300)
    for (const request of changed) expect(await codeOf(request), JSON.stringify(request)).not.toBe('accepted')
  })

  it('the second of two copies that arrive together is a replay', async () => {
    const send = verify()
    const answers = await Promise.allSettled([send(signed()), send(signed())])
    expect(answers.map((answer) => answer.status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('names the likely cause of the usual mistakes', async () => {
    const causes: [Signing, string][] = [
      [{ secret: `${secret}\n` }, 'secret-newline'],
      [{ secret: `"${secret}"` }, 'secret-quotes'],
      [{ secret: secret.slice('sk_test_'.length) }, 'secret-prefix-cut'],
    ]
    for (const [signing, cause] of causes) {
      const refusal = await verify()(signed(signing)).catch((error: unknown) => error)
      expect((refusal as Problem).extra).toMatchObject({ likely_cause_code: cause })
    }
  })
})
