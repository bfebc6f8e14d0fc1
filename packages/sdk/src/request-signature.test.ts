import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  timingSafeEqual,
  verify as verifyEd25519,
} from 'node:crypto'
import fc from 'fast-check'
import { verifySignature } from 'http-message-sig'
import { describe, expect, it } from 'vitest'
import { toBase64 } from './base64.ts'
import { signatureBase, signRequest, type SignRequestInput, type SignedHeaders } from './request-signature.ts'
import { keyNamed, requests, rfc9421 } from './testing/conformance.ts'
import { ed25519Sign, hmacSha256, sha256, toBytes } from './web-crypto.ts'

const key = keyNamed('active')
const keys = { publicKey: key.public_key, secretKey: key.secret_keys[0]! }
const URL_ROOT = 'https://api.example.com'

async function importPem(pem: string): Promise<CryptoKey> {
  const der = createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' })
  return crypto.subtle.importKey('pkcs8', new Uint8Array(der), 'Ed25519', false, ['sign'])
}

describe('the vectors of RFC 9421', () => {
  const { request } = rfc9421
  const [path, query] = request.target.split('?')
  for (const vector of rfc9421.cases) {
    it(`${vector.name}: the same base and the same signature`, async () => {
      const parameters = /^"@signature-params": (.*)$/m.exec(vector.signature_base)![1]!
      const components = [...parameters.slice(0, parameters.indexOf(')')).matchAll(/"([^"]+)"/g)].map(
        (match) => match[1]!,
      )
      const base = signatureBase(
        {
          method: request.method,
          authority: request.headers['host']!,
          path: path!,
          query: `?${query}`,
          headers: request.headers,
        },
        components,
        parameters,
      )
      expect(base).toBe(vector.signature_base)
      const signature = vector.key_base64
        ? await hmacSha256(new Uint8Array(Buffer.from(vector.key_base64, 'base64')), toBytes(base))
        : await ed25519Sign(await importPem(vector.private_key_pem!), toBytes(base))
      expect(toBase64(signature)).toBe(vector.signature)
    })
  }
})

describe('the conformance data', () => {
  const accepted = requests.cases.filter((each) => each.expect.accepted)

  for (const { name, request, expect: expected } of accepted) {
    it(`${name}: the same base and the same signature`, async () => {
      const headers = new Headers(request.headers)
      const parameters = /"@signature-params": (.*)$/.exec(expected.signature_base!)![1]!
      const components = [...parameters.slice(0, parameters.indexOf(')')).matchAll(/"([^"]+)"/g)].map(
        (match) => match[1]!,
      )
      const question = request.target.indexOf('?')
      const base = signatureBase(
        {
          method: request.method,
          authority: requests.server.authority,
          path: question < 0 ? request.target : request.target.slice(0, question),
          query: question < 0 ? '?' : request.target.slice(question),
          headers,
        },
        components,
        parameters,
      )
      expect(base).toBe(expected.signature_base)

      const signer = requests.keys.find((each) => each.public_key === expected.public_key)!
      const signature = signer.ed25519_private_key_pem
        ? await ed25519Sign(await importPem(signer.ed25519_private_key_pem), toBytes(base))
        : await hmacSha256(toBytes(signer.secret_keys[expected.secret_key_index!]!), toBytes(base))
      expect(headers.get('signature')).toContain(`:${toBase64(signature)}:`)
    })
  }

  it('signRequest makes the very headers of every case that it could have sent itself', async () => {
    let compared = 0
    for (const { request, expect: expected } of accepted) {
      const [, created, nonce] =
        /created=(\d+);nonce="([^"\\]+)";keyid="[^"]+";alg="[^"]+"$/.exec(expected.signature_base!) ?? []
      const headers = new Headers(request.headers)
      const signer = requests.keys.find((each) => each.public_key === expected.public_key)!
      const url = `${URL_ROOT}${request.target}`
      // Left out: parameters, coverage, digests or targets that the SDK never makes.
      const own = created && new URL(url).search === (/\?.*/.exec(request.target)?.[0] ?? '')
      if (!own || (request.body_base64 && !headers.has('content-type'))) continue
      const signed = await signRequest({
        method: request.method,
        url,
        headers: [...headers].filter(([name]) => name === 'content-type' || name === 'idempotency-key') as [
          string,
          string,
        ][],
        body: request.body_base64 === null ? null : Buffer.from(request.body_base64, 'base64'),
        publicKey: signer.public_key,
        created: Number(created),
        nonce: nonce!,
        ...(signer.ed25519_private_key_pem
          ? { privateKey: await importPem(signer.ed25519_private_key_pem) }
          : { secretKey: signer.secret_keys[expected.secret_key_index!]! }),
      })
      if (signed['Signature-Input'] !== headers.get('signature-input')) continue
      if ((signed['Content-Digest'] ?? null) !== headers.get('content-digest')) continue
      expect(signed.Signature).toBe(headers.get('signature'))
      compared += 1
    }
    expect(compared).toBeGreaterThanOrEqual(25)
  })
})

