import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Access } from './http/app-type.ts'
import { clientAddress } from './http/client-address.ts'
import {
  carriesSignature,
  FORWARDED_PREFIX,
  rawTarget,
  singleHeader,
  targetFault,
} from './http/raw-request.ts'
import { problem, sentence, type Problem } from './problems.ts'
import {
  roleReaches,
  type KeyPrincipal,
  type MemberPrincipal,
  type OperatorKeyPrincipal,
  type Principal,
} from './sessions/principal.ts'
import { explainRefusal, unreadable } from './signatures/explain-refusal.ts'
import { GRADED_PATH } from './signatures/grade-routes.ts'
import type { RequestVerifier, Verification } from './signatures/verify-request.ts'
import type { Config } from './config.ts'

export type DoorsDeps = {
  config: Pick<Config, 'trustProxy'>
  verifier: RequestVerifier
  failures: { count(address: string): void }
  readSession(request: FastifyRequest): Promise<MemberPrincipal | null>
  /** @throws Problem `operator-required` or `two-factor-required` */
  assertOperator(member: MemberPrincipal): Promise<void>
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set where a request came through the keys' door; how far its verification has come. */
    verification: Verification | null
  }
}

const NO_BODY = Buffer.alloc(0)
const ROUTE_OF_UNCLEAN_TARGETS = '/v1/unclean-target'

/** Routes nothing that a router could read in two ways: what is routed is what was signed (DESIGN §6). */
export function cleanTarget(request: { url?: string }): string {
  const target = request.url ?? ''
  if (!targetFault(target)) return target
  return target.startsWith(FORWARDED_PREFIX) ? FORWARDED_PREFIX : ROUTE_OF_UNCLEAN_TARGETS
}

/**
 * The two doors of `/v1` (DESIGN §4): a signature makes a key ask, a session makes a member ask. The first half
 * runs before the body is read, the second after.
 */
export function createDoors(deps: DoorsDeps) {
  const { verifier } = deps

  /** Host at most once, a target that reads one way only: for every request, whoever sends it. */
  function assertWellFormed(request: FastifyRequest): void {
    const { rawHeaders, httpVersion } = request.raw
    const { value, repeated } = singleHeader(rawHeaders, 'host')
    if (repeated) throw problem('invalid-request', { detail: 'The header Host is sent twice.' })
    if (value === undefined && httpVersion === '1.1')
      throw problem('invalid-request', { detail: 'The header Host is missing.' })
    const target = rawTarget(request.raw)
    const fault = targetFault(target)
    if (fault && !isApiTarget(target) && !target.startsWith(FORWARDED_PREFIX))
      throw problem('invalid-request', { detail: sentence(fault) })
  }

  /** Who is asking; synchronous for a signature whose key is cached. */
  function authenticate(request: FastifyRequest): void | Promise<void> {
    if (isGraded(request)) return
    if (!carriesSignature(request.raw)) {
      assertWellFormed(request)
      return isPublic(request) ? undefined : authenticateMember(request)
    }
    const verification = verifier.begin(clientAddress(request.raw, deps.config.trustProxy))
    request.verification = verification
    const done = verifier.verifyHeaders(request.raw, verification)
    if (done) return done.then(() => setKeyPrincipal(request, verification))
    setKeyPrincipal(request, verification)
  }

  async function authenticateMember(request: FastifyRequest): Promise<void> {
    const member = await deps.readSession(request)
    if (!member) throw missing(request)
    const fault = targetFault(rawTarget(request.raw))
    if (fault) throw problem('invalid-request', { detail: sentence(fault) })
    request.principal = member
  }

  /** What needs the body, and what the route asks of the caller; synchronous where nothing has to be waited for. */
  function admit(request: FastifyRequest, reply: FastifyReply): void | Promise<void> {
    const { verification } = request
    if (!verification) return assertAccess(request)
    const body = Buffer.isBuffer(request.body) ? request.body : NO_BODY
    const { key } = verification
    const enter = (fields: { limit: string; policy: string }): void | Promise<void> => {
      if (verification.key !== key) setKeyPrincipal(request, verification)
      reply.header('ratelimit', fields.limit)
      reply.header('ratelimit-policy', fields.policy)
      return assertAccess(request)
    }
    const fields = verifier.verifyBody(request.raw, verification, body)
    return fields instanceof Promise ? fields.then(enter) : enter(fields)
  }

  function assertAccess(request: FastifyRequest): void | Promise<void> {
    const { access } = request.routeOptions.config
    if (!access || access.public) return
    const { principal, operatorKey } = request
    if (operatorKey) return assertOperatorKeyMay(operatorKey, access)
    if (principal.kind === 'key') return assertKeyMay(principal, access, request)
    assertMemberMay(principal, access)
    if (access.operator) return deps.assertOperator(principal)
  }

  /** Counts a refusal against its address and adds what every refused signature is told. */
  function explain(request: FastifyRequest, error: Problem): Problem {
    const { verification } = request
    if (!verification) return error
    if (error.status === 401) deps.failures.count(verification.address)
    return explainRefusal(error, { ...verifier.diagnosis(verification), ...unreadable(request.raw, error) })
  }

  return { assertWellFormed, authenticate, admit, explain }
}

