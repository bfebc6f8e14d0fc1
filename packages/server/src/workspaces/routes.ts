import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Executor } from '../database/database.ts'
import type { Access, App } from '../http/app-type.ts'
import { clientAddress } from '../http/client-address.ts'
import { decodeCursor, page, pageOf, pageQuery } from '../http/pagination.ts'
import { problem } from '../problems.ts'
import { ROLES, type CurrencyType, type MemberPrincipal, type Role } from '../sessions/principal.ts'
import { setActiveWorkspace } from '../sessions/queries.ts'
import { memberOf } from '../sessions/read-session.ts'
import { activationRoutes } from './activation-routes.ts'
import { CURRENCY_TYPES } from './activation.ts'
import { auditChanges, auditContext, recordAudit } from './audit-log.ts'
import { auditRoutes } from './audit-routes.ts'
import type { WorkspacesDeps } from './deps.ts'
import { invitationRoutes } from './invitation-routes.ts'
import { changeRole, leaveWorkspace, removeMember, transferOwnership } from './members.ts'
import { operatorRoutes } from './operator-routes.ts'
import {
  findWorkspace,
  listMembers,
  listOwnWorkspaces,
  lockWorkspace,
  updateWorkspace,
  type Member,
  type Workspace,
} from './queries.ts'
import { ROLE_RIGHTS } from './role-rights.ts'
import {
  idParams,
  member,
  memberPatch,
  roleList,
  switchInput,
  switchResult,
  workspace,
  workspacePatch,
} from './schema.ts'

/** The workspace of the session: its profile, its people, what opens Production Mode, who changed what. */
export function workspaceRoutes(app: App, deps: WorkspacesDeps): void {
  profileRoutes(app, deps)
  switchRoute(app, deps)
  roleRoute(app)
  memberRoutes(app, deps)
  invitationRoutes(app, deps)
  activationRoutes(app, deps)
  operatorRoutes(app, deps)
  auditRoutes(app, deps)
}

function access(resource: string, action: 'read' | 'write', role: Role): { access: Access } {
  return { access: { resource, action, doors: ['member'], role } }
}

function profileRoutes(app: App, deps: WorkspacesDeps): void {
  app.get(
    '/v1/workspace',
    {
      config: access('workspace', 'read', 'viewer'),
      schema: {
        operationId: 'getWorkspace',
        summary: 'The workspace of your session',
        tags: ['Workspace'],
        response: { 200: workspace },
      },
    },
    async (request) => readWorkspace(deps, deps.database.pool, memberOf(request).workspaceId),
  )

  app.patch(
    '/v1/workspace',
    {
      config: access('workspace', 'write', 'admin'),
      schema: {
        operationId: 'updateWorkspace',
        summary: 'Change the profile',
        tags: ['Workspace'],
        body: workspacePatch,
        response: { 200: workspace },
      },
    },
    async (request) => {
      const { workspaceId } = memberOf(request)
      const now = deps.clock.now()
      return deps.database.transaction(async (client) => {
        await lockWorkspace(client, workspaceId)
        const before = await findWorkspace(client, workspaceId)
        if (!before) throw problem('not-found')
        const after = { ...before, ...request.body }
        const changes = auditChanges<Record<string, unknown>>(before, after)
        if (changes) {
          await updateWorkspace(client, after, new Date(now))
          await recordAudit(client, {
            ...auditOf(deps, request),
            workspaceId,
            action: 'workspace.updated',
            target: { kind: 'workspace', id: workspaceId },
            ...changes,
            now,
          })
        }
        return readWorkspace(deps, client, workspaceId)
      })
    },
  )
}

async function readWorkspace(deps: WorkspacesDeps, executor: Executor, workspaceId: string) {
  const row = await findWorkspace(executor, workspaceId)
  if (!row) throw problem('not-found')
  const open: CurrencyType[] = []
  for (const currencyType of CURRENCY_TYPES)
    if (await deps.activation.isProductionOpen(executor, workspaceId, currencyType)) open.push(currencyType)
  return { ...workspaceOnWire(row), production_enabled: open }
}

