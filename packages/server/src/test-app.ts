// Answers are read by tests that assert their shape right after, so `any` costs nothing here.
import { createHash, createHmac, randomBytes, sign, type KeyObject } from 'node:crypto'
import { buildApp } from './app.ts'
import { testClock } from './clock.ts'
import { readConfig } from './config.ts'
import { createTestDatabase, type TestDatabase } from './database/test-database.ts'
import { createSealer } from './encryption.ts'
import type { App } from './http/app-type.ts'
import { createLog } from './log.ts'
import { createRequestMetrics, type RequestMetrics } from './operations/request-metrics.ts'
import { createServices, type Services } from './services.ts'

export const TEST_ORIGIN = 'http://localhost:4747'
const AUTHORITY = 'localhost:4747'
const PASSWORD = 'a long enough password'

/** A person signed in to a fresh workspace. */
export type TestMember = {
  cookie: string
  workspaceId: string
  userId: string
  email: string
  /** Sends as this member, from our own origin. */
  request(
    method: string,
    path: string,
    options?: { body?: unknown; mode?: string; headers?: Record<string, string> },
  ): Promise<TestAnswer>
}

export type TestKey = { id: string; publicKey: string; secretKey: string }
export type TestAnswer = {
  status: number
  body: Record<string, any>
  headers: Record<string, unknown>
  text: string
}

export type TestApp = Services & {
  app: App
  /** What this application has answered. */
  requestMetrics: RequestMetrics
  clock: ReturnType<typeof testClock>
  /** Signs up a person, which makes a workspace. */
  signUp(name?: string): Promise<TestMember>
  createKey(member: TestMember, input?: Record<string, unknown>): Promise<TestKey>
  /** Sends a signed request through the whole application. */
  signed(
    key: Pick<TestKey, 'publicKey' | 'secretKey'>,
    method: string,
    path: string,
    options?: SignOptions,
  ): Promise<TestAnswer>
  stop(): Promise<void>
}

export type SignOptions = {
  body?: unknown
  headers?: Record<string, string>
  nonce?: string
  created?: number
  /** Signs with Ed25519 in place of the key's secret. */
  privateKey?: KeyObject
}

/** The application as it runs, on a fresh database or a given one, with a clock that tests move. */
export async function createTestApp(
  env: Record<string, string> = {},
  masterKey: Buffer = randomBytes(32),
  existing?: TestDatabase,
): Promise<TestApp> {
  const testDatabase = existing ?? (await createTestDatabase())
  const clock = testClock(Date.now())
  const services = await createServices({
    config: readConfig(env),
    database: testDatabase.database,
    databaseUrl: testDatabase.url,
    clock,
    sealer: createSealer([masterKey]),
    log: createLog('silent'),
    wait: async () => {},
  })
  const requestMetrics = createRequestMetrics()
  const app = await buildApp({ ...services, requestMetrics, dashboardDir: null, validateResponses: true })
  await app.ready()
  let people = 0

  async function send(
    method: string,
    path: string,
    headers: Record<string, string>,
    payload?: string,
  ): Promise<TestAnswer> {
    const answer = await app.inject({
      method: method as 'GET',
      url: path,
      headers: { host: AUTHORITY, ...headers },
      ...(payload === undefined ? {} : { payload }),
    })
    return {
      status: answer.statusCode,
      body: isJsonAnswer(answer) ? (JSON.parse(answer.body) as Record<string, unknown>) : {},
      headers: answer.headers,
      text: answer.body,
    }
  }

  return {
    ...services,
    app,
    requestMetrics,
    clock,
    async signUp(name = 'Ada') {
      people += 1
      const email = `${name.toLowerCase()}-${people}@example.com`
      const answer = await app.inject({
        method: 'POST',
        url: '/auth/sign-up/email',
        headers: { host: AUTHORITY, origin: TEST_ORIGIN, 'content-type': 'application/json' },
        payload: JSON.stringify({ name, email, password: PASSWORD }),
      })
      if (answer.statusCode !== 200) throw new Error(`sign-up answered ${answer.statusCode}: ${answer.body}`)
      const cookie = answer.cookies.map((one) => `${one.name}=${one.value}`).join('; ')
      const me = await send('GET', '/v1/me', { cookie })
      return {
        cookie,
        email,
        workspaceId: me.body.workspace.id as string,
        userId: me.body.user.id as string,
        request: (method, path, { body, mode, headers } = {}) =>
          send(
            method,
            path,
            {
              cookie,
              origin: TEST_ORIGIN,
              ...headers,
              ...(mode ? { 'countersign-mode': mode } : {}),
              ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            },
            body === undefined ? undefined : JSON.stringify(body),
          ),
      }
    },
    async createKey(member, input = {}) {
      const body = { mode: 'test', currency_type: 'fiat', expires_at: null, ...input }
      const answer = await member.request('POST', '/v1/api-keys', { body })
      if (answer.status !== 201) throw new Error(`creating a key answered ${answer.status}: ${answer.text}`)
      return { id: answer.body.id, publicKey: answer.body.public_key, secretKey: answer.body.secret_key }
    },
    async signed(key, method, path, options = {}) {
      const payload = options.body === undefined ? undefined : JSON.stringify(options.body)
      const headers = signHeaders(key, { method, path, payload, nowMs: clock.now(), ...options })
      return send(method, path, headers, payload)
    },
    async stop() {
      await app.close()
      await services.close()
      await testDatabase.drop()
    },
  }
}

/** Whether an answer holds one JSON document: a list of many, as exports send it, is read as text. */
export function isJsonAnswer(answer: { headers: Record<string, unknown>; body: string }): boolean {
  return (
    /^application\/(?:problem\+)?json\b/.test(String(answer.headers['content-type'])) && answer.body !== ''
  )
}

/** Signs by the letter of RFC 9421 with nothing of the server's code, so that a shared mistake shows. */
export function signHeaders(
  key: Pick<TestKey, 'publicKey' | 'secretKey'>,
  request: SignOptions & {
    method: string
    path: string
    payload: string | undefined
    nowMs: number
    authority?: string
  },
): Record<string, string> {
  const [path = '', query] = request.path.split(/\?(.*)/s)
  const headers: Record<string, string> = { ...request.headers }
  if (request.payload !== undefined) {
    headers['content-type'] ??= 'application/json'
    headers['content-digest'] ??= `sha-256=:${createHash('sha256').update(request.payload).digest('base64')}:`
  }
  const fields = ['content-digest', 'content-type', 'idempotency-key'].filter(
    (name) => headers[name] !== undefined,
  )
  const lines = [
    ['@method', request.method],
    ['@authority', request.authority ?? AUTHORITY],
    ['@path', path],
    ['@query', `?${query ?? ''}`],
    ...fields.map((name) => [name, headers[name]]),
  ]
  const created = request.created ?? Math.floor(request.nowMs / 1000)
  const nonce = request.nonce ?? randomBytes(16).toString('hex')
  const params = `(${lines.map(([name]) => `"${name}"`).join(' ')});created=${created};nonce="${nonce}";keyid="${key.publicKey}";alg="${request.privateKey ? 'ed25519' : 'hmac-sha256'}"`
  const base = [
    ...lines.map(([name, value]) => `"${name}": ${value}`),
    `"@signature-params": ${params}`,
  ].join('\n')
  const bytes = request.privateKey
    ? sign(null, Buffer.from(base), request.privateKey)
    : createHmac('sha256', key.secretKey).update(base).digest()
  return {
    ...headers,
    'signature-input': `sig1=${params}`,
    signature: `sig1=:${bytes.toString('base64')}:`,
  }
}