/** Whether a target belongs to the API as it stands or would after decoding. */
export function isApiTarget(target: string): boolean {
  return target === '/v1' || target.startsWith('/v1/') || target.startsWith('/v1?')
}

/**
 * Whether a request is graded instead of verified: it passes by both doors, as nobody, to the one route that does
 * nothing. Asked of the route that was found and of the very bytes of the target, which must agree.
 */
export function isGraded(request: FastifyRequest): boolean {
  const target = rawTarget(request.raw)
  if (target !== GRADED_PATH && !target.startsWith(`${GRADED_PATH}?`)) return false
  const access = request.routeOptions.config?.access
  return access?.public === true && access.graded === true
}

function isPublic(request: FastifyRequest): boolean {
  return request.routeOptions.config?.access?.public === true
}

/** A browser whose session has ended and a program that forgot to sign get the same code, in other words. */
function missing(request: FastifyRequest): Problem {
  const { cookie } = request.headers
  return problem(
    'signature-missing',
    cookie ? { detail: 'The session has ended and the request is not signed. Sign in again.' } : {},
  )
}

function setKeyPrincipal(request: FastifyRequest, verification: Verification): void {
  const { key, secretVersion } = verification
  if (!key || secretVersion === null) throw new Error('a verified request has a key and a version')
  if (key.kind === 'operator') {
    request.operatorKey = { keyId: key.id, publicKey: key.publicKey, secretVersion, scopes: key.scopes }
    return
  }
  request.principal = {
    kind: 'key',
    workspaceId: key.workspaceId,
    mode: key.mode,
    currencyType: key.currencyType,
    keyId: key.id,
    publicKey: key.publicKey,
    secretVersion,
    scopes: key.scopes,
  }
}

type Guarded = Exclude<Access, { public: true }>

function assertKeyMay(principal: KeyPrincipal, access: Guarded, request: FastifyRequest): void {
  if (access.operator) throw problem('operator-required')
  if (!access.doors.includes('key')) throw problem('member-required')
  if (access.resource !== null) assertScope(principal, `${access.resource}:${access.action}`)
  if (access.alsoScopes) for (const scope of access.alsoScopes) assertScope(principal, scope)
  const wanted = request.headers['countersign-mode']
  if (wanted !== undefined && wanted !== principal.mode)
    throw problem('mode-mismatch', {
      detail: `Countersign-Mode says ${JSON.stringify(wanted)}, but the key belongs to ${principal.mode}.`,
    })
  assertTestMode(principal, access)
}

function assertScope({ scopes }: KeyPrincipal, scope: string): void {
  if (!scopes.has(scope)) throw problem('scope-missing', { detail: `The key lacks the scope ${scope}.` })
}

/** An operator key reaches what names a scope for it, and nothing else. */
function assertOperatorKeyMay({ scopes }: OperatorKeyPrincipal, access: Guarded): void {
  if (!access.operator)
    throw problem('scope-missing', {
      detail: 'An operator key reaches /v1/operator/* only. Use a key of the workspace here.',
    })
  if (access.operatorScope === undefined) throw problem('member-required')
  if (!scopes.has(access.operatorScope))
    throw problem('scope-missing', { detail: `The key lacks the scope ${access.operatorScope}.` })
}

function assertMemberMay(principal: MemberPrincipal, access: Guarded): void {
  if (!access.doors.includes('member'))
    throw problem('signature-missing', { detail: 'This call is for keys: sign the request.' })
  const needed = access.role ?? (access.action === 'read' ? 'viewer' : 'developer')
  if (!roleReaches(principal.role, needed))
    throw problem('role-missing', { detail: `This needs the role ${needed}; yours is ${principal.role}.` })
  if (principal.isSuspended && access.action === 'write' && !access.operator && !access.personal)
    throw problem('workspace-suspended')
  assertTestMode(principal, access)
}

function assertTestMode(principal: Principal, access: Guarded): void {
  if (access.testModeOnly && principal.mode !== 'test')
    throw problem('mode-mismatch', { detail: 'This call exists in Test Mode only.' })
}
