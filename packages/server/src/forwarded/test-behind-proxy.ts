import { createHash } from 'node:crypto'
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, request as httpRequest, type IncomingHttpHeaders, type Server } from 'node:http'
import { createServer as createSocket, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, signHeaders, type TestApp, type TestKey, type TestMember } from '../test-app.ts'

export const FORWARD_SECRET = 'f'.repeat(64)

type Answer = { status: number; headers: IncomingHttpHeaders; body: Record<string, any> }
type Send = (method: string, path: string, headers: Record<string, string>, body?: string) => Promise<Answer>

/** Where everything of one suite is. */
export type Site = {
  /** Of the proxy, as customers sign it. */
  authority: string
  countersign: string
  service: string
  /** A folder of its own, removed afterwards. */
  folder: string
}

export type Proxy = {
  name: string
  isThere: boolean
  /** Whether it shows Countersign the body, which then checks it. */
  showsBody: boolean
  /** Whether it tells Countersign that a body comes, which is then refused where none was signed. */
  tellsOfBody: boolean
  /** Starts it with the configuration of the guide. */
  start(site: Site): Promise<ChildProcess>
}

/** What the guide promises of a service that knows nothing of signatures, behind whichever proxy. */
export function describeBehind(proxy: Proxy, more: (send: () => Send) => void = () => {}): void {
  describe.skipIf(!proxy.isThere)(`behind ${proxy.name}, a service that knows nothing of signatures`, () => {
    suite(proxy, more)
  })
}

