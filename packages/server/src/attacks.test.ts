import { randomBytes } from 'node:crypto'
import { connect, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  createTestApp,
  signHeaders,
  type SignOptions,
  type TestApp,
  type TestKey,
  type TestMember,
} from './test-app.ts'

const HOST = 'localhost:4747'
let t: TestApp
let ada: TestMember
let key: TestKey
let port: number

beforeAll(async () => {
  t = await createTestApp()
  ada = await t.signUp()
  key = await t.createKey(ada)
  await t.app.listen({ host: '127.0.0.1', port: 0 })
  port = (t.app.server.address() as AddressInfo).port
})
afterAll(() => t.stop())

/** Writes bytes to a socket as they are, and gives what comes back until it ends. */
function exchange(...pieces: (string | (() => Promise<unknown>))[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    socket.on('data', (bytes) => (answer += bytes.toString('latin1')))
    socket.on('close', () => resolve(answer)).on('error', reject)
    const send = async () => {
      for (const piece of pieces)
        if (typeof piece === 'string') socket.write(Buffer.from(piece, 'latin1'))
        else await piece()
    }
    send().catch(reject)
  })
}

/** A signed request as text, up to its body. */
function signedHead(
  method: string,
  path: string,
  options: SignOptions & { payload?: string; more?: string },
): string {
  const { payload, more = '', ...rest } = options
  const headers = signHeaders(key, { method, path, payload, nowMs: t.clock.now(), ...rest })
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\nhost: ${HOST}\r\nconnection: close\r\n${lines.join('')}${more}\r\n`
}

const status = (answer: string) => Number(answer.split(' ')[1])
const logOf = async (id: unknown) => {
  await t.requestLog.flush()
  return ada.request('GET', `/v1/transaction-logs/${String(id)}`)
}

describe('what is signed is what is read', () => {
  it('a body cannot be slipped under a signature by hiding its length behind a hundred headers', async () => {
    const junk = Array.from({ length: 120 }, (_, index) => `x-${index}: 1\r\n`).join('')
    const head = signedHead('POST', '/v1/test/reset', {
      headers: { 'content-type': 'application/json' },
      more: `${junk}content-length: 5\r\n`,
    })
    const answer = await exchange(`${head}{"x":`)
    expect([status(answer), answer]).toEqual([401, expect.stringContaining('content-digest')])
  })

  it('white space that is not ASCII is part of a covered header', async () => {
    const head = signedHead('POST', '/v1/test/reset', { payload: '{}', more: 'content-length: 2\r\n' })
    const answer = await exchange(`${head.replace('application/json\r\n', 'application/json\xa0\r\n')}{}`)
    expect([status(answer), answer]).toEqual([401, expect.stringContaining('signature-malformed')])
  })
})

describe('a request whose body is still on its way', () => {
  it('does not outlive the revocation of its key', async () => {
    const payload = '{"type":"deposit","amount":"1.00","currency":"USD"}'
    const held = await t.createKey(ada)
    const headers = signHeaders(held, {
      method: 'POST',
      path: '/v1/transactions',
      payload,
      nowMs: t.clock.now(),
      headers: { 'idempotency-key': 'held-open' },
    })
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    const find = vi.spyOn(t.keyCache, 'find')
    const answer = await exchange(
      `POST /v1/transactions HTTP/1.1\r\nhost: ${HOST}\r\nconnection: close\r\ncontent-length: ${payload.length}\r\n${lines.join('')}\r\n`,
      async () => {
        await vi.waitFor(() => expect(find).toHaveBeenCalledWith(held.publicKey))
        await find.mock.results.at(-1)?.value
        expect((await ada.request('DELETE', `/v1/api-keys/${held.id}`)).status).toBe(204)
      },
      payload,
    )
    find.mockRestore()
    expect([status(answer), answer]).toEqual([401, expect.stringContaining('key-revoked')])
  })
})

describe('replays', () => {
  it('a clock that ran ahead and is set back opens no window', async () => {
    const late = await createTestApp()
    try {
      const signer = await late.createKey(await late.signUp())
      const once = { nonce: randomBytes(16).toString('hex'), created: Math.floor(late.clock.now() / 1000) }
      expect((await late.signed(signer, 'GET', '/v1/me', once)).status).toBe(200)
      late.clock.advance(400_000)
      expect((await late.signed(signer, 'GET', '/v1/me')).status).toBe(200)
      late.clock.advance(-400_000)
      const again = await late.signed(signer, 'GET', '/v1/me', once)
      expect([again.status, again.body.code]).toEqual([401, 'signature-expired'])
    } finally {
      await late.stop()
    }
  })
})

describe('keys that manage keys', () => {
  it('a key gets no secret of a key that may do more', async () => {
    const manager = await t.createKey(ada, { scopes: ['api-keys:write', 'balances:read'] })
    const equal = await t.createKey(ada, { scopes: ['balances:read'] })
    const body = { overlap_seconds: 0 }
    const rotated = await t.signed(manager, 'POST', `/v1/api-keys/${equal.id}/rotate`, { body })
    expect([rotated.status, typeof rotated.body.secret_key]).toEqual([200, 'string'])
    const refused = await t.signed(manager, 'POST', `/v1/api-keys/${key.id}/rotate`, { body })
    expect([refused.status, refused.body.code]).toEqual([403, 'scope-missing'])
    expect((await t.signed(key, 'GET', '/v1/me')).status).toBe(200)
  })
})

describe('keys that manage keys (II)', () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['switches on', { enabled: false }, { enabled: true }],
    ['prolongs', { expires_at: '2100-01-01T00:00:00Z' }, { expires_at: null }],
    ['lets in from anywhere', { ip_allowlist: ['203.0.113.0/24'] }, { ip_allowlist: [] }],
    ['lets in from elsewhere', { ip_allowlist: ['203.0.113.0/24'] }, { ip_allowlist: ['198.51.100.7/32'] }],
  ])('a key %s no key that may do more', async (_what, before, wider) => {
    const manager = await t.createKey(ada, { scopes: ['api-keys:write', 'balances:read'] })
    const stronger = await t.createKey(ada)
    const equal = await t.createKey(ada, { scopes: ['balances:read'] })
    for (const { id } of [stronger, equal])
      expect((await ada.request('PATCH', `/v1/api-keys/${id}`, { body: before })).status).toBe(200)
    const change = (id: string) => t.signed(manager, 'PATCH', `/v1/api-keys/${id}`, { body: wider })
    expect((await change(equal.id)).status).toBe(200)
    const refused = await change(stronger.id)
    expect([refused.status, refused.body.code]).toEqual([403, 'scope-missing'])
    const off = await t.signed(manager, 'PATCH', `/v1/api-keys/${stronger.id}`, { body: { enabled: false } })
    expect(off.status).toBe(200)
  })
})

describe('the Transaction Logs', () => {
  it('a path too long for an index does not hold up the rows of everybody else', async () => {
    const word = () => Array.from(randomBytes(20), (byte) => String.fromCharCode(97 + (byte % 26))).join('')
    const path = `/v1${Array.from({ length: 600 }, () => `/${word()}`).join('')}`
    const long = await t.signed(key, 'GET', path)
    expect(long.status).toBe(404)
    const other = await t.signed(key, 'POST', '/v1/test/reset', { body: {} })
    expect(other.status).toBe(200)
    expect((await logOf(long.headers['request-id'])).body.path).toBe(path)
    expect((await logOf(other.headers['request-id'])).status).toBe(200)
  })

  it('a refusal that comes before the key is looked up is still in the log of the key it names', async () => {
    const headers = signHeaders(key, {
      method: 'GET',
      path: '/v1/me',
      payload: undefined,
      nowMs: t.clock.now(),
    })
    headers['signature-input'] = (headers['signature-input'] as string).replace(
      '"@query"',
      '"@query" "x-unsent"',
    )
    const refused = await t.app.inject({ method: 'GET', url: '/v1/me', headers: { host: HOST, ...headers } })
    expect(refused.json().code).toBe('signature-malformed')
    const row = await logOf(refused.headers['request-id'])
    expect([row.status, row.body.api_key_id]).toEqual([200, key.id])
  })

  it('an explained mismatch does not repeat the values of the query', async () => {
    const headers = signHeaders(key, {
      method: 'GET',
      path: '/v1/accounts?limit=1&token=verysecret',
      payload: undefined,
      nowMs: t.clock.now(),
    })
    const url = '/v1/accounts?token=verysecret&limit=1'
    const refused = await t.app.inject({ method: 'GET', url, headers: { host: HOST, ...headers } })
    expect(refused.json().likely_cause_code).toBe('query-reordered')
    const row = await logOf(refused.headers['request-id'])
    expect([row.status, row.text]).toEqual([200, expect.not.stringContaining('verysecret')])
  })

  it('a live view ends when the secret that opened it does', async () => {
    const leaked = await t.createKey(ada)
    const headers = signHeaders(leaked, {
      method: 'GET',
      path: '/v1/transaction-logs/stream',
      payload: undefined,
      nowMs: t.clock.now(),
    })
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    const answer = await exchange(
      `GET /v1/transaction-logs/stream HTTP/1.1\r\nhost: ${HOST}\r\nconnection: close\r\n${lines.join('')}\r\n`,
      async () => {
        await vi.waitFor(async () => expect((await logOfStream(leaked.id)).length).toBe(1))
        await ada.request('POST', `/v1/api-keys/${leaked.id}/rotate`, { body: { overlap_seconds: 0 } })
      },
    )
    expect([status(answer), answer]).toEqual([200, expect.stringContaining(': connected')])
  })
})

async function logOfStream(keyId: string): Promise<unknown[]> {
  await t.requestLog.flush()
  const rows = await ada.request('GET', `/v1/transaction-logs?api_key_id=${keyId}`)
  return rows.body.data as unknown[]
}

describe('no input is a fault of the server', () => {
  it('text that cannot be stored, and times that cannot be written, are told as such', async () => {
    const cursor = Buffer.from('["\\u0000"]').toString('base64url')
    const answers = await Promise.all([
      ada.request('POST', '/v1/api-keys', {
        body: { mode: 'test', currency_type: 'fiat', expires_at: null, name: 'a\0b' },
      }),
      ada.request('PATCH', '/v1/workspace', { body: { name: 'a\0b' } }),
      ada.request('GET', '/v1/api-keys?name_contains=%00'),
      ada.request('GET', `/v1/api-keys?cursor=${cursor}`),
      ada.request('GET', `/v1/audit-log?cursor=${cursor}`),
      ada.request('GET', '/v1/transaction-logs?code=%00'),
      ada.request('GET', '/v1/transactions?reference=%00'),
      t.signed(key, 'POST', '/v1/transactions', {
        body: { type: 'deposit', amount: '1.00', currency: 'USD', effective_at: '0000-01-01T00:00:00Z' },
        headers: { 'idempotency-key': 'year-0' },
      }),
    ])
    expect(answers.map((answer) => answer.body.code)).toEqual(answers.map(() => 'invalid-input'))
  })

  it('a very long segment of a path passes the door like any other', async () => {
    const path = `/v1/api-keys/${'a'.repeat(2_000)}`
    expect((await t.app.inject({ url: path, headers: { host: HOST } })).statusCode).toBe(401)
    const answer = await t.signed(key, 'GET', path)
    expect([answer.status, answer.headers['request-id']]).toEqual([403, expect.stringMatching(/^req_/)])
  })

  it('times that lie beyond all dates find nothing', async () => {
    const last = `req_7${'z'.repeat(25)}`
    for (const query of ['created_after=9999-12-31T23:59:59.999Z', `id=${last}`]) {
      const { status, body } = await ada.request('GET', `/v1/transaction-logs?${query}&path_contains=/v1/`)
      expect([query, status, body.data]).toEqual([query, 200, []])
    }
    const headers = signHeaders(key, {
      method: 'GET',
      path: `/v1/transaction-logs/stream?cursor=${last}`,
      payload: undefined,
      nowMs: t.clock.now(),
    })
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () =>
        socket.write(
          `GET /v1/transaction-logs/stream?cursor=${last} HTTP/1.1\r\nhost: ${HOST}\r\n${lines.join('')}\r\n`,
        ),
      )
      socket.once('data', (bytes) => {
        resolve(bytes.toString('latin1'))
        socket.destroy()
      })
      socket.once('error', reject)
    })
    expect(status(answer)).toBe(200)
  })

  it('an Idempotency-Key on a path that is too long for an index is no fault of ours', async () => {
    const path = `/v1/transactions/${randomBytes(5_000).toString('hex')}/cancel`
    const answer = await t.signed(key, 'POST', path, { headers: { 'idempotency-key': 'a-long-path' } })
    expect(answer.status).toBeLessThan(500)
  })

  it('an unknown expectation gets our own answer', async () => {
    const answer = await exchange(
      `GET /v1/me HTTP/1.1\r\nhost: ${HOST}\r\nexpect: a-miracle\r\nconnection: close\r\n\r\n`,
    )
    expect([status(answer), answer]).toEqual([401, expect.stringContaining('signature-missing')])
  })
})

describe('links and names', () => {
  it('a link of ours leads to no other site', async () => {
    for (const target of [
      '//evil.example',
      '/..//evil.example',
      '/x/..//evil.example',
      '/\\evil.example',
      '/%09/evil.example',
    ]) {
      const url = `/auth/verify-email?token=abc&callbackURL=${encodeURIComponent(target)}`
      const answer = await t.app.inject({ url, headers: { host: HOST } })
      expect([target, answer.statusCode, answer.headers.location]).toEqual([target, 403, undefined])
    }
  })

  it('a name holds no line break or escape sequence that a mail or a terminal would obey', async () => {
    for (const name of ['Ada\n\nYour account is locked: https://evil.example', 'Ada\u001b[2J', 'Ada\0']) {
      const answer = await t.app.inject({
        method: 'POST',
        url: '/auth/sign-up/email',
        headers: { host: HOST, origin: `http://${HOST}`, 'content-type': 'application/json' },
        payload: JSON.stringify({ name, email: 'mallory@example.com', password: 'a long enough password' }),
      })
      expect([answer.statusCode, answer.json().code]).toEqual([422, 'invalid-input'])
    }
  })
})
