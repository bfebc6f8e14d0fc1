import { fastify, type FastifyRequest } from 'fastify'
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { cleanTarget, isApiTarget, isGraded } from './doors.ts'
import type { App } from './http/app-type.ts'
import { dashboardPages, PAGE_HEADERS } from './http/dashboard-pages.ts'
import { blockListHas } from './http/client-address.ts'
import { guidePages } from './http/guide-pages.ts'
import { referencePages, registerOpenApi } from './http/openapi.ts'
import { registerIdempotency } from './http/idempotency.ts'
import { problemPages } from './http/problem-pages.ts'
import { invalidInput, sendParserProblem, sendProblem, toProblem } from './http/problem-response.ts'
import { closeWhenBodyIsUnread } from './http/unread-body.ts'
import { validatorCompiler } from './http/validate.ts'
import { newId } from './ids.ts'
import { problem } from './problems.ts'
import { cliLoginRoutes } from './keys/cli-login-routes.ts'
import { keyRoutes } from './keys/routes.ts'
import { keyUseRoutes } from './key-use/routes.ts'
import { meRoute } from './keys/me-route.ts'
import { operatorKeyRoutes } from './keys/operator-key-routes.ts'
import { forwardAuthRoutes } from './forwarded/forward-auth-routes.ts'
import { forwardedRoutes } from './forwarded/routes.ts'
import { railCallRoutes } from './ledger/rail-call-routes.ts'
import { ledgerRoutes } from './ledger/routes.ts'
import type { RequestMetrics } from './operations/request-metrics.ts'
import { healthRoute } from './operations/routes.ts'
import { railRoutes } from './rails/routes.ts'
import { reportRoutes } from './reports/routes.ts'
import { listenerRoutes } from './listeners/routes.ts'
import { logRequests } from './log-requests.ts'
import { reconciliationRoutes } from './reconciliation/routes.ts'
import type { Services } from './services.ts'
import { sessionRoutes } from './sessions/routes.ts'
import { signAnswers } from './sign-answers.ts'
import { signingKeyRoutes } from './signing-keys/routes.ts'
import { depositInstructionsRoutes } from './settlements/deposit-instructions-routes.ts'
import { settlementRoutes } from './settlements/routes.ts'
import { explainRoutes } from './signatures/explain-routes.ts'
import { GRADED_PATH, gradeRoutes } from './signatures/grade-routes.ts'
import { transactionLogRoutes } from './transaction-logs/routes.ts'
import { usageRoutes } from './usage/routes.ts'
import { webhookRoutes } from './webhooks/routes.ts'
import { workspaceRoutes } from './workspaces/routes.ts'

export type AppDeps = Services & {
  /** Where the built dashboard lies; null in tests that need no pages. */
  dashboardDir: string | null
  /** Counts what is answered, where somebody reads it. */
  requestMetrics?: RequestMetrics
  /** Where the built guides lie; absent in tests that need none. */
  guidesDir?: string
  /** Whether this server may answer: false while its lock on the database is lost. */
  isReady?: () => boolean
  /** Checks every answer against its schema: on in tests, off in production for speed. */
  validateResponses?: boolean
}

