import type { FastifyRequest } from 'fastify'
import type { Access, App } from '../http/app-type.ts'
import { clientAddress } from '../http/client-address.ts'
import { decodeCursor, page, pageOf } from '../http/pagination.ts'
import { isId } from '../ids.ts'
import { problem } from '../problems.ts'
import type { CurrencyType } from '../sessions/principal.ts'
import { memberOf } from '../sessions/read-session.ts'
import { listActivations, listWorkspaces, type ActivationListing } from './activation-queries.ts'
import { activationView } from './activation-view.ts'
import { operatorAudit } from './audit-log.ts'
import { approveActivation, refuseActivation } from './decide-activation.ts'
import type { WorkspacesDeps } from './deps.ts'
import { operatorWorkspaceRoutes } from './operator-workspace-routes.ts'
import { findWorkspace } from './queries.ts'
import {
  decisionInput,
  operatorActivation,
  operatorActivationParams,
  operatorActivationQuery,
  operatorWorkspace,
  refusalInput,
  operatorWorkspaceQuery,
} from './schema.ts'

const tags = ['Operator']
const access = (resource: string, action: 'read' | 'write'): { access: Access } => ({
  access: { resource, action, doors: ['member'], role: 'viewer', operator: true },
})

/** The operators' side of activation: every workspace, the queue, the decisions. */
export function operatorRoutes(app: App, deps: WorkspacesDeps): void {
  listRoutes(app, deps)
  operatorWorkspaceRoutes(app, deps)
  decisionRoute(app, deps, 'approve', 'Approve a workspace for Production Mode', (input) =>
    approveActivation(deps, input),
  )
  decisionRoute(app, deps, 'refuse', 'Refuse a request for Production Mode', (input) =>
    refuseActivation(deps, { ...input, refusal: 'refused' }),
  )
  decisionRoute(app, deps, 'revoke', 'Take an approval back', (input) =>
    refuseActivation(deps, { ...input, refusal: 'revoked' }),
  )
}

function listRoutes(app: App, deps: WorkspacesDeps): void {
  app.get(
    '/v1/operator/workspaces',
    {
      config: {
        access: {
          resource: 'operator-workspaces',
          action: 'read',
          doors: ['key', 'member'],
          role: 'viewer',
          operator: true,
          operatorScope: 'operator:workspaces',
        },
      },
      schema: {
        operationId: 'listAllWorkspaces',
        summary: 'Every workspace of the platform',
        tags,
        querystring: operatorWorkspaceQuery,
        response: { 200: pageOf(operatorWorkspace) },
      },
    },
    async ({ query: { search, suspended, cursor, limit } }) => {
      const before = cursor ? (decodeCursor(cursor, 1)[0] as string) : null
      const rows = await listWorkspaces(deps.database.pool, {
        search: search || null,
        suspended: suspended === undefined ? null : suspended === 'true',
        before,
        limit: limit + 1,
      })
      const { data, next_cursor } = page(rows, limit, ({ id }) => [id])
      return {
        data: data.map(({ id, name, legalName, owners, members, approvals, isSuspended, createdAt }) => ({
          id,
          name,
          legal_name: legalName,
          owners,
          member_count: members,
          activations: approvals,
          suspended: isSuspended,
          created_at: createdAt.toISOString(),
        })),
        next_cursor,
      }
    },
  )

  app.get(
    '/v1/operator/activations',
    {
      config: access('operator-activations', 'read'),
      schema: {
        operationId: 'listActivations',
        summary: 'Who asks for Production Mode',
        description: 'With the facts of each checklist. Oldest request first: it is a queue.',
        tags,
        querystring: operatorActivationQuery,
        response: { 200: pageOf(operatorActivation) },
      },
    },
    async ({ query }) => {
      const rows = await listActivations(deps.database.pool, {
        status: query.status === 'all' ? null : query.status,
        workspaceId: query.workspace_id ?? null,
        after: query.cursor ? placeOf(query.cursor) : null,
        limit: query.limit + 1,
      })
      const { data, next_cursor } = page(rows, query.limit, cursorOf)
      const views = []
      for (const row of data) {
        const view = await activationView(deps.activation, deps.database.pool, row)
        views.push({ ...view, workspace: { id: row.workspaceId, name: row.workspaceName } })
      }
      return { data: views, next_cursor }
    },
  )
}

type DecisionInput = Parameters<typeof approveActivation>[1]

function decisionRoute(
  app: App,
  deps: WorkspacesDeps,
  verb: 'approve' | 'refuse' | 'revoke',
  summary: string,
  decide: (input: DecisionInput) => Promise<void>,
): void {
  app.post(
    `/v1/operator/activations/:workspace_id/:currency_type/${verb}`,
    {
      config: access('operator-activations', 'write'),
      schema: {
        operationId: `${verb}Activation`,
        summary,
        tags,
        params: operatorActivationParams,
        body: verb === 'approve' ? decisionInput : refusalInput,
        response: { 200: operatorActivation },
      },
    },
    async (request) => {
      const { workspace_id: workspaceId, currency_type: currencyType } = request.params
      if (!isId('wks', workspaceId)) throw problem('not-found')
      const key = { workspaceId, currencyType }
      const actor = memberOf(request)
      await decide({ key, actor, audit: auditOf(deps, request), reason: request.body.reason })
      return readActivation(deps, key)
    },
  )
}

async function readActivation(
  deps: WorkspacesDeps,
  key: { workspaceId: string; currencyType: CurrencyType },
) {
  const workspace = await findWorkspace(deps.database.pool, key.workspaceId)
  if (!workspace) throw problem('not-found')
  const view = await activationView(deps.activation, deps.database.pool, key)
  return { ...view, workspace: { id: workspace.id, name: workspace.name } }
}

function auditOf(deps: WorkspacesDeps, request: FastifyRequest) {
  const ip = clientAddress(request.raw, deps.config.trustProxy)
  return operatorAudit({ principal: memberOf(request), ip, id: request.id })
}

function cursorOf({ approval, workspaceId, currencyType }: ActivationListing): string[] {
  const at = approval.requestedAt ?? approval.decidedAt
  return [at?.toISOString() ?? '', workspaceId, currencyType]
}

/** A cursor that nobody here made starts at the beginning. */
function placeOf(cursor: string) {
  const [at = '', workspaceId = '', currencyType = ''] = decodeCursor(cursor, 3)
  const ms = Date.parse(at)
  return { requestedAt: new Date(Number.isNaN(ms) ? 0 : ms), workspaceId, currencyType }
}
