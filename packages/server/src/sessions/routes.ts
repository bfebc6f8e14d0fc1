import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Database } from '../database/database.ts'
import type { Sealer } from '../encryption.ts'
import type { Access, App } from '../http/app-type.ts'
import { clientAddress } from '../http/client-address.ts'
import { decodeCursor, page, pageOf, pageQuery } from '../http/pagination.ts'
import { isId } from '../ids.ts'
import { problem } from '../problems.ts'
import { recordAudit } from '../workspaces/audit-log.ts'
import { authBridge, copyHeaders } from './auth-bridge.ts'
import { CLIENT_IP_HEADER, type Auth } from './auth.ts'
import { mailSealName } from './mail.ts'
import type { MemberPrincipal } from './principal.ts'
import {
  deleteOtherSessions,
  deleteSession,
  findMail,
  listMail,
  listSessions,
  type MailRow,
} from './queries.ts'
import { assertOriginWhenPresent, memberOf } from './read-session.ts'
import {
  mailMessage,
  mailSummary,
  revokeOthersResult,
  sessionList,
  sessionParams,
  setupInput,
  setupResult,
} from './schema.ts'
import { completeSetup } from './setup.ts'
import { throttle, type ThrottleRule } from './throttle.ts'

export type SessionsDeps = {
  auth: Auth
  config: Pick<
    Config,
    'publicUrl' | 'origins' | 'isLoopback' | 'smtpUrl' | 'signUp' | 'trustProxy' | 'operatorEmails'
  >
  database: Database
  clock: Clock
  sealer: Sealer
}

const SETUP_RULE: ThrottleRule = { windowSeconds: 60, max: 10 }
const TAGS = ['People']
/** A person's own affair, whatever becomes of their workspace. */
const OWN_SESSIONS: Access = {
  resource: 'sessions',
  action: 'write',
  doors: ['member'],
  role: 'viewer',
  personal: true,
}

/** Everything about signing in: `/auth/*`, the first account, one's sessions, and the mail that waits. */
export function sessionRoutes(app: App, deps: SessionsDeps): void {
  authBridge(app, deps)
  setupRoute(app, deps)
  ownSessionRoutes(app, deps)
  operatorMailRoutes(app, deps)
}

function setupRoute(app: App, deps: SessionsDeps): void {
  app.post(
    '/v1/setup',
    {
      config: { access: { public: true } },
      schema: {
        operationId: 'setUp',
        summary: 'Open the account that runs the platform',
        tags: TAGS,
        body: setupInput,
        response: { 201: setupResult },
      },
    },
    async (request, reply) => {
      assertOriginWhenPresent(request, deps.config.origins)
      const ip = clientAddress(request.raw, deps.config.trustProxy)
      const wait = await throttle(
        { executor: deps.database.pool, clock: deps.clock },
        `setup|${ip}`,
        SETUP_RULE,
      )
      if (wait !== null) throw problem('rate-limited', { headers: { 'Retry-After': String(wait) } })
      const { name, email, password } = request.body
      const { userId } = await completeSetup(deps, request.body, { ip, requestId: request.id })
      const answer = await deps.auth.api.signInEmail({
        body: { email, password },
        headers: new Headers({
          [CLIENT_IP_HEADER]: ip,
          'user-agent': request.headers['user-agent'] ?? '',
        }),
        asResponse: true,
      })
      copyHeaders(answer, reply)
      return reply.code(201).send({ user: { id: userId, name, email } })
    },
  )
}

