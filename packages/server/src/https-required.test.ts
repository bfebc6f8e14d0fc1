import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { request as httpsRequest } from 'node:https'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { buildApp } from './app.ts'
import { readConfig } from './config.ts'
import type { App } from './http/app-type.ts'
import { createServices } from './services.ts'
import { createTestApp, signHeaders, type TestApp, type TestKey } from './test-app.ts'
import { openProduction, setUpOperator, signedOverSocket, type SocketOptions } from './test-production.ts'

const FOREIGN = 'api.example.com'
/** An address of this machine that is not loopback; a machine without a network has none. */
const outsideAddress = Object.values(networkInterfaces())
  .flatMap((list) => list ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address

let app: TestApp
let production: TestKey
let test: TestKey
const opened: { app: App; close(): Promise<void> }[] = []

beforeAll(async () => {
  app = await createTestApp()
  const operator = await setUpOperator(app)
  await openProduction(app, { operator, person: operator })
  production = await app.createKey(operator, { mode: 'production' })
  test = await app.createKey(operator)
})
afterEach(async () => {
  for (const server of opened.splice(0)) {
    await server.app.close()
    await server.close()
  }
})
afterAll(() => app.stop())

/** Another server on the same database, listening as its settings say. */
async function serve(env: Record<string, string>, host = '127.0.0.1') {
  // Past the floor that the server before left: what it accepted is accepted no more.
  app.clock.advance(10_000)
  const services = await createServices({ ...app, config: readConfig(env) })
  const server = await buildApp({ ...services, dashboardDir: null })
  opened.push({ app: server, close: () => services.close() })
  await server.listen({ host, port: 0 })
  return server
}
const me = async (server: App, key: TestKey, options: SocketOptions) => {
  const { status, body } = await signedOverSocket(
    { app: server, clock: app.clock },
    key,
    'GET',
    '/v1/me',
    options,
  )
  return [status, body['code'] ?? body['mode']]
}
const behind = { PUBLIC_URL: `https://${FOREIGN}`, SMTP_URL: 'smtp://127.0.0.1:1' }

it('a production key works without TLS where nothing leaves the machine', async () => {
  const server = await serve({})
  expect(await me(server, production, {})).toEqual([200, 'production'])
  expect(await me(server, production, { authority: '127.0.0.1:4747' })).toEqual([200, 'production'])
})

it('a production key over plain HTTP is refused once the authority is not loopback; a test key is not', async () => {
  const server = await serve({ ...behind, PUBLIC_URL: `http://${FOREIGN}` })
  expect(await me(server, production, { authority: FOREIGN })).toEqual([403, 'https-required'])
  expect(await me(server, test, { authority: FOREIGN })).toEqual([200, 'test'])
})

it.skipIf(!outsideAddress)(
  'a production key over plain HTTP is refused from any peer but loopback',
  async () => {
    const server = await serve({}, '0.0.0.0')
    expect(await me(server, production, { host: outsideAddress! })).toEqual([403, 'https-required'])
    expect(await me(server, test, { host: outsideAddress! })).toEqual([200, 'test'])
  },
)

it('X-Forwarded-Proto counts from a trusted proxy only', async () => {
  const https = { authority: FOREIGN, headers: { 'x-forwarded-proto': 'https' } }
  const trusting = await serve({ ...behind, TRUST_PROXY: '127.0.0.1/32' })
  expect(await me(trusting, production, https)).toEqual([200, 'production'])
  const untold: Record<string, string>[] = [
    {},
    { 'x-forwarded-proto': 'http' },
    { 'x-forwarded-proto': 'https, http' },
  ]
  for (const headers of untold)
    expect(await me(trusting, production, { authority: FOREIGN, headers })).toEqual([403, 'https-required'])
  expect(await me(await serve(behind), production, https)).toEqual([403, 'https-required'])
  const elsewhere = await serve({ ...behind, TRUST_PROXY: '203.0.113.0/24' })
  expect(await me(elsewhere, production, https)).toEqual([403, 'https-required'])
})

it('a proxy that is trusted and says nothing is not taken for loopback', async () => {
  const server = await serve({ TRUST_PROXY: '127.0.0.1/32' })
  expect(await me(server, production, {})).toEqual([403, 'https-required'])
})

it.skipIf(!hasOpenssl())('a production key works where TLS ends here', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-tls-'))
  try {
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
    const subject = ['-subj', `/CN=${FOREIGN}`, '-days', '1', '-nodes']
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        ...subject,
        '-keyout',
        key,
        '-out',
        cert,
      ],
      { stdio: 'ignore' },
    )
    const server = await serve({ ...behind, TLS_CERT: cert, TLS_KEY: key })
    const { port } = server.server.address() as AddressInfo
    const signed = { method: 'GET', path: '/v1/me', payload: undefined, authority: FOREIGN }
    const headers = { ...signHeaders(production, { ...signed, nowMs: app.clock.now() }), host: FOREIGN }
    const options = {
      host: '127.0.0.1',
      port,
      path: '/v1/me',
      headers,
      rejectUnauthorized: false,
      agent: false,
    }
    const status = await new Promise((resolve, reject) => {
      httpsRequest(options, (answer) => resolve(answer.resume().statusCode))
        .on('error', reject)
        .end()
    })
    expect(status).toBe(200)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
