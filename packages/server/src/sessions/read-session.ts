import type { FastifyRequest } from 'fastify'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Database } from '../database/database.ts'
import { isId } from '../ids.ts'
import { problem } from '../problems.ts'
import { ensureWorkspace } from '../workspaces/ensure-workspace.ts'
import { findMemberOfPerson } from '../workspaces/queries.ts'
import type { Auth } from './auth.ts'
import type { MemberPrincipal, Mode, Role } from './principal.ts'
import { roleReaches } from './principal.ts'
import { findActiveMembership, findPerson, type Membership } from './queries.ts'

export type ReadSessionDeps = {
  auth: Auth
  config: Pick<Config, 'origins' | 'operatorEmails' | 'isLoopback'>
  database: Database
  clock: Clock
}

const COOKIE_NAME = 'countersign.session_token='
const WORKSPACE_HEADER = 'countersign-workspace-id'
/** The same on a GET, for links that the browser follows by itself: a download takes no headers. */
const WORKSPACE_PARAMETER = 'in_workspace'
const SAFE_METHODS = ['GET', 'HEAD']

type SessionUser = {
  id: string
  email: string
  name: string
  emailVerified: boolean
  is_operator?: boolean | null
}

/**
 * The member behind a dashboard session, in the mode that the request names, or null when there is no session.
 * The session is read and never prolonged here: only `/auth/get-session` can renew the cookie beside it.
 * @throws Problem `origin-not-allowed` when a changing request does not come from one of our own pages,
 *   `invalid-input` when the mode is neither `test` nor `production`, `workspace-mismatch` when the request names
 *   another workspace than the session works in
 */
export async function principalFromSession(
  deps: ReadSessionDeps,
  request: FastifyRequest,
): Promise<MemberPrincipal | null> {
  const { cookie } = request.headers
  if (!cookie?.includes(COOKIE_NAME)) return null
  const found = await getSession(deps.auth, cookie)
  if (!found) return null
  assertOwnOrigin(request, deps.config.origins)

  const user = found.user as SessionUser
  const active = (found.session as { activeOrganizationId?: string | null }).activeOrganizationId ?? null
  const membership = await readMembership(deps, user.id, active)
  if (!membership) return null
  await assertShownWorkspace(deps, request, { userId: user.id, membership })
  return {
    kind: 'member',
    workspaceId: membership.workspaceId,
    mode: readMode(request),
    userId: user.id,
    email: user.email,
    name: user.name,
    role: membership.role,
    isOperator: isOperator(user, deps.config.operatorEmails),
    isSuspended: membership.isSuspended,
    sessionId: found.session.id,
  }
}

/** The session that a cookie names, or null. A database out of reach is told as what it is, not as "no session". */
export async function getSession(auth: Auth, cookie: string) {
  try {
    return await auth.api.getSession({ headers: new Headers({ cookie }), query: { disableRefresh: true } })
  } catch (error) {
    throw (error as { cause?: unknown }).cause ?? error
  }
}

async function readMembership(deps: ReadSessionDeps, userId: string, activeWorkspaceId: string | null) {
  const query = { userId, activeWorkspaceId }
  const membership = await findActiveMembership(deps.database.pool, query)
  if (membership) return membership
  // Sign-up died between the person and the workspace, or the last membership was removed.
  if (!(await ensureWorkspace(deps, userId))) return null
  return findActiveMembership(deps.database.pool, query)
}

/**
 * A page names the workspace that it shows. The session may work in another one by now, because another tab switched
 * or somebody removed the person: what the page then sends must not happen there.
 * @throws Problem `workspace-mismatch`
 */
async function assertShownWorkspace(
  { database }: ReadSessionDeps,
  request: FastifyRequest,
  { userId, membership }: { userId: string; membership: Membership },
): Promise<void> {
  const shown = request.headers[WORKSPACE_HEADER] ?? queryOf(request, WORKSPACE_PARAMETER)
  if (shown === undefined || shown === membership.workspaceId) return
  const isMember =
    typeof shown === 'string' &&
    isId('wks', shown) &&
    (await findMemberOfPerson(database.pool, { workspaceId: shown, userId }))
  throw problem('workspace-mismatch', {
    detail: isMember
      ? `This session works in ${JSON.stringify(membership.workspaceName)} by now, and the request is meant for another of your workspaces. Nothing was done.`
      : 'You do not belong to the workspace that the request is meant for, or no longer. Nothing was done.',
  })
}

/** The flag of the setup account, or an address of OPERATOR_EMAILS once it is verified. */
export function isOperator(
  user: { email: string; emailVerified: boolean; is_operator?: boolean | null },
  operatorEmails: ReadonlySet<string>,
): boolean {
  return user.is_operator === true || (user.emailVerified && operatorEmails.has(user.email))
}

/** A parameter that stands for a header, where the request changes nothing. */
function queryOf(request: FastifyRequest, name: string): unknown {
  if (!SAFE_METHODS.includes(request.method)) return undefined
  return (request.query as Record<string, unknown> | null)?.[name]
}

function readMode(request: FastifyRequest): Mode {
  const header = request.headers['countersign-mode']
  const value = header ?? queryOf(request, 'mode') ?? 'test'
  if (value === 'test' || value === 'production') return value
  const pointer = header === undefined ? '/query/mode' : '/headers/countersign-mode'
  throw problem('invalid-input', { errors: [{ pointer, message: 'must be test or production' }] })
}

/** A change made with a cookie must come from one of our own pages (OWASP CSRF, "verifying origin"). */
export function assertOwnOrigin(request: FastifyRequest, origins: readonly string[]): void {
  if (SAFE_METHODS.includes(request.method)) return
  const { origin } = request.headers
  if (origin === undefined || !origins.includes(origin)) throw problem('origin-not-allowed')
}

/**
 * The same for calls that need no session yet (sign-in, setup): a program may call them without an Origin, but
 * nothing that brings a session or comes from a browser, which says so with Sec-Fetch-Site.
 */
export function assertOriginWhenPresent(request: FastifyRequest, origins: readonly string[]): void {
  const { origin, cookie, 'sec-fetch-site': fetchSite } = request.headers
  if (origin === undefined && fetchSite === undefined && !cookie?.includes(COOKIE_NAME)) return
  assertOwnOrigin(request, origins)
}

/** The member of a request that the access check let in through the members' door. */
export function memberOf(request: FastifyRequest): MemberPrincipal {
  const { principal } = request as { principal?: { kind: string } | null }
  if (principal?.kind !== 'member') throw problem('member-required')
  return principal as MemberPrincipal
}

/** @throws Problem `role-missing` */
export function assertRole(member: MemberPrincipal, needed: Role): void {
  if (!roleReaches(member.role, needed))
    throw problem('role-missing', { detail: `This needs the role ${needed}; yours is ${member.role}.` })
}

/**
 * For the pages of the people who run the platform. Where others can reach the server they need a second factor.
 * @throws Problem `operator-required`, `two-factor-required`
 */
export async function assertOperator(
  deps: Pick<ReadSessionDeps, 'config' | 'database'>,
  member: MemberPrincipal,
): Promise<void> {
  if (!member.isOperator) throw problem('operator-required')
  if (deps.config.isLoopback) return
  const person = await findPerson(deps.database.pool, member.userId)
  if (!person?.twoFactorEnabled) throw problem('two-factor-required')
}
