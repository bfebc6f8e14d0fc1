import type { FastifyRequest } from 'fastify'
import type { Access, App } from '../http/app-type.ts'
import { clientAddress } from '../http/client-address.ts'
import { isId } from '../ids.ts'
import { problem } from '../problems.ts'
import { memberOf } from '../sessions/read-session.ts'
import { CURRENCY_TYPES } from './activation.ts'
import { activationView } from './activation-view.ts'
import { operatorAudit } from './audit-log.ts'
import type { WorkspacesDeps } from './deps.ts'
import {
  countEndpoints,
  countKeys,
  findEmail,
  sumBalances,
  sumVolumes,
} from './operator-workspace-queries.ts'
import { findWorkspace, listMembers } from './queries.ts'
import { idParams, operatorWorkspaceDetail, suspensionInput } from './schema.ts'
import { resumeWorkspace, suspendWorkspace } from './suspend-workspace.ts'
import { findSuspension } from './suspension-queries.ts'

const tags = ['Operator']
const access = (action: 'read' | 'write'): { access: Access } => ({
  access: { resource: 'operator-workspaces', action, doors: ['member'], role: 'viewer', operator: true },
})
const MEMBERS_SHOWN = 50
const VOLUME_DAYS = 30
const DAY_MS = 86_400_000

/** `/v1/operator/workspaces/:id`: one workspace as operators see it, and stopping it. */
export function operatorWorkspaceRoutes(app: App, deps: WorkspacesDeps): void {
  app.get(
    '/v1/operator/workspaces/:id',
    {
      config: access('read'),
      schema: {
        operationId: 'getOperatorWorkspace',
        summary: 'One workspace of the platform',
        tags,
        params: idParams,
        response: { 200: operatorWorkspaceDetail },
      },
    },
    async ({ params }) => readDetail(deps, params.id),
  )
  suspensionRoute(app, deps, 'suspend', suspendWorkspace, {
    summary: 'Stop a workspace',
    description:
      'Signed requests of its keys are refused (403 `workspace-suspended`), in both modes, and its members can read ' +
      'and change nothing. What is under way goes on. The owners are told by mail, with the reason.',
  })
  suspensionRoute(app, deps, 'resume', resumeWorkspace, {
    summary: 'Let a workspace go on',
    description: 'Keys and members are what they were before.',
  })
}

function suspensionRoute(
  app: App,
  deps: WorkspacesDeps,
  verb: 'suspend' | 'resume',
  decide: typeof suspendWorkspace,
  words: { summary: string; description: string },
): void {
  app.post(
    `/v1/operator/workspaces/:id/${verb}`,
    {
      config: access('write'),
      schema: {
        ...words,
        operationId: `${verb}Workspace`,
        tags,
        params: idParams,
        body: suspensionInput,
        response: { 200: operatorWorkspaceDetail },
      },
    },
    async (request) => {
      const { id: workspaceId } = request.params
      if (!isId('wks', workspaceId)) throw problem('not-found')
      const { reason } = request.body
      await decide(deps, { workspaceId, actor: memberOf(request), audit: auditOf(deps, request), reason })
      return readDetail(deps, workspaceId)
    },
  )
}

async function readDetail(deps: WorkspacesDeps, workspaceId: string) {
  const { pool } = deps.database
  const workspace = isId('wks', workspaceId) ? await findWorkspace(pool, workspaceId) : null
  if (!workspace) throw problem('not-found')
  const now = deps.clock.now()
  const [suspension, members, keys, endpoints, volumes, balances] = await Promise.all([
    findSuspension(pool, workspaceId),
    listMembers(pool, { workspaceId, before: null, limit: MEMBERS_SHOWN }),
    countKeys(pool, { workspaceId, now: new Date(now) }),
    countEndpoints(pool, workspaceId),
    sumVolumes(pool, { workspaceId, since: new Date(now - VOLUME_DAYS * DAY_MS) }),
    sumBalances(pool, workspaceId),
  ])
  const activations = []
  for (const currencyType of CURRENCY_TYPES)
    activations.push(await activationView(deps.activation, pool, { workspaceId, currencyType }))
  const { id, name, legal_name, country, website, contact_email, description, created_at } = workspace
  return {
    id,
    name,
    legal_name,
    country,
    website,
    contact_email,
    description,
    created_at: created_at.toISOString(),
    suspension: suspension && {
      reason: suspension.reason,
      suspended_at: suspension.suspendedAt.toISOString(),
      suspended_by: {
        id: suspension.suspendedBy,
        email: (await findEmail(pool, suspension.suspendedBy)) ?? '',
      },
    },
    members: members.map(({ userId, name, email, role, twoFactorEnabled, createdAt }) => ({
      user_id: userId,
      name,
      email,
      role,
      two_factor_enabled: twoFactorEnabled,
      created_at: createdAt.toISOString(),
    })),
    keys: keys.map(({ lastUsedAt, ...counts }) => ({
      ...counts,
      last_used_at: lastUsedAt?.toISOString() ?? null,
    })),
    webhook_endpoints: endpoints,
    volume_days: VOLUME_DAYS,
    volumes,
    balances,
    activations,
  }
}

function auditOf(deps: WorkspacesDeps, request: FastifyRequest) {
  const ip = clientAddress(request.raw, deps.config.trustProxy)
  return operatorAudit({ principal: memberOf(request), ip, id: request.id })
}
