import { createHash, createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { createSignatureSync } from 'http-message-sig'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, signHeaders, type TestApp, type TestKey, type TestMember } from './test-app.ts'

let t: TestApp
let ada: TestMember
let key: TestKey
let port: number

beforeAll(async () => {
  t = await createTestApp()
  ada = await t.signUp()
  key = await t.createKey(ada)
  await t.app.listen({ port: 0, host: '127.0.0.1' })
  port = (t.app.server.address() as AddressInfo).port
})
afterAll(() => t.stop())

const AUTHORITY = 'localhost:4747'

type Answer = { status: number; headers: Record<string, unknown>; body: Record<string, any>; text: string }

/** Sends over a real socket, headers as given, repeats included. */
function send(
  method: string,
  path: string,
  headers: Record<string, string | string[]>,
  body?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { port, method, path, headers: { host: AUTHORITY, ...headers }, agent: false },
      (incoming) => {
        let text = ''
        incoming.setEncoding('utf8').on('data', (chunk) => (text += chunk))
        incoming.on('end', () => {
          const isJson = String(incoming.headers['content-type']).includes('json')
          resolve({
            status: incoming.statusCode!,
            headers: incoming.headers,
            body: isJson && text !== '' ? JSON.parse(text) : {},
            text,
          })
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** Writes bytes as they are and reads until the socket closes. */
function sendRaw(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'))
    let text = ''
    socket.setTimeout(5_000, () => socket.destroy())
    socket.on('data', (chunk) => (text += chunk.toString('latin1')))
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
  })
}

const headersFor = (method: string, path: string, payload?: string, extra = {}) =>
  signHeaders(key, { method, path, payload, nowMs: t.clock.now(), authority: AUTHORITY, ...extra })

describe('requests signed by an independent library', () => {
  it('http-message-sig signs a GET and a POST that pass', async () => {
    const manager = await t.createKey(ada, { scopes: ['api-keys:write'] })
    const signer = {
      algorithm: 'hmac-sha256',
      sign: (base: Uint8Array) => createHmac('sha256', manager.secretKey).update(base).digest(),
    }
    for (const [method, path, body] of [
      ['GET', '/v1/me?x=1', undefined],
      [
        'POST',
        '/v1/api-keys',
        JSON.stringify({ mode: 'test', currency_type: 'fiat', expires_at: null, scopes: [] }),
      ],
    ] as const) {
      const headers: Record<string, string> = { host: AUTHORITY }
      if (body) {
        headers['content-type'] = 'application/json'
        headers['content-digest'] = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
      }
      const { signature, signatureInput } = createSignatureSync(
        {
          kind: 'request',
          method,
          targetUri: `http://${AUTHORITY}${path}`,
          fields: Object.entries(headers).map(([name, value]) => ({ name, value })),
        },
        {
          label: 'sig1',
          components: [
            '@method',
            '@authority',
            '@path',
            '@query',
            ...(body ? ['content-digest', 'content-type'] : []),
          ],
          parameters: {
            created: Math.floor(t.clock.now() / 1000),
            nonce: randomBytes(16).toString('base64url'),
            keyid: manager.publicKey,
            alg: 'hmac-sha256',
          },
          signer,
        },
      )
      const answer = await send(
        method,
        path,
        { ...headers, signature, 'signature-input': signatureInput },
        body,
      )
      expect(answer.status, answer.text).toBe(method === 'GET' ? 200 : 201)
    }
  })

  it('an Ed25519 key signs; the server holds only its public half', async () => {
    const pair = generateKeyPairSync('ed25519')
    const raw = pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
    const made = await ada.request('POST', '/v1/api-keys', {
      body: {
        mode: 'test',
        currency_type: 'fiat',
        expires_at: null,
        algorithm: 'ed25519',
        ed25519_public_key: raw.toString('base64'),
      },
    })
    expect(made.status, made.text).toBe(201)
    expect(made.body.secret_key).toBeNull()
    const params = `("@method" "@authority" "@path" "@query");created=${Math.floor(t.clock.now() / 1000)};nonce="${randomBytes(12).toString('hex')}";keyid="${made.body.public_key}"`
    const base = `"@method": GET\n"@authority": ${AUTHORITY}\n"@path": /v1/me\n"@query": ?\n"@signature-params": ${params}`
    const signature = sign(null, Buffer.from(base), pair.privateKey).toString('base64')
    const answer = await send('GET', '/v1/me', {
      'signature-input': `s=${params}`,
      signature: `s=:${signature}:`,
    })
    expect(answer.status, answer.text).toBe(200)
  })
})

describe('the keys door', () => {
  it('a replay is refused, on any later route too', async () => {
    const headers = headersFor('GET', '/v1/me')
    expect((await send('GET', '/v1/me', headers)).status).toBe(200)
    const again = await send('GET', '/v1/me', headers)
    expect([again.status, again.body.code]).toEqual([401, 'signature-replayed'])
  })

  it('a nonce stays claimed even when a later step refuses', async () => {
    const plain = await t.createKey(ada, { scopes: [] })
    const headers = signHeaders(plain, {
      method: 'GET',
      path: '/v1/api-keys',
      payload: undefined,
      nowMs: t.clock.now(),
    })
    expect((await send('GET', '/v1/api-keys', headers)).body.code).toBe('scope-missing')
    expect((await send('GET', '/v1/api-keys', headers)).body.code).toBe('signature-replayed')
  })

  it('any field that begins with Signature selects the keys door, and the cookie is ignored', async () => {
    const answer = await send('GET', '/v1/me', { cookie: ada.cookie, 'signature-agent': 'x' })
    expect([answer.status, answer.body.code]).toEqual([401, 'signature-malformed'])
    expect((await send('GET', '/v1/me', { cookie: ada.cookie })).status).toBe(200)
  })

  it('an unknown path is 401 to strangers and 404 to a key', async () => {
    expect((await send('GET', '/v1/nothing', {})).body.code).toBe('signature-missing')
    const answer = await send('GET', '/v1/nothing', headersFor('GET', '/v1/nothing'))
    expect([answer.status, answer.body.code]).toEqual([404, 'not-found'])
    const again = await send(
      'GET',
      '/v1/nothing',
      headersFor('GET', '/v1/nothing', undefined, { nonce: 'the-same-nonce-twice' }),
    )
    expect(again.status).toBe(404)
    const replay = await send(
      'GET',
      '/v1/nothing',
      headersFor('GET', '/v1/nothing', undefined, { nonce: 'the-same-nonce-twice' }),
    )
    expect(replay.body.code).toBe('signature-replayed')
  })

  it('every refusal tells the time, the skew and a likely cause; a mismatch shows the base', async () => {
    const late = await send(
      'GET',
      '/v1/me',
      headersFor('GET', '/v1/me', undefined, { created: Math.floor(t.clock.now() / 1000) - 400 }),
    )
    expect(late.body).toMatchObject({
      code: 'signature-expired',
      skew_seconds: -400,
      likely_cause_code: 'clock-behind',
    })
    expect(Date.parse(late.body.server_time)).not.toBeNaN()
    const wrong = { ...key, secretKey: `${key.secretKey}x` }
    const mismatch = await send(
      'GET',
      '/v1/me',
      signHeaders(wrong, { method: 'GET', path: '/v1/me', payload: undefined, nowMs: t.clock.now() }),
    )
    expect(mismatch.body.code).toBe('signature-invalid')
    expect(mismatch.body.signature_base).toContain('"@path": /v1/me\n')
    expect(mismatch.text).not.toContain(key.secretKey)
  })

  it('a body that is not the signed one is refused, and nothing is created', async () => {
    const manager = await t.createKey(ada, { scopes: ['api-keys:write', 'api-keys:read'] })
    const body = JSON.stringify({ mode: 'test', currency_type: 'fiat', expires_at: null, scopes: [] })
    const before = (await ada.request('GET', '/v1/api-keys?limit=100')).body.data.length
    const headers = signHeaders(manager, {
      method: 'POST',
      path: '/v1/api-keys',
      payload: body,
      nowMs: t.clock.now(),
    })
    const answer = await send('POST', '/v1/api-keys', headers, body.replace('fiat', 'fiaT'))
    expect(answer.body.code).toBe('digest-mismatch')
    expect((await ada.request('GET', '/v1/api-keys?limit=100')).body.data).toHaveLength(before)
  })

  it('a refused upload is not read: the connection ends with the answer', async () => {
    const head = `POST /v1/api-keys HTTP/1.1\r\nHost: ${AUTHORITY}\r\nContent-Length: 1000000\r\nSignature-Input: x\r\nSignature: x\r\n\r\n`
    const answer = await sendRaw(head)
    expect(answer).toMatch(/^HTTP\/1\.1 401 /)
    expect(answer.toLowerCase()).toContain('connection: close')
  })

  it('Countersign-Mode that contradicts the key is refused', async () => {
    const answer = await send('GET', '/v1/me', {
      ...headersFor('GET', '/v1/me'),
      'countersign-mode': 'production',
    })
    expect([answer.status, answer.body.code]).toEqual([403, 'mode-mismatch'])
  })
})

describe('requests that could be read in two ways', () => {
  it.each([
    '/v1/%6de',
    '/v1//me',
    '/v1/./me',
    '/v1/x/../me',
    '/v1/me;a=1',
    '/v1/me\\',
    '/v1/me#x',
    'http://localhost:4747/v1/me',
  ])('the target %s is never routed', async (target) => {
    const signed = await sendRaw(
      `GET ${target} HTTP/1.1\r\nHost: ${AUTHORITY}\r\nConnection: close\r\n${Object.entries(
        headersFor('GET', target),
      )
        .map(([name, value]) => `${name}: ${value}`)
        .join('\r\n')}\r\n\r\n`,
    )
    expect(signed).toMatch(/^HTTP\/1\.1 401 /)
    expect(signed).toContain('"code":"signature-malformed"')
    const asMember = await sendRaw(
      `GET ${target} HTTP/1.1\r\nHost: ${AUTHORITY}\r\nConnection: close\r\nCookie: ${ada.cookie}\r\n\r\n`,
    )
    expect(asMember).toMatch(/^HTTP\/1\.1 400 /)
    expect(asMember).toContain('"code":"invalid-request"')
  })

  it('a second Host, or none, is refused', async () => {
    for (const hosts of ['', `Host: ${AUTHORITY}\r\nHost: evil.example\r\n`])
      expect(await sendRaw(`GET /healthz HTTP/1.1\r\n${hosts}Connection: close\r\n\r\n`)).toMatch(
        /^HTTP\/1\.1 400 /,
      )
  })

  it('what is not HTTP is answered with a problem', async () => {
    const answer = await sendRaw('NONSENSE\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer).toContain('"code":"invalid-request"')
    const large = await sendRaw(`GET / HTTP/1.1\r\nHost: ${AUTHORITY}\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`)
    expect(large).toContain('"code":"headers-too-large"')
  })
})

describe('bodies', () => {
  const member = (body: string, headers = {}) =>
    send(
      'POST',
      '/v1/api-keys',
      { cookie: ada.cookie, origin: 'http://localhost:4747', 'content-type': 'application/json', ...headers },
      body,
    )

  it('are JSON of at most 1 MiB, uncompressed', async () => {
    expect((await member('{')).body.code).toBe('invalid-json')
    expect((await member('{}', { 'content-type': 'text/plain' })).body.code).toBe('content-type-unsupported')
    expect((await member(`{"a":"${'x'.repeat(1024 * 1024)}"}`)).body.code).toBe('body-too-large')
    expect(
      (
        await send(
          'POST',
          '/v1/api-keys',
          { cookie: ada.cookie, origin: 'http://localhost:4747', 'content-type': 'application/json' },
          Buffer.from([0x7b, 0xff, 0x7d]).toString('latin1'),
        )
      ).body.code,
    ).toMatch(/invalid-json/)
  })
})

describe('pages', () => {
  it('health, the problem pages and the reference answer without a credential', async () => {
    expect((await send('GET', '/healthz', {})).status).toBe(200)
    expect((await send('GET', '/readyz', {})).status).toBe(200)
    expect((await send('GET', '/problems/signature-invalid', {})).text).toContain('signature-invalid')
    expect((await send('GET', '/problems/nothing', {})).status).toBe(404)
    expect((await send('GET', '/docs', {})).text).toContain('/docs/reference.js')
    const document = await send('GET', '/openapi.json', {})
    expect(document.body['openapi']).toBe('3.1.0')
    expect(document.headers['content-security-policy']).toContain("script-src 'self';")
  })
})

describe('methods', () => {
  it('a path that exists refuses another method with 405 and names those it takes; HEAD answers like GET', async () => {
    const wrong = await send('PUT', '/v1/api-keys', headersFor('PUT', '/v1/api-keys'))
    expect([wrong.status, wrong.body.code]).toEqual([405, 'method-not-allowed'])
    expect(String(wrong.headers['allow']).split(', ')).toEqual(expect.arrayContaining(['GET', 'POST']))
    const head = await send('HEAD', '/v1/me', headersFor('HEAD', '/v1/me'))
    expect([head.status, head.text]).toEqual([200, ''])
    expect((await send('HEAD', '/healthz', {})).status).toBe(200)
  })
})
