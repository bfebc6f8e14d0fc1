import type { Database } from '../database/database.ts'
import type { Access, App } from '../http/app-type.ts'
import type { Exports } from '../http/exports.ts'
import { decodeCursor, page, pageOf } from '../http/pagination.ts'
import { memberOf } from '../sessions/read-session.ts'
import { auditOnWire, exportAuditLog } from './export-audit-log.ts'
import { listAuditEntries } from './queries.ts'
import { auditEntry, auditExportQuery, auditQuery, operatorAuditEntry, operatorAuditQuery } from './schema.ts'

const access: Access = { resource: 'audit-log', action: 'read', doors: ['member'], role: 'admin' }

/** Reading the audit log, for admins: a list with filters, and a file. For operators: that of the platform. */
export function auditRoutes(app: App, deps: { database: Database; exports: Exports }): void {
  app.get(
    '/v1/audit-log',
    {
      config: { access },
      schema: {
        operationId: 'listAuditLog',
        summary: 'Who changed what',
        tags: ['Workspace'],
        querystring: auditQuery,
        response: { 200: pageOf(auditEntry) },
      },
    },
    async (request) => {
      const { limit, cursor } = request.query
      const before = cursor ? (decodeCursor(cursor, 1)[0] as string) : null
      const filter = { ...auditFilter(memberOf(request), request.query), before, limit: limit + 1 }
      const rows = await listAuditEntries(deps.database.pool, filter)
      const { data, next_cursor } = page(rows, limit, (row) => [row.id])
      return { data: data.map(auditOnWire), next_cursor }
    },
  )

  app.get(
    '/v1/audit-log/export',
    {
      config: { access },
      schema: {
        operationId: 'exportAuditLog',
        summary: 'The audit log as a file',
        tags: ['Workspace'],
        querystring: auditExportQuery,
      },
    },
    async (request, reply) => {
      const { format } = request.query
      const filter = auditFilter(memberOf(request), request.query)
      const rows = exportAuditLog(deps.database.pool, filter, format)
      const { workspaceId } = request.principal
      return deps.exports.send(reply, { workspaceId, name: 'audit-log', format, rows })
    },
  )

  app.get(
    '/v1/operator/audit-log',
    {
      config: {
        access: {
          resource: 'operator-audit-log',
          action: 'read',
          doors: ['member'],
          role: 'viewer',
          operator: true,
        },
      },
      schema: {
        operationId: 'listPlatformAuditLog',
        summary: 'Who changed what, on the whole platform',
        tags: ['Operator'],
        querystring: operatorAuditQuery,
        response: { 200: pageOf(operatorAuditEntry) },
      },
    },
    async ({ query }) => {
      const workspaceId = query.workspace_id ?? null
      const before = query.cursor ? (decodeCursor(query.cursor, 1)[0] as string) : null
      const filter = { ...auditFilter({ workspaceId }, query), before, limit: query.limit + 1 }
      const rows = await listAuditEntries(deps.database.pool, filter)
      const { data, next_cursor } = page(rows, query.limit, (row) => [row.id])
      return {
        data: data.map((row) => ({ ...auditOnWire(row), workspace_id: row.workspaceId })),
        next_cursor,
      }
    },
  )
}

type AuditQuery = {
  action?: string
  actor_id?: string
  target_id?: string
  created_after?: Date
  created_before?: Date
}

function auditFilter<Id extends string | null>({ workspaceId }: { workspaceId: Id }, query: AuditQuery) {
  return {
    workspaceId,
    action: query.action ?? null,
    actorId: query.actor_id ?? null,
    targetId: query.target_id ?? null,
    createdAfter: query.created_after ?? null,
    createdBefore: query.created_before ?? null,
  }
}