function suite(proxy: Proxy, more: (send: () => Send) => void): void {
  let t: TestApp
  let ada: TestMember
  let key: TestKey
  let service: Server
  let child: ChildProcess | undefined
  let folder: string
  let authority: string
  let arrived: { url: string; method: string; headers: IncomingHttpHeaders; body: string }[] = []

  beforeAll(async () => {
    authority = `127.0.0.1:${await freePort()}`
    t = await createTestApp({ FORWARD_AUTHORITIES: authority, FORWARD_AUTH_SECRET: FORWARD_SECRET })
    await t.app.listen({ host: '127.0.0.1', port: 0 })
    ada = await t.signUp()
    key = await t.createKey(ada)
    service = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => {
        arrived.push({ url: request.url!, method: request.method!, headers: request.headers, body })
        response.setHeader('content-type', 'application/json').end('{"served":true}')
      })
    })
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
    folder = await mkdtemp(join(tmpdir(), 'countersign-proxy-'))
    child = await startProxy()
  })
  afterAll(async () => {
    child?.kill('SIGKILL')
    service?.close()
    await t?.stop()
    if (folder) await rm(folder, { recursive: true })
  })

  async function startProxy(): Promise<ChildProcess> {
    const at = (server: { address(): unknown }) => `127.0.0.1:${(server.address() as AddressInfo).port}`
    const started = await proxy.start({
      authority,
      countersign: at(t.app.server),
      service: at(service),
      folder,
    })
    let said = ''
    for (const stream of [started.stdout, started.stderr])
      stream?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    for (let tries = 0; tries < READY_TRIES; tries += 1) {
      if (started.exitCode !== null) throw new Error(`${proxy.name} ended: ${said}`)
      if (await send('GET', '/ready', {}).catch(() => null)) return started
      await delay(25)
    }
    throw new Error(`${proxy.name} did not answer: ${said}`)
  }

  /** As a server that is gone: its port takes no connection. */
  const stopCountersign = () => {
    t.app.server.closeAllConnections()
    return new Promise((resolve) => t.app.server.close(resolve))
  }

  function send(
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: string,
  ): Promise<Answer> {
    const [host, port] = authority.split(':')
    return new Promise((resolve, reject) => {
      const sent = httpRequest(
        { host, port, method, path, headers: { host: authority, ...headers }, agent: false },
        (answer) => {
          let text = ''
          answer.on('data', (chunk: Buffer) => (text += chunk.toString()))
          answer.on('end', () =>
            resolve({
              status: answer.statusCode!,
              headers: answer.headers,
              body: text.startsWith('{') ? (JSON.parse(text) as Answer['body']) : {},
            }),
          )
        },
      )
      sent.on('error', reject).end(body)
    })
  }

  const signed = (method: string, path: string, payload?: string) =>
    signHeaders(key, { method, path, payload, nowMs: t.clock.now(), authority })

  it('a signed request arrives, with who signed it in the headers', async () => {
    arrived = []
    const spoofed = {
      'countersign-workspace-id': 'wks_spoofed',
      'countersign-scopes': 'all',
      'countersign-public-key': 'x',
    }
    const answer = await send('GET', '/orders?page=2&sort=a%20b', {
      ...signed('GET', '/orders?page=2&sort=a%20b'),
      ...spoofed,
    })
    expect([answer.status, answer.body]).toEqual([200, { served: true }])
    expect(arrived).toHaveLength(1)
    const { headers, url } = arrived[0]!
    expect(url).toBe('/orders?page=2&sort=a%20b')
    expect(headers).toMatchObject({
      'countersign-key-id': key.id,
      'countersign-public-key': key.publicKey,
      'countersign-workspace-id': ada.workspaceId,
      'countersign-mode': 'test',
      'countersign-currency-type': 'fiat',
      'countersign-secret-version': '1',
    })
    expect(headers['countersign-scopes']).toContain('transactions:write')
    expect(headers['countersign-forward-secret']).toBeUndefined()
    await t.requestLog.flush()
    const row = await ada.request(
      'GET',
      `/v1/transaction-logs/${headers['countersign-request-id'] as string}`,
    )
    expect(row.body).toMatchObject({
      api_key_id: key.id,
      method: 'GET',
      path: '/orders',
      status: 0,
    })
    expect(JSON.stringify(row.body)).not.toContain(FORWARD_SECRET)
    expect(JSON.stringify(row.body)).not.toContain('wks_spoofed')
  })

  it('a body arrives whole, beside the digest that it must match', async () => {
    arrived = []
    const body = JSON.stringify({ amount: '1.00' })
    expect((await send('POST', '/orders', signed('POST', '/orders', body), body)).status).toBe(200)
    const digest = createHash('sha256').update(body).digest('base64')
    expect(arrived[0]!.body).toBe(body)
    expect(arrived[0]!.headers['countersign-content-digest']).toBe(`sha-256=:${digest}:`)
  })

  it('an unsigned request gets the problem, as it would from the API itself, and its identity headers get nowhere', async () => {
    arrived = []
    const answer = await send('GET', '/orders', {
      'countersign-key-id': key.id,
      'countersign-workspace-id': ada.workspaceId,
    })
    expect([answer.status, answer.body['code']]).toEqual([401, 'signature-malformed'])
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(answer.headers['request-id']).toBe(answer.body['request_id'])
    expect(arrived).toEqual([])
  })

  it('a replay is refused', async () => {
    const headers = signed('POST', '/orders', '{}')
    expect((await send('POST', '/orders', headers, '{}')).status).toBe(200)
    const again = await send('POST', '/orders', headers, '{}')
    expect([again.status, again.body['code']]).toEqual([401, 'signature-replayed'])
  })

  it('a query, a method or a Host other than the signed one is refused, and the row says so', async () => {
    arrived = []
    const query = await send('GET', '/orders?page=3', signed('GET', '/orders?page=2'))
    expect([query.status, query.body['code']]).toEqual([401, 'signature-invalid'])
    expect(query.body['signature_base']).toContain('"@query": ?page=3')
    expect((await send('POST', '/orders', signed('GET', '/orders'))).status).toBe(401)
    // Caddy answers for a site that it does not have by itself, and emptily.
    const host = await send('GET', '/orders', { ...signed('GET', '/orders'), host: 'other.example' })
    expect(host.body).not.toEqual({ served: true })
    expect(arrived).toEqual([])
    await t.requestLog.flush()
    const row = await ada.request('GET', `/v1/transaction-logs/${query.body['request_id'] as string}`)
    expect(row.body).toMatchObject({ status: 401, code: 'signature-invalid', path: '/orders' })
  })

  it('a body without a signed digest is refused, announced or in chunks, or meets the digest of no body', async () => {
    const nothing = createHash('sha256').update('').digest('base64')
    for (const [name, value] of [
      ['content-length', '2'],
      ['transfer-encoding', 'chunked'],
    ] as const) {
      arrived = []
      const answer = await send('POST', '/orders', { ...signed('POST', '/orders'), [name]: value }, '{}')
      if (proxy.tellsOfBody)
        expect([answer.status, answer.body['code']]).toEqual([401, 'signature-malformed'])
      const told = arrived.map(({ headers }) => headers['countersign-content-digest'])
      expect(told).toEqual(proxy.tellsOfBody ? [] : [`sha-256=:${nothing}:`])
    }
  })

  it(`a body other than the signed one ${proxy.showsBody ? 'is refused' : 'arrives beside a digest that it does not match'}`, async () => {
    arrived = []
    const signedBody = JSON.stringify({ amount: '1.00' })
    const sentBody = JSON.stringify({ amount: '9.00' })
    const answer = await send('POST', '/orders', signed('POST', '/orders', signedBody), sentBody)
    if (proxy.showsBody) {
      expect([answer.status, answer.body['code']]).toEqual([401, 'digest-mismatch'])
      expect(arrived).toEqual([])
      return
    }
    const digest = createHash('sha256').update(signedBody).digest('base64')
    expect(arrived[0]!.headers['countersign-content-digest']).toBe(`sha-256=:${digest}:`)
  })

  it('what a client says of its own address is not believed', async () => {
    const spoofed = {
      'x-forwarded-for': '198.51.100.7',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'other.example',
    }
    const addresses: unknown[] = []
    for (const more of [{}, spoofed]) {
      expect((await send('GET', '/orders', { ...signed('GET', '/orders'), ...more })).status).toBe(200)
      const id = arrived.at(-1)!.headers['countersign-request-id'] as string
      await t.requestLog.flush()
      addresses.push((await ada.request('GET', `/v1/transaction-logs/${id}`)).body['ip'])
    }
    // Envoy names a client of its own machine by that machine's address.
    expect(addresses[0]).toMatch(/^\d+(\.\d+){3}$/)
    expect(addresses[0]).not.toBe('198.51.100.7')
    expect(addresses[1]).toBe(addresses[0])
  })

  it('a spent limit answers 429 with its Retry-After', async () => {
    const slow = await t.createKey(ada, { rate_limit_per_minute: 1 })
    const ask = () =>
      send(
        'GET',
        '/orders',
        signHeaders(slow, {
          method: 'GET',
          path: '/orders',
          payload: undefined,
          nowMs: t.clock.now(),
          authority,
        }),
      )
    expect((await ask()).status).toBe(200)
    const limited = await ask()
    expect([limited.status, limited.body['code']]).toEqual([429, 'rate-limited'])
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0)
  })

  more(() => send)

  // It ends the world of this suite, so it stands last.
  it('while Countersign does not answer, nothing passes', async () => {
    arrived = []
    await stopCountersign()
    const answer = await send('GET', '/orders', signed('GET', '/orders'))
    expect(answer.status).toBeGreaterThanOrEqual(403)
    expect(arrived).toEqual([])
  })
}

const READY_TRIES = 800

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createSocket().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}
