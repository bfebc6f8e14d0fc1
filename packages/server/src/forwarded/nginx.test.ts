import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, request as httpRequest, type IncomingHttpHeaders, type Server } from 'node:http'
import { createServer as createSocket, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, signHeaders, type TestApp, type TestKey, type TestMember } from '../test-app.ts'

const GUIDE = new URL('../../../../docs/forward-auth.md', import.meta.url)

const hasNginx = spawnSync('nginx', ['-v']).status === 0
const SECRET = 'f'.repeat(64)
const CONFIGURATION = new URL('../../../../docs/forward-auth/nginx.conf', import.meta.url)

type Answer = { status: number; headers: IncomingHttpHeaders; body: Record<string, any> }

it('the guide shows the configuration that is tested', async () => {
  expect(await readFile(GUIDE, 'utf8')).toContain(await readFile(CONFIGURATION, 'utf8'))
})

describe.skipIf(!hasNginx)('behind nginx, a service that knows nothing of signatures', () => {
  let t: TestApp
  let ada: TestMember
  let key: TestKey
  let service: Server
  let nginx: ChildProcess
  let folder: string
  let authority: string
  let arrived: { url: string; method: string; headers: IncomingHttpHeaders; body: string }[] = []

  beforeAll(async () => {
    const port = await freePort()
    authority = `127.0.0.1:${port}`
    t = await createTestApp({ FORWARD_AUTHORITIES: authority, FORWARD_AUTH_SECRET: SECRET })
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
    folder = await mkdtemp(join(tmpdir(), 'countersign-nginx-'))
    nginx = await startNginx(port)
  })
  afterAll(async () => {
    nginx?.kill('SIGKILL')
    service?.close()
    await t?.stop()
    if (folder) await rm(folder, { recursive: true })
  })

  async function startNginx(port: number): Promise<ChildProcess> {
    const site = (await readFile(CONFIGURATION, 'utf8'))
      .replace('127.0.0.1:4747', `127.0.0.1:${(t.app.server.address() as AddressInfo).port}`)
      .replace('127.0.0.1:3000', `127.0.0.1:${(service.address() as AddressInfo).port}`)
      .replace('listen 8080', `listen ${authority}`)
      .replaceAll('FORWARD_AUTH_SECRET', SECRET)
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((kind) => `${kind}_temp_path ${join(folder, kind)};`)
      .join('\n')
    await writeFile(join(folder, 'site.conf'), site)
    await writeFile(
      join(folder, 'nginx.conf'),
      `daemon off; master_process off; pid ${join(folder, 'pid')}; error_log stderr warn;
       events { worker_connections 64; }
       http { access_log off; ${temporary} include ${join(folder, 'site.conf')}; }`,
    )
    const child = spawn('nginx', ['-e', 'stderr', '-p', folder, '-c', join(folder, 'nginx.conf')])
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    for (let tries = 0; tries < 200; tries += 1) {
      if (child.exitCode !== null) throw new Error(`nginx ended: ${said}`)
      if (await send('GET', '/ready', {}).catch(() => null)) return child
      await delay(25)
    }
    throw new Error(`nginx on ${port} did not answer: ${said}`)
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
      ip: '127.0.0.1',
    })
    expect(JSON.stringify(row.body)).not.toContain(SECRET)
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
    expect(
      (await send('GET', '/orders', { ...signed('GET', '/orders'), host: 'other.example' })).status,
    ).toBe(401)
    expect(arrived).toEqual([])
    await t.requestLog.flush()
    const row = await ada.request('GET', `/v1/transaction-logs/${query.body['request_id'] as string}`)
    expect(row.body).toMatchObject({ status: 401, code: 'signature-invalid', path: '/orders' })
  })

  it('a body without a signed digest is refused, announced or in chunks', async () => {
    for (const [name, value] of [
      ['content-length', '2'],
      ['transfer-encoding', 'chunked'],
    ] as const) {
      const answer = await send('POST', '/orders', { ...signed('POST', '/orders'), [name]: value }, '{}')
      expect([answer.status, answer.body['code']]).toEqual([401, 'signature-malformed'])
    }
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

  it('the inner address of the check cannot be called from outside', async () => {
    expect((await send('GET', '/_countersign', {})).status).toBe(404)
  })
})

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createSocket().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}
