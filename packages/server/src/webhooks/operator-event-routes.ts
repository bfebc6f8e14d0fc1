import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Config } from '../config.ts'
import type { Access, App } from '../http/app-type.ts'
import { clientAddress } from '../http/client-address.ts'
import { sendReplay } from '../http/idempotency.ts'
import { problem } from '../problems.ts'
import { memberOf } from '../sessions/read-session.ts'
import { operatorAudit, type AuditContext } from '../workspaces/audit-log.ts'
import { declareEventType, redeclareEventType, withdrawEventType } from './declare-event-type.ts'
import { listDeclaredTypes, type DeclaredType } from './declared-type-queries.ts'
import type { WebhooksDeps } from './deps.ts'
import {
  declaredTypeList,
  declaredTypeParams,
  DeclaredTypeSchema,
  declareTypeSchema,
  PublishedEventSchema,
  publishEventSchema,
  redeclareTypeSchema,
} from './operator-event-schema.ts'
import { publishOperatorEvent } from './publish-operator-event.ts'

type OperatorEventsDeps = WebhooksDeps & { config: Pick<Config, 'trustProxy'> }

const tags = ['Operator']
const access = (
  resource: 'operator-event-types' | 'operator-events',
  action: 'read' | 'write',
): { access: Access } => ({
  access: {
    resource,
    action,
    doors: ['key', 'member'],
    role: 'viewer',
    operator: true,
    operatorScope: resource === 'operator-events' ? 'operator:events' : 'operator:event-types',
  },
})

/** The platform's own events: `/v1/operator/event-types` declares them, `/v1/operator/events` publishes them. */
export function operatorEventRoutes(app: App, deps: OperatorEventsDeps): void {
  typeRoutes(app, deps)
  publishRoute(app, deps)
}

function typeRoutes(app: App, deps: OperatorEventsDeps): void {
  app.get(
    '/v1/operator/event-types',
    {
      config: access('operator-event-types', 'read'),
      schema: {
        operationId: 'listDeclaredEventTypes',
        tags,
        summary: "List the platform's own event types",
        response: { 200: declaredTypeList },
      },
    },
    async () => ({ data: (await listDeclaredTypes(deps.database.pool)).map(typeView), next_cursor: null }),
  )

  app.post(
    '/v1/operator/event-types',
    {
      config: access('operator-event-types', 'write'),
      schema: {
        operationId: 'declareEventType',
        tags,
        summary: "Declare an event type of the platform's own",
        body: declareTypeSchema,
        response: { 201: DeclaredTypeSchema },
      },
    },
    async (request, reply) =>
      reply.code(201).send(typeView(await declareEventType(deps, auditOf(deps, request), request.body))),
  )

  app.patch(
    '/v1/operator/event-types/:type',
    {
      config: access('operator-event-types', 'write'),
      schema: {
        operationId: 'redeclareEventType',
        tags,
        summary: 'Change a declared event type',
        description:
          'Once its events went out in Production Mode, only compatibly: what was required stays, types do not change, properties may come.',
        params: declaredTypeParams,
        body: redeclareTypeSchema,
        response: { 200: DeclaredTypeSchema },
      },
    },
    async (request) => {
      const input = { ...request.body, type: request.params.type }
      return typeView(await redeclareEventType(deps, auditOf(deps, request), input))
    },
  )

  app.delete(
    '/v1/operator/event-types/:type',
    {
      config: access('operator-event-types', 'write'),
      schema: {
        operationId: 'withdrawEventType',
        tags,
        summary: 'Take a declared event type out of the catalogue',
        description: 'Events that went out stay. Endpoints that chose the type keep its name.',
        params: declaredTypeParams,
        response: { 204: z.undefined() },
      },
    },
    async (request, reply) => {
      await withdrawEventType(deps, auditOf(deps, request), request.params.type)
      return reply.code(204).send()
    },
  )
}

function publishRoute(app: App, deps: OperatorEventsDeps): void {
  app.post(
    '/v1/operator/events',
    {
      config: { ...access('operator-events', 'write'), idempotency: 'required' },
      schema: {
        operationId: 'publishEvent',
        tags,
        summary: "Publish an event of a declared type to a workspace's endpoints",
        description: 'Needs an `Idempotency-Key`: with the same one, it is published once.',
        body: publishEventSchema,
        response: { 201: PublishedEventSchema },
      },
    },
    async (request, reply) => {
      const { idempotency } = request
      if (!idempotency) throw problem('idempotency-key-missing')
      const outcome = await publishOperatorEvent(deps, {
        ...request.body,
        requestId: request.id,
        idempotency: idempotency.scope,
        audit: request.operatorKey ? null : auditOf(deps, request),
      })
      idempotency.state = 'settled'
      if ('replay' in outcome) return sendReplay(reply, outcome.replay)
      return reply.code(201).send(outcome.made)
    },
  )
}

/** A person, or the platform's own key under its public name. */
function auditOf(deps: OperatorEventsDeps, request: FastifyRequest): AuditContext {
  const ip = clientAddress(request.raw, deps.config.trustProxy)
  const { operatorKey, id } = request
  if (!operatorKey) return operatorAudit({ principal: memberOf(request), ip, id })
  const actor = { kind: 'operator', id: operatorKey.keyId, label: operatorKey.publicKey } as const
  return { actor, ip, requestId: id }
}

function typeView(row: DeclaredType): z.infer<typeof DeclaredTypeSchema> {
  return {
    type: row.type,
    description: row.description,
    schema: row.schema,
    example: row.example,
    version: row.version,
    published_at: row.publishedAt?.toISOString() ?? null,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  }
}