function ownSessionRoutes(app: App, deps: SessionsDeps): void {
  app.get(
    '/v1/sessions',
    {
      config: { access: { resource: 'sessions', action: 'read', doors: ['member'], role: 'viewer' } },
      schema: {
        operationId: 'listSessions',
        summary: 'Where you are signed in',
        tags: TAGS,
        response: { 200: sessionList },
      },
    },
    async (request) => {
      const member = memberOf(request)
      const rows = await listSessions(deps.database.pool, member.userId, new Date(deps.clock.now()))
      return {
        data: rows.map((row) => ({
          id: row.id,
          current: row.id === member.sessionId,
          ip: row.ipAddress || null,
          user_agent: row.userAgent || null,
          created_at: row.createdAt.toISOString(),
          last_used_at: row.updatedAt.toISOString(),
          expires_at: row.expiresAt.toISOString(),
        })),
        next_cursor: null,
      }
    },
  )

  app.delete(
    '/v1/sessions/:id',
    {
      config: { access: OWN_SESSIONS },
      schema: {
        operationId: 'revokeSession',
        summary: 'Sign out one session',
        tags: TAGS,
        params: sessionParams,
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const member = memberOf(request)
      const { id } = request.params
      await deps.database.transaction(async (client) => {
        if (!(await deleteSession(client, { sessionId: id, userId: member.userId })))
          throw problem('not-found')
        await recordAudit(client, {
          ...sessionAudit(request, member, deps),
          action: 'session.revoked',
          target: { kind: 'session', id },
        })
      })
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/v1/sessions/revoke-others',
    {
      config: { access: OWN_SESSIONS },
      schema: {
        operationId: 'revokeOtherSessions',
        summary: 'Sign out everywhere else',
        tags: TAGS,
        response: { 200: revokeOthersResult },
      },
    },
    async (request) => {
      const member = memberOf(request)
      return deps.database.transaction(async (client) => {
        const revoked = await deleteOtherSessions(client, member)
        await recordAudit(client, {
          ...sessionAudit(request, member, deps),
          action: 'session.others_revoked',
          target: { kind: 'user', id: member.userId },
          after: { revoked },
        })
        return { revoked }
      })
    },
  )
}

function operatorMailRoutes(app: App, deps: SessionsDeps): void {
  const access = {
    resource: 'operator-mail',
    action: 'read',
    doors: ['member'],
    role: 'viewer',
    operator: true,
  } as const
  app.get(
    '/v1/operator/mail',
    {
      config: { access },
      schema: {
        operationId: 'listOutgoingMail',
        summary: 'The mail that the platform sends',
        tags: ['Operator'],
        querystring: pageQuery.pick({ limit: true, cursor: true }),
        response: { 200: pageOf(mailSummary) },
      },
    },
    async (request) => {
      const { limit, cursor } = request.query
      const before = cursor ? (decodeCursor(cursor, 1)[0] as string) : null
      const rows = await listMail(deps.database.pool, { before, limit: limit + 1 })
      const { data, next_cursor } = page(rows, limit, (row) => [row.id])
      return { data: data.map(mailOnWire), next_cursor }
    },
  )

  app.get(
    '/v1/operator/mail/:id',
    {
      config: { access },
      schema: {
        operationId: 'getOutgoingMail',
        summary: 'Read one mail',
        tags: ['Operator'],
        params: z.object({ id: z.string().max(64) }),
        response: { 200: mailMessage },
      },
    },
    async (request) => {
      const member = memberOf(request)
      const { id } = request.params
      const row = isId('msg', id) ? await findMail(deps.database.pool, id) : null
      if (!row) throw problem('not-found')
      // The text may open somebody's account, so that it was read is on record before it leaves.
      await recordAudit(deps.database.pool, {
        ...sessionAudit(request, member, deps),
        workspaceId: null,
        actor: { kind: 'operator', id: member.userId, label: member.email },
        action: 'mail.read',
        target: { kind: 'mail', id },
      })
      const text = row.sealedBody ? deps.sealer.open(row.sealedBody, mailSealName(row.id)).toString() : null
      return { ...mailOnWire(row), text }
    },
  )
}

function sessionAudit(request: FastifyRequest, member: MemberPrincipal, deps: SessionsDeps) {
  return {
    workspaceId: member.workspaceId,
    actor: { kind: 'member' as const, id: member.userId, label: member.email },
    ip: clientAddress(request.raw, deps.config.trustProxy),
    requestId: request.id,
    now: deps.clock.now(),
  }
}

function mailOnWire(row: MailRow) {
  return {
    id: row.id,
    to: row.recipient,
    subject: row.subject,
    kind: row.kind,
    status: row.status,
    attempt_count: row.attemptCount,
    last_error: row.lastError,
    created_at: row.createdAt.toISOString(),
    sent_at: row.sentAt?.toISOString() ?? null,
  }
}
