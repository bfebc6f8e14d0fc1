import { z } from 'zod'
import type { App } from '../http/app-type.ts'
import { page } from '../http/pagination.ts'
import { problem } from '../problems.ts'
import { deleteEndpoint, rotateSecret, updateEndpoint } from './change-endpoint.ts'
import { createEndpoint } from './create-endpoint.ts'
import { actingOn, scopeOf, type LogsDeps, type WebhooksDeps } from './deps.ts'
import { openHeaders } from './endpoint-secrets.ts'
import { eventRoutes } from './event-routes.ts'
import { logRoutes } from './log-routes.ts'
import { operatorEventRoutes } from './operator-event-routes.ts'
import { healthRoute, replayRoutes } from './replay-routes.ts'
import { findEndpoint, listEndpoints, type Endpoint } from './queries.ts'
import {
  createEndpointSchema,
  endpointPage,
  EndpointSchema,
  EndpointWithSecretSchema,
  idParams,
  listEndpointsQuery,
  pingSchema,
  RecoveredSchema,
  recoverSchema,
  rotateSecretSchema,
  updateEndpointSchema,
} from './schema.ts'
import { pingEndpoint, recoverEndpoint } from './send-again.ts'
import { endpointView } from './views.ts'

const tags = ['Webhooks']
const access = (action: 'read' | 'write') =>
  ({ access: { resource: 'webhook-endpoints', action, doors: ['key', 'member'] } }) as const
const PingedSchema = z
  .object({ event_id: z.string(), delivery_id: z.string() })
  .meta({ id: 'PingedWebhookEndpoint', description: 'The delivery in Webhook Logs shows what came of it.' })

/** Everything of this room: endpoints, events and Webhook Logs. */
export function webhookRoutes(app: App, deps: LogsDeps & Parameters<typeof operatorEventRoutes>[1]): void {
  readRoutes(app, deps)
  changeRoutes(app, deps)
  handRoutes(app, deps)
  healthRoute(app, deps)
  replayRoutes(app, deps)
  eventRoutes(app, deps)
  logRoutes(app, deps)
  operatorEventRoutes(app, deps)
}

function readRoutes(app: App, deps: WebhooksDeps): void {
  app.get(
    '/v1/webhook-endpoints',
    {
      config: access('read'),
      schema: {
        tags,
        summary: 'List webhook endpoints',
        querystring: listEndpointsQuery,
        response: { 200: endpointPage },
      },
    },
    async ({ principal, query }) => {
      const rows = await listEndpoints(deps.database.pool, scopeOf(principal), {
        enabled: query.enabled,
        includeListeners: query.include_listeners,
        createdAfter: query.created_after,
        createdBefore: query.created_before,
        cursor: query.cursor,
        limit: query.limit,
      })
      const { data, next_cursor } = page(rows, query.limit, (row) => [row.id])
      return { data: data.map((row) => view(deps, row)), next_cursor }
    },
  )

  app.get(
    '/v1/webhook-endpoints/:id',
    {
      config: access('read'),
      schema: {
        tags,
        summary: 'Get a webhook endpoint',
        params: idParams,
        response: { 200: EndpointSchema },
      },
    },
    async ({ principal, params }) => {
      const endpoint = await findEndpoint(deps.database.pool, scopeOf(principal), params.id)
      if (!endpoint) throw problem('not-found')
      return view(deps, endpoint)
    },
  )
}

function changeRoutes(app: App, deps: WebhooksDeps): void {
  app.post(
    '/v1/webhook-endpoints',
    {
      config: access('write'),
      schema: {
        tags,
        summary: 'Create a webhook endpoint',
        body: createEndpointSchema,
        response: { 201: EndpointWithSecretSchema },
      },
    },
    async (request, reply) => {
      const { mode, ...input } = request.body
      const { endpoint, secret } = await createEndpoint(deps, actingOn(deps, request, mode), input)
      return reply.code(201).send({ ...view(deps, endpoint), secret })
    },
  )

  app.patch(
    '/v1/webhook-endpoints/:id',
    {
      config: access('write'),
      schema: {
        tags,
        summary: 'Edit a webhook endpoint',
        params: idParams,
        body: updateEndpointSchema,
        response: { 200: EndpointSchema },
      },
    },
    async (request) =>
      view(deps, await updateEndpoint(deps, actingOn(deps, request), request.params.id, request.body)),
  )

  app.delete(
    '/v1/webhook-endpoints/:id',
    {
      config: access('write'),
      schema: {
        tags,
        summary: 'Delete a webhook endpoint',
        params: idParams,
        response: { 204: z.undefined() },
      },
    },
    async (request, reply) => {
      await deleteEndpoint(deps, actingOn(deps, request), request.params.id)
      return reply.code(204).send()
    },
  )

  app.post(
    '/v1/webhook-endpoints/:id/rotate-secret',
    {
      config: access('write'),
      schema: {
        tags,
        summary: 'Rotate the secret of a webhook endpoint',
        params: idParams,
        body: rotateSecretSchema,
        response: { 200: EndpointWithSecretSchema },
      },
    },
    async (request) => {
      const { endpoint, secret } = await rotateSecret(deps, actingOn(deps, request), {
        id: request.params.id,
        overlapSeconds: request.body.overlap_seconds,
      })
      return { ...view(deps, endpoint), secret }
    },
  )
}

/** What people do by hand: try an endpoint, and catch up after an outage. */
function handRoutes(app: App, deps: WebhooksDeps): void {
  app.post(
    '/v1/webhook-endpoints/:id/ping',
    {
      config: access('write'),
      schema: {
        tags,
        summary: 'Send an example event to a webhook endpoint',
        params: idParams,
        body: pingSchema,
        response: { 202: PingedSchema },
      },
    },
    async (request, reply) => {
      const pinged = await pingEndpoint(deps, actingOn(deps, request), {
        id: request.params.id,
        eventType: request.body.event_type,
      })
      request.made.eventIds.push(pinged.eventId)
      return reply.code(202).send({ event_id: pinged.eventId, delivery_id: pinged.deliveryId })
    },
  )

  app.post(
    '/v1/webhook-endpoints/:id/recover',
    {
      config: access('write'),
      schema: {
        tags,
        summary: 'Send everything again that failed since a time',
        params: idParams,
        body: recoverSchema,
        response: { 200: RecoveredSchema },
      },
    },
    async (request) => {
      const { since, until, dry_run: dryRun } = request.body
      const input = { id: request.params.id, since, until, dryRun }
      return { ...(await recoverEndpoint(deps, actingOn(deps, request), input)), dry_run: dryRun }
    },
  )
}

function view(deps: WebhooksDeps, endpoint: Endpoint) {
  const owner = { endpointId: endpoint.id, mode: endpoint.mode }
  const names = Object.keys(openHeaders(deps.sealer, owner, endpoint.sealedHeaders))
  return endpointView(endpoint, names, deps.clock.now())
}