function switchRoute(app: App, deps: WorkspacesDeps): void {
  app.post(
    '/v1/workspace/switch',
    {
      config: access('workspace', 'read', 'viewer'),
      schema: {
        operationId: 'switchWorkspace',
        summary: 'Work in another of your workspaces',
        tags: ['Workspace'],
        body: switchInput,
        response: { 200: switchResult },
      },
    },
    async (request) => {
      const { userId, sessionId } = memberOf(request)
      const own = await listOwnWorkspaces(deps.database.pool, userId)
      const chosen = own.find(({ id }) => id === request.body.workspace_id)
      if (!chosen) throw problem('not-found')
      await setActiveWorkspace(deps.database.pool, { sessionId, workspaceId: chosen.id })
      return chosen
    },
  )
}

function roleRoute(app: App): void {
  app.get(
    '/v1/roles',
    {
      config: access('members', 'read', 'viewer'),
      schema: {
        operationId: 'listRoles',
        summary: 'What each role may do',
        tags: ['Workspace'],
        response: { 200: roleList },
      },
    },
    async () => ({
      data: ROLES.map((role) => ({
        role,
        may: ROLE_RIGHTS.filter((right) => right.role === role).map(({ says }) => says),
      })),
      next_cursor: null,
    }),
  )
}

function memberRoutes(app: App, deps: WorkspacesDeps): void {
  app.get(
    '/v1/members',
    {
      config: access('members', 'read', 'viewer'),
      schema: {
        operationId: 'listMembers',
        summary: 'The people of the workspace',
        tags: ['Workspace'],
        querystring: pageQuery.pick({ limit: true, cursor: true }),
        response: { 200: pageOf(member) },
      },
    },
    async (request) => {
      const actor = memberOf(request)
      const { limit, cursor } = request.query
      const before = cursor ? (decodeCursor(cursor, 1)[0] as string) : null
      const rows = await listMembers(deps.database.pool, {
        workspaceId: actor.workspaceId,
        before,
        limit: limit + 1,
      })
      const { data, next_cursor } = page(rows, limit, (row) => [row.id])
      return { data: data.map((row) => memberOnWire(row, actor)), next_cursor }
    },
  )

  app.patch(
    '/v1/members/:id',
    {
      config: access('members', 'write', 'admin'),
      schema: {
        operationId: 'updateMember',
        summary: 'Give a member another role',
        tags: ['Workspace'],
        params: idParams,
        body: memberPatch,
        response: { 200: member },
      },
    },
    async (request) => {
      const actor = memberOf(request)
      const audit = auditOf(deps, request)
      const row = await changeRole(deps, {
        actor,
        memberId: request.params.id,
        role: request.body.role,
        audit,
      })
      return memberOnWire(row, actor)
    },
  )

  app.post(
    '/v1/members/:id/transfer-ownership',
    {
      config: access('members', 'write', 'owner'),
      schema: {
        operationId: 'transferOwnership',
        summary: 'Hand the workspace to another member',
        description: 'They become an owner and you an admin, both or neither.',
        tags: ['Workspace'],
        params: idParams,
        response: { 200: member },
      },
    },
    async (request) => {
      const actor = memberOf(request)
      const audit = auditOf(deps, request)
      const row = await transferOwnership(deps, { actor, memberId: request.params.id, audit })
      return memberOnWire(row, actor)
    },
  )

  app.delete(
    '/v1/members/:id',
    {
      // Everybody may leave; removing others asks for admin in removeMember.
      config: access('members', 'write', 'viewer'),
      schema: {
        operationId: 'removeMember',
        summary: 'Remove a member',
        tags: ['Workspace'],
        params: idParams,
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const actor = memberOf(request)
      await removeMember(deps, { actor, memberId: request.params.id, audit: auditOf(deps, request) })
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/v1/members/leave',
    {
      config: access('members', 'write', 'viewer'),
      schema: {
        operationId: 'leaveWorkspace',
        summary: 'Leave the workspace',
        tags: ['Workspace'],
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      await leaveWorkspace(deps, { actor: memberOf(request), audit: auditOf(deps, request) })
      return reply.code(204).send(null)
    },
  )
}

function auditOf(deps: WorkspacesDeps, request: FastifyRequest) {
  const ip = clientAddress(request.raw, deps.config.trustProxy)
  return auditContext({ principal: memberOf(request), ip, id: request.id })
}

function workspaceOnWire(row: Workspace) {
  return { ...row, created_at: row.created_at.toISOString() }
}

function memberOnWire(row: Member, actor: MemberPrincipal) {
  return {
    id: row.id,
    user_id: row.userId,
    name: row.name,
    email: row.email,
    role: row.role,
    two_factor_enabled: row.twoFactorEnabled,
    is_you: row.userId === actor.userId,
    created_at: row.createdAt.toISOString(),
  }
}
