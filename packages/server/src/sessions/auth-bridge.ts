import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Database } from '../database/database.ts'
import type { App } from '../http/app-type.ts'
import { clientAddress } from '../http/client-address.ts'
import { problem } from '../problems.ts'
import { assertInvitationIsFor, readOpenInvitation } from '../workspaces/join-workspace.ts'
import { AUTH_PATHS, type AuthPath } from './auth-paths.ts'
import { auditAccountChange, isAccountChange } from './audit-account.ts'
import { authProblem } from './auth-problems.ts'
import { CLIENT_IP_HEADER, type Auth } from './auth.ts'
import { assertOriginWhenPresent, getSession } from './read-session.ts'
import { ACCOUNT_SIGN_IN_RULE, accountThrottleKey, clearThrottle, throttle } from './throttle.ts'

export type AuthBridgeDeps = {
  auth: Auth
  config: Pick<Config, 'publicUrl' | 'origins' | 'signUp' | 'trustProxy' | 'operatorEmails'>
  database: Database
  clock: Clock
}

const PREFIX = '/auth'
// Not Sec-Fetch-*: Node's fetch sends one of them without an Origin, and our own check has been made by then.
const HEADERS_IN = ['cookie', 'origin', 'referer', 'user-agent']
/** What asks a person who is signed in for the password again: whoever finds a session open must not guess it. */
const ASKS_PASSWORD = new Set([
  '/change-password',
  '/two-factor/enable',
  '/two-factor/disable',
  '/two-factor/generate-backup-codes',
])
const HEADERS_OUT = ['location', 'cache-control', 'pragma']

/**
 * Serves `/auth/*` with Better Auth: the paths of `auth-paths.ts` and no others. A refusal becomes a problem, and
 * an answer loses the session token, which belongs in the HttpOnly cookie alone.
 */
export function authBridge(app: App, deps: AuthBridgeDeps): void {
  app.route({
    method: ['GET', 'POST'],
    url: `${PREFIX}/*`,
    schema: { hide: true },
    handler: async (request, reply) => {
      const url = new URL(request.raw.url ?? '/', deps.config.publicUrl)
      const path = url.pathname.slice(PREFIX.length)
      const allowed = AUTH_PATHS[`${request.method} ${path}`]
      if (!allowed) throw problem('not-found')
      assertOriginWhenPresent(request, deps.config.origins)

      const body = readBody(allowed, request.body)
      await beforeCall(deps, path, body)
      const previous =
        path === '/sign-in/email' || isAccountChange(path) || ASKS_PASSWORD.has(path)
          ? await currentSession(deps, request)
          : null
      if (previous && ASKS_PASSWORD.has(path)) await assertMayTry(deps, askedKey(previous.userId))
      const answer = await deps.auth.handler(fetchRequest(deps, request, { url, allowed, body }))
      copyHeaders(answer, reply)
      if (answer.status >= 400) throw await refusal(answer)
      await afterCall(deps, { path, body, previous, request })
      return sendAnswer(answer, reply)
    },
  })
}

type Body = Record<string, unknown>

function readBody(allowed: AuthPath, raw: unknown): Body | null {
  if (!allowed.body) return null
  const parsed = allowed.body.safeParse(parseJson(raw))
  if (parsed.success) return parsed.data
  throw problem('invalid-input', { errors: inputErrors(parsed.error) })
}

/** The body as the app left it: raw bytes, or parsed already. */
function parseJson(raw: unknown): unknown {
  if (raw === undefined || raw === null) return {}
  if (!Buffer.isBuffer(raw)) return raw
  if (raw.length === 0) return {}
  try {
    return JSON.parse(raw.toString('utf8'))
  } catch {
    throw problem('invalid-json')
  }
}

export function inputErrors(error: z.ZodError): { pointer: string; message: string }[] {
  return error.issues.map((issue) => ({ pointer: `/${issue.path.join('/')}`, message: issue.message }))
}

/** What has to hold before Better Auth hears of the call. */
async function beforeCall(deps: AuthBridgeDeps, path: string, body: Body | null): Promise<void> {
  if (path === '/sign-up/email') await assertMaySignUp(deps, body as Body)
  if (path === '/sign-in/email')
    await assertMayTry(deps, accountThrottleKey((body as { email: string }).email))
}

/** Counts one try of an account's password, from whatever address. @throws Problem `rate-limited` */
async function assertMayTry(deps: AuthBridgeDeps, key: string): Promise<void> {
  const wait = await throttle({ executor: deps.database.pool, clock: deps.clock }, key, ACCOUNT_SIGN_IN_RULE)
  if (wait === null) return
  throw problem('rate-limited', {
    detail: 'Too many passwords of this account were wrong. Wait a while, or reset the password.',
    headers: { 'Retry-After': String(wait) },
  })
}