const BODY_BYTES_MAX = 1024 * 1024
const HEADER_BYTES_MAX = 16 * 1024
const REQUEST_TIMEOUT_MS = 30_000
const KEEP_ALIVE_TIMEOUT_MS = 65_000
// Longer than a request may take: a reader that stands still this long holds a stream or an export for nothing.
const SILENT_SOCKET_TIMEOUT_MS = 75_000
const HSTS_SECONDS = 31_536_000
const READY_TIMEOUT_MS = 2_000
const JSON_TYPE = /^application\/(?:json|[\w.!#$&^+-]+\+json)\s*(?:;|$)/i

/**
 * The application, its lifecycle in order:
 * target and Host → door (signature up to the MAC, or session) → body → digest, nonce, limits, access → JSON →
 * schema → route → log row → answer.
 */
export async function buildApp(deps: AppDeps): Promise<App> {
  const { config, log, doors } = deps
  const server = { maxHeaderSize: HEADER_BYTES_MAX, requireHostHeader: false }
  const tls = config.tls && { cert: readFileSync(config.tls.certFile), key: readFileSync(config.tls.keyFile) }
  const app = fastify({
    // Fastify's types know one of the two at a time; the server that is built has the same shape either way.
    ...((tls ? { https: { ...server, ...tls } } : { http: server }) as { http: typeof server }),
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    connectionTimeout: SILENT_SOCKET_TIMEOUT_MS,
    // A segment too long for the router would pass by all hooks; the headers' limit bounds it anyway.
    routerOptions: { maxParamLength: HEADER_BYTES_MAX },
    genReqId: () => newId('req', deps.clock.now()),
    requestIdHeader: false,
    trustProxy: config.trustProxy ? (address: string) => blockListHas(config.trustProxy!, address) : false,
    rewriteUrl: cleanTarget,
    exposeHeadRoutes: true,
    logger: false,
    // Fastify's own makes an Error with a stack of every refusal: 7 % of what such a POST costs.
    schemaErrorFormatter: invalidInput,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => sendParserProblem(error, socket, config.publicUrl),
    frameworkErrors: (error, request, reply) =>
      sendProblem(toProblem(error), { request, reply, publicUrl: config.publicUrl, log }),
  }).withTypeProvider<ZodTypeProvider>() as App
  limitServer(app.server as Server)
  const isHttps = config.publicUrl.startsWith('https:')

  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(deps.validateResponses ? serializerCompiler : () => JSON.stringify)
  app.removeAllContentTypeParsers()
  // Every type is read as bytes. The usual one by name: of any other, Fastify reads the header anew each time.
  for (const type of ['application/json', '*'])
    app.addContentTypeParser(type, { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.decorateRequest('verification', null)
  app.decorateRequest('principal', null as never)
  app.decorateRequest('operatorKey', null)
  app.decorateRequest('made', null as never)
  app.decorateRequest('startedAt', 0)
  app.decorateRequest('refusal', null)
  app.decorateRequest('rawBody', null)
  app.setErrorHandler((error, request, reply) => {
    closeWhenBodyIsUnread(request, reply)
    const refusal = doors.explain(request, toProblem(error))
    request.refusal = refusal
    sendProblem(refusal, { request, reply, publicUrl: config.publicUrl, log })
  })

  app.addHook('onRequest', (request, reply, done) => {
    request.startedAt = performance.now()
    request.made = { transactionId: null, eventIds: [] }
    reply.header('request-id', request.id)
    if (isHttps) reply.header('strict-transport-security', `max-age=${HSTS_SECONDS}`)
    if (!isApiTarget(request.url)) {
      reply.headers(PAGE_HEADERS)
      doors.assertWellFormed(request)
      return done()
    }
    reply.header('cache-control', 'no-store')
    reply.header('x-content-type-options', 'nosniff')
    if (deps.isReady && !deps.isReady()) return done(notReady())
    const authenticated = doors.authenticate(request)
    if (authenticated) authenticated.then(() => done(), done)
    else done()
  })
  app.addHook('preValidation', (request, reply, done) => {
    if (!isApiTarget(request.url)) return done()
    // Asked again after the body: another server may hold the lock by now, and have seen a copy of this request.
    if (deps.isReady && !deps.isReady()) return done(notReady())
    if (Buffer.isBuffer(request.body)) request.rawBody = request.body
    if (isGraded(request)) return done()
    const parse = (): void => {
      request.body = parseBody(request)
    }
    const admitted = doors.admit(request, reply)
    if (admitted) return void admitted.then(parse).then(() => done(), done)
    parse()
    done()
  })
  assertAccessIsDeclared(app)
  const methods = collectMethods(app)
  deps.requestMetrics?.watch(app)
  registerIdempotency(app, deps)
  logRequests(app, deps)
  signAnswers(app, deps)
  await registerOpenApi(app, config)

  sessionRoutes(app, deps)
  workspaceRoutes(app, deps)
  meRoute(app, deps)
  keyRoutes(app, deps)
  cliLoginRoutes(app, deps)
  operatorKeyRoutes(app, deps)
  transactionLogRoutes(app, deps)
  keyUseRoutes(app, deps)
  usageRoutes(app, deps)
  explainRoutes(app, deps)
  gradeRoutes(app, deps)
  ledgerRoutes(app, deps)
  reportRoutes(app, deps)
  railRoutes(app, deps)
  settlementRoutes(app, deps)
  depositInstructionsRoutes(app, deps)
  railCallRoutes(app, deps)
  reconciliationRoutes(app, deps)
  healthRoute(app, deps)
  forwardedRoutes(app, deps)
  forwardAuthRoutes(app, deps)
  webhookRoutes(app, deps)
  listenerRoutes(app, deps)
  signingKeyRoutes(app, deps)
  healthRoutes(app, deps)
  problemPages(app)
  referencePages(app)
  guidePages(app, deps.guidesDir ?? null)
  const pages = await dashboardPages(app, deps.dashboardDir)
  app.setNotFoundHandler((request, reply) => {
    if (pages.serves(request)) return pages.send(reply)
    const allowed = methods.of(request.url)
    if (allowed.length === 0) throw problem('not-found', { detail: 'There is nothing at this path.' })
    const allow = allowed.join(', ')
    throw problem('method-not-allowed', { detail: `This path takes ${allow}.`, headers: { allow } })
  })
  return app
}

/** The raw bytes as JSON; a body-less POST counts as an empty object. */
function parseBody(request: FastifyRequest): unknown {
  const { body } = request
  if (request.method === 'GET' || request.method === 'HEAD') return undefined
  if (!Buffer.isBuffer(body) || body.length === 0) return request.method === 'DELETE' ? undefined : {}
  if (!JSON_TYPE.test(request.headers['content-type'] ?? '')) throw problem('content-type-unsupported')
  if (!isUtf8(body)) throw problem('invalid-json', { detail: 'The body is not valid UTF-8.' })
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw problem('invalid-json')
  }
}

/** A route of the API that forgot to say who may call it would be open to all: it stops the start instead. */
function assertAccessIsDeclared(app: App): void {
  app.decorate('apiRoutes', [])
  app.addHook('onRoute', ({ url, method, config }) => {
    if (!isApiTarget(url)) return
    if (!config?.access) throw new Error(`${String(method)} ${url} does not declare its access`)
    if (config.access.public && config.access.graded && url !== GRADED_PATH)
      throw new Error(`${url} must not be graded: its requests would be let in unverified`)
    for (const one of [method].flat()) app.apiRoutes.push({ method: one, url, access: config.access })
  })
}

/** The methods that a path takes, to tell a wrong method from a wrong path. Asked only when nothing else answers. */
function collectMethods(app: App): { of(target: string): string[] } {
  const routes: { pattern: RegExp; methods: string[] }[] = []
  app.addHook('onRoute', ({ url, method }) => {
    if (!isApiTarget(url)) return
    const pattern = new RegExp(`^${url.replaceAll('.', '\\.').replace(/:[^/]+/g, '[^/]+')}$`)
    routes.push({ pattern, methods: [method].flat() })
  })
  return {
    of(target) {
      const path = target.split('?', 1)[0] as string
      return [
        ...new Set(routes.filter((route) => route.pattern.test(path)).flatMap((route) => route.methods)),
      ]
    },
  }
}

function limitServer(server: Server): void {
  server.headersTimeout = REQUEST_TIMEOUT_MS
  server.requestTimeout = REQUEST_TIMEOUT_MS
  // No limit but their bytes: Node would hide what is past it, say a second Host or the Content-Length of an unsigned body.
  server.maxHeadersCount = 0
  // An expectation that we do not know is passed over (RFC 9110 §10.1.1), so that its request gets our answer and not Node's.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
}

function healthRoutes(app: App, deps: AppDeps): void {
  app.get('/healthz', { schema: { hide: true } }, () => ({ status: 'ok' }))
  app.get('/readyz', { schema: { hide: true } }, async () => {
    if (deps.isReady && !deps.isReady()) throw notReady()
    if (!deps.isVerifying())
      throw problem('service-unavailable', {
        detail: 'Redis is away or starts anew: signed requests are refused meanwhile.',
        headers: { 'retry-after': '1' },
      })
    const timeout = new Promise<never>((_resolve, reject) =>
      setTimeout(
        () => reject(problem('service-unavailable', { internal: 'readyz timed out' })),
        READY_TIMEOUT_MS,
      ).unref(),
    )
    await Promise.race([deps.database.pool.query('select 1'), timeout])
    return { status: 'ready' }
  })
}

function notReady() {
  return problem('service-unavailable', {
    detail: 'This server has lost its lock on the database and answers nothing until it has it again.',
    headers: { 'retry-after': '2' },
  })
}
