import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Access, App } from '../http/app-type.ts'
import { clientAddress } from '../http/client-address.ts'
import { decodeCursor, page, pageOf, pageQuery } from '../http/pagination.ts'
import { problem } from '../problems.ts'
import { setActiveWorkspace } from '../sessions/queries.ts'
import { assertOriginWhenPresent, memberOf } from '../sessions/read-session.ts'
import { throttle } from '../sessions/throttle.ts'
import { auditContext } from './audit-log.ts'
import type { WorkspacesDeps } from './deps.ts'
import { listPendingInvitations, type Invitation } from './invitation-queries.ts'
import { cancelInvitation, inviteMember, resendInvitation, type Invited } from './invite-member.ts'
import { joinWorkspace, readOpenInvitation } from './join-workspace.ts'
import {
  idParams,
  invitation,
  invitationInput,
  invitationLook,
  invitationToken,
  invitationWithToken,
  resendInput,
  switchResult,
} from './schema.ts'

const TAGS = ['Workspace']
const access = (action: 'read' | 'write'): { access: Access } => ({
  access: { resource: 'members', action, doors: ['member'], role: 'admin' },
})
// A token has 256 bits: this is against work, not against guessing.
const LOOK_RULE = { windowSeconds: 60, max: 60 }

/** Inviting people into the workspace of the session, and accepting. */
export function invitationRoutes(app: App, deps: WorkspacesDeps): void {
  listRoute(app, deps)
  changeRoutes(app, deps)
  acceptRoutes(app, deps)
}

function listRoute(app: App, deps: WorkspacesDeps): void {
  app.get(
    '/v1/invitations',
    {
      config: access('read'),
      schema: {
        operationId: 'listInvitations',
        summary: 'The invitations that nobody has accepted',
        tags: TAGS,
        querystring: pageQuery.pick({ limit: true, cursor: true }),
        response: { 200: pageOf(invitation) },
      },
    },
    async (request) => {
      const { workspaceId } = memberOf(request)
      const { limit, cursor } = request.query
      const before = cursor ? (decodeCursor(cursor, 1)[0] as string) : null
      const rows = await listPendingInvitations(deps.database.pool, { workspaceId, before, limit: limit + 1 })
      const { data, next_cursor } = page(rows, limit, (row) => [row.id])
      const now = deps.clock.now()
      return { data: data.map((row) => invitationOnWire(row, now)), next_cursor }
    },
  )
}

function changeRoutes(app: App, deps: WorkspacesDeps): void {
  app.post(
    '/v1/invitations',
    {
      config: access('write'),
      schema: {
        operationId: 'createInvitation',
        summary: 'Invite somebody by their e-mail address',
        tags: TAGS,
        body: invitationInput,
        response: { 201: invitationWithToken },
      },
    },
    async (request, reply) => {
      const { email, role, send_mail: sendMail } = request.body
      const deed = { actor: memberOf(request), audit: auditOf(deps, request) }
      const invited = await inviteMember(deps, { ...deed, email, role, sendMail })
      return reply.code(201).send(invitedOnWire(invited, deps.clock.now()))
    },
  )

  app.post(
    '/v1/invitations/:id/resend',
    {
      config: access('write'),
      schema: {
        operationId: 'resendInvitation',
        summary: 'Give an invitation a new link',
        description: 'The link before it ends, and seven days begin again.',
        tags: TAGS,
        params: idParams,
        body: resendInput,
        response: { 200: invitationWithToken },
      },
    },
    async (request) => {
      const deed = { actor: memberOf(request), audit: auditOf(deps, request) }
      const { id } = request.params
      const invited = await resendInvitation(deps, { ...deed, id, sendMail: request.body.send_mail })
      return invitedOnWire(invited, deps.clock.now())
    },
  )

  app.delete(
    '/v1/invitations/:id',
    {
      config: access('write'),
      schema: {
        operationId: 'cancelInvitation',
        summary: 'Take an invitation back',
        tags: TAGS,
        params: idParams,
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const deed = { actor: memberOf(request), audit: auditOf(deps, request) }
      await cancelInvitation(deps, { ...deed, id: request.params.id })
      return reply.code(204).send(null)
    },
  )
}

function acceptRoutes(app: App, deps: WorkspacesDeps): void {
  app.post(
    '/v1/invitations/look-up',
    {
      config: { access: { public: true } },
      schema: {
        operationId: 'lookUpInvitation',
        summary: 'What an invitation is for',
        description: 'For whoever holds its link, with or without an account.',
        tags: TAGS,
        body: invitationToken,
        response: { 200: invitationLook },
      },
    },
    async (request) => {
      assertOriginWhenPresent(request, deps.config.origins)
      const ip = clientAddress(request.raw, deps.config.trustProxy)
      const counter = { executor: deps.database.pool, clock: deps.clock }
      const wait = await throttle(counter, `invitation|${ip}`, LOOK_RULE)
      if (wait !== null) throw problem('rate-limited', { headers: { 'Retry-After': String(wait) } })
      const { workspaceName, email, role, inviter, expiresAt } = await readOpenInvitation(
        deps,
        request.body.invitation_token,
      )
      return {
        workspace: { name: workspaceName },
        email,
        role,
        invited_by: { name: inviter.name, email: inviter.email },
        expires_at: expiresAt.toISOString(),
      }
    },
  )

  app.post(
    '/v1/invitations/accept',
    {
      // Whoever is signed in has some workspace; the one that they join checks the token.
      config: {
        access: { resource: 'members', action: 'write', doors: ['member'], role: 'viewer', personal: true },
      },
      schema: {
        operationId: 'acceptInvitation',
        summary: 'Join a workspace',
        description:
          'With an account that has the address of the invitation. Your session works in it from then on.',
        tags: TAGS,
        body: invitationToken,
        response: { 200: switchResult },
      },
    },
    async (request) => {
      const { userId: id, email, sessionId } = memberOf(request)
      const joined = await joinWorkspace(deps, {
        token: request.body.invitation_token,
        person: { id, email },
        audit: auditOf(deps, request),
      })
      const { workspaceId } = joined.invitation
      await setActiveWorkspace(deps.database.pool, { sessionId, workspaceId })
      return { id: workspaceId, name: joined.invitation.workspaceName, role: joined.role }
    },
  )
}

function auditOf(deps: WorkspacesDeps, request: FastifyRequest) {
  const ip = clientAddress(request.raw, deps.config.trustProxy)
  return auditContext({ principal: memberOf(request), ip, id: request.id })
}

function invitationOnWire(row: Invitation, now: number) {
  return {
    id: row.id,
    email: row.email,
    role: row.role,
    status: row.expiresAt.getTime() > now ? ('pending' as const) : ('expired' as const),
    invited_by: { name: row.inviter.name, email: row.inviter.email },
    created_at: row.createdAt.toISOString(),
    expires_at: row.expiresAt.toISOString(),
  }
}

function invitedOnWire({ invitation: row, token }: Invited, now: number) {
  return { ...invitationOnWire(row, now), invitation_token: token }
}