/** Verifies as a stranger's server would: with http-message-sig, from the request line and headers alone. */
async function verifies(
  request: { method: string; url: string; headers: Record<string, string> },
  secret = keys.secretKey,
) {
  const fields = Object.entries(request.headers).map(([name, value]) => ({ name, value }))
  await verifySignature(
    { kind: 'request', method: request.method, targetUri: request.url, fields },
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
        verify: (data, signature) =>
          timingSafeEqual(createHmac('sha256', secret).update(data).digest(), signature),
      }),
    },
  )
}

const segment = fc.stringMatching(/^[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,20}$/)
const anyRequest = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PATCH', 'DELETE', 'PUT'),
  path: fc.array(segment, { minLength: 1, maxLength: 5 }).map((parts) => `/v1/${parts.join('/')}`),
  query: fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })), {
    maxLength: 4,
  }),
  body: fc.uint8Array({ maxLength: 300 }),
  idempotencyKey: fc.option(fc.stringMatching(/^[\x21-\x7e]{1,40}$/), { nil: undefined }),
})

type AnyRequest = typeof anyRequest extends fc.Arbitrary<infer Value> ? Value : never

async function sign({ method, path, query, body, idempotencyKey }: AnyRequest) {
  const url = new URL(path, URL_ROOT)
  for (const [name, value] of query) url.searchParams.append(name, value)
  const headers: Record<string, string> = idempotencyKey ? { 'Idempotency-Key': idempotencyKey } : {}
  const signed = await signRequest({ method, url, headers, body: method === 'GET' ? null : body, ...keys })
  return {
    method,
    url: url.href,
    headers: { ...headers, ...(signed as SignedHeaders & Record<string, string>) },
  }
}

describe('signRequest against an independent verifier', () => {
  it('any method, path, query, body and idempotency key verifies', async () => {
    const property = fc.asyncProperty(anyRequest, async (request) => {
      await expect(verifies(await sign(request))).resolves.toBeUndefined()
    })
    await fc.assert(property, { numRuns: 200 })
  })

  it('every single changed character in what was signed is refused', async () => {
    const place = fc.record({ at: fc.nat(), part: fc.nat() })
    await fc.assert(
      fc.asyncProperty(anyRequest, place, async (request, { at, part }) => {
        const signed = await sign(request)
        const { method, url, headers } = signed
        const origin = url.indexOf('/', 'https://'.length)
        const parts = ['method', 'url', ...Object.keys(headers)]
        const name = parts[part % parts.length]!
        const text = name === 'method' ? method : name === 'url' ? url : headers[name]!
        const first = name === 'url' ? origin + 1 : 0
        const index = first + (at % (text.length - first))
        // Not B: the last digit of base64 has bits that the library does not look at.
        const other = text[index] === 'A' ? 'Q' : 'A'
        const changed = text.slice(0, index) + other + text.slice(index + 1)
        const forged =
          name === 'method'
            ? { ...signed, method: changed }
            : name === 'url'
              ? { ...signed, url: changed }
              : { ...signed, headers: { ...headers, [name]: changed } }
        await expect(verifies(forged)).rejects.toBeInstanceOf(Error)
      }),
      { numRuns: 300 },
    )
  })

  it('the digest covers every byte of the body', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(), async (body, at) => {
        const signed = await signRequest({ method: 'POST', url: `${URL_ROOT}/v1/x`, body, ...keys })
        expect(signed['Content-Digest']).toBe(`sha-256=:${toBase64(await sha256(toBytes(body)))}:`)
        const changed = toBytes(body)
        changed[at % changed.length]! ^= 1
        expect(signed['Content-Digest']).not.toBe(`sha-256=:${toBase64(await sha256(changed))}:`)
      }),
    )
  })

  it('an Ed25519 key signs what its public half verifies', async () => {
    const ed25519 = keyNamed('ed25519')
    const privateKey = await importPem(ed25519.ed25519_private_key_pem!)
    const signed = await signRequest({
      method: 'GET',
      url: `${URL_ROOT}/v1/me`,
      publicKey: ed25519.public_key,
      privateKey,
    })
    expect(signed['Signature-Input']).toContain(';alg="ed25519"')
    await verifySignature(
      {
        kind: 'request',
        method: 'GET',
        targetUri: `${URL_ROOT}/v1/me`,
        fields: Object.entries(signed).map(([name, value]) => ({ name, value })),
      },
      {
        policy: { algorithms: ['ed25519'], requiredComponents: ['@query'], requiredParameters: ['nonce'] },
        resolveVerifier: () => ({
          algorithm: 'ed25519',
          verify: (data, signature) =>
            verifyEd25519(null, data, createPublicKey(ed25519.ed25519_private_key_pem!), signature),
        }),
      },
    )
  })
})