/** @throws Problem `sign-up-closed`, `invitation-invalid` */
async function assertMaySignUp(deps: AuthBridgeDeps, body: Body): Promise<void> {
  const { email, invitation_token: token } = body as { email: string; invitation_token?: string }
  // The sign-up itself uses the invitation; here it only has to be one for this address.
  if (token !== undefined) return assertInvitationIsFor(await readOpenInvitation(deps, token), email)
  // Those whom the operator named in the settings need no invitation; their rights wait for the verified address.
  if (deps.config.signUp === 'invite' && !deps.config.operatorEmails.has(email))
    throw problem('sign-up-closed')
}

function askedKey(userId: string): string {
  return `password|${userId}`
}

type Call = { path: string; body: Body | null; previous: PreviousSession | null; request: FastifyRequest }

async function afterCall(deps: AuthBridgeDeps, { path, body, previous, request }: Call): Promise<void> {
  if (path === '/sign-in/email') {
    await clearThrottle(deps.database.pool, accountThrottleKey((body as { email: string }).email))
    // A sign-in replaces the session that the browser had; the old cookie must not live on somewhere else.
    if (previous) await (await deps.auth.$context).internalAdapter.deleteSession(previous.token)
  } else if (previous) {
    if (ASKS_PASSWORD.has(path)) await clearThrottle(deps.database.pool, askedKey(previous.userId))
    const ip = clientAddress(request.raw, deps.config.trustProxy)
    await auditAccountChange(deps, previous, { path, ip, requestId: request.id })
  }
}

type PreviousSession = { token: string; userId: string; email: string; activeWorkspaceId: string | null }

/** The session that the request came with, before the call may end it. */
async function currentSession(
  deps: AuthBridgeDeps,
  request: FastifyRequest,
): Promise<PreviousSession | null> {
  const { cookie } = request.headers
  if (!cookie) return null
  const found = await getSession(deps.auth, cookie)
  if (!found) return null
  const { activeOrganizationId } = found.session as { activeOrganizationId?: string | null }
  return {
    token: found.session.token,
    userId: found.user.id,
    email: found.user.email,
    activeWorkspaceId: activeOrganizationId ?? null,
  }
}

/** The request as Better Auth reads it. Only named headers pass; the address is ours, whatever the client sent. */
function fetchRequest(
  deps: Pick<AuthBridgeDeps, 'config'>,
  request: FastifyRequest,
  { url, allowed, body }: { url: URL; allowed: Pick<AuthPath, 'query'>; body: Body | null },
): Request {
  const headers = new Headers({ [CLIENT_IP_HEADER]: clientAddress(request.raw, deps.config.trustProxy) })
  for (const name of HEADERS_IN) {
    const value = request.headers[name]
    if (typeof value === 'string') headers.set(name, value)
  }
  if (body) headers.set('content-type', 'application/json')
  const target = new URL(url.pathname, deps.config.publicUrl)
  for (const [name, pattern] of Object.entries(allowed.query ?? {})) {
    const value = url.searchParams.get(name)
    if (value === null) continue
    if (!pattern.test(value)) throw problem(name === 'callbackURL' ? 'origin-not-allowed' : 'link-invalid')
    target.searchParams.set(name, value)
  }
  return new Request(target, { method: request.method, headers, body: body ? JSON.stringify(body) : null })
}

export function copyHeaders(answer: Response, reply: FastifyReply): void {
  for (const name of HEADERS_OUT) {
    const value = answer.headers.get(name)
    if (value !== null) reply.header(name, value)
  }
  const cookies = answer.headers.getSetCookie()
  if (cookies.length > 0) reply.header('set-cookie', cookies)
}

async function refusal(answer: Response): Promise<Error> {
  const body: unknown = await answer.json().catch(() => null)
  const code = (body as { code?: unknown } | null)?.code
  return authProblem({
    status: answer.status,
    code: typeof code === 'string' ? code : undefined,
    retryAfter: answer.headers.get('x-retry-after'),
  })
}

async function sendAnswer(answer: Response, reply: FastifyReply): Promise<FastifyReply> {
  reply.code(answer.status).header('cache-control', 'no-store')
  const text = await answer.text()
  if (text === '') return reply.send()
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(withoutToken(JSON.parse(text))))
}

function withoutToken(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body
  const { token: _token, session, ...rest } = body as Body
  if (typeof session !== 'object' || session === null) return rest
  const { token: _sessionToken, ...sessionRest } = session as Body
  return { ...rest, session: sessionRest }
}