describe('what signRequest adds', () => {
  const get = (input: Partial<SignRequestInput> = {}) =>
    signRequest({ method: 'GET', url: `${URL_ROOT}/v1/me`, ...keys, ...input } as SignRequestInput)

  it('a nonce that is new every time', async () => {
    const nonces = await Promise.all(
      Array.from({ length: 50 }, async () => /nonce="([^"]+)"/.exec((await get())['Signature-Input'])![1]),
    )
    expect(new Set(nonces).size).toBe(50)
  })

  it('the content type that fetch would otherwise add unsigned', async () => {
    const signed = await get({ method: 'POST', body: '{}' })
    expect(signed['Content-Type']).toBe('application/json')
    expect(signed['Signature-Input']).toContain('"content-type"')
  })

  it('no content type where the caller has one', async () => {
    const signed = await get({
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json; charset=utf-8' },
    })
    expect(signed['Content-Type']).toBeUndefined()
    expect(signed['Signature-Input']).toContain('"content-type"')
  })

  it('its own digest in place of one that the caller guessed', async () => {
    const guessed = await get({
      method: 'POST',
      body: '{}',
      headers: { 'Content-Digest': 'sha-256=:AAAA:' },
      created: 1,
      nonce: '0123456789abcdef',
    })
    const plain = await get({ method: 'POST', body: '{}', created: 1, nonce: '0123456789abcdef' })
    expect(guessed).toEqual(plain)
  })

  it('the same signature for equal text and bytes', async () => {
    const fixed = { method: 'POST', created: 1, nonce: '0123456789abcdef' }
    const bytes = new TextEncoder().encode('{"a":"ü"}')
    expect(await get({ ...fixed, body: '{"a":"ü"}' })).toEqual(await get({ ...fixed, body: bytes }))
    expect(await get({ ...fixed, body: '{"a":"ü"}' })).toEqual(await get({ ...fixed, body: bytes.buffer }))
  })

  it.each([
    ['a body with GET', { body: 'x' }, 'carries no body'],
    ['a body with HEAD', { method: 'HEAD', body: 'x' }, 'carries no body'],
    ['an object as body', { method: 'POST', body: {} as never }, 'must be a string or bytes'],
    ['a percent sign in the path', { url: `${URL_ROOT}/v1/%6de` }, 'must not'],
    ['a semicolon in the path', { url: `${URL_ROOT}/v1/me;a` }, 'must not'],
    ['two slashes in the path', { url: `${URL_ROOT}/v1//me` }, 'must not'],
    ['a relative URL', { url: '/v1/me' }, 'Invalid URL'],
    ['a short nonce', { nonce: 'short' }, 'nonce must be'],
    ['a nonce with a line break', { nonce: '0123456789abcdef\n' }, 'nonce must be'],
    ['created in decimals', { created: 1.5 }, 'created must be'],
    [
      'an Idempotency-Key beyond ASCII',
      { method: 'POST', headers: { 'Idempotency-Key': 'clé' } },
      'printable ASCII',
    ],
  ] satisfies [string, Partial<SignRequestInput>, string][])('refuses %s', async (_name, input, message) => {
    await expect(get(input)).rejects.toThrow(message)
  })

  it('refuses a CryptoKey that cannot sign with Ed25519', async () => {
    const hmac = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
    await expect(
      signRequest({ method: 'GET', url: `${URL_ROOT}/v1/me`, publicKey: key.public_key, privateKey: hmac }),
    ).rejects.toThrow('privateKey must be an Ed25519 private CryptoKey')
  })
})
