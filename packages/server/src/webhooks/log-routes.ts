import type { App } from '../http/app-type.ts'
import { page } from '../http/pagination.ts'
import { problem } from '../problems.ts'
import { actingOn, scopeOf, type WebhooksDeps } from './deps.ts'
import { findDelivery, listAttempts, listDeliveries } from './log-queries.ts'
import {
  deliveryPage,
  DeliverySchema,
  DeliveryWithAttemptsSchema,
  idParams,
  listDeliveriesQuery,
} from './schema.ts'
import { resendDelivery } from './send-again.ts'
import { attemptView, deliveryView } from './views.ts'

const tags = ['Webhook Logs']
const access = (action: 'read' | 'write') =>
  ({ access: { resource: 'webhook-logs', action, doors: ['key', 'member'] } }) as const

/** `/v1/webhook-logs`: what became of every event for every endpoint, with every attempt. */
export function logRoutes(app: App, deps: WebhooksDeps): void {
  app.get(
    '/v1/webhook-logs',
    {
      config: access('read'),
      schema: {
        tags,
        summary: 'List webhook deliveries',
        querystring: listDeliveriesQuery,
        response: { 200: deliveryPage },
      },
    },
    async ({ principal, query }) => {
      const rows = await listDeliveries(deps.database.pool, scopeOf(principal), {
        type: query.event_type,
        objectId: query.object_id,
        requestId: query.request_id,
        eventId: query.event_id,
        endpointId: query.endpoint_id,
        status: query.status,
        createdAfter: query.created_after,
        createdBefore: query.created_before,
        cursor: query.cursor,
        limit: query.limit,
      })
      const { data, next_cursor } = page(rows, query.limit, (row) => [row.eventId, row.endpointId])
      return { data: data.map((row) => deliveryView(row, principal.mode)), next_cursor }
    },
  )

  app.get(
    '/v1/webhook-logs/:id',
    {
      config: access('read'),
      schema: {
        tags,
        summary: 'Get a webhook delivery with its attempts',
        params: idParams,
        response: { 200: DeliveryWithAttemptsSchema },
      },
    },
    async ({ principal, params }) => {
      const delivery = await findDelivery(deps.database.pool, scopeOf(principal), params.id)
      if (!delivery) throw problem('not-found')
      const attempts = await listAttempts(deps.database.pool, delivery.eventId, delivery.endpointId)
      return { ...deliveryView(delivery, principal.mode), attempts: attempts.map(attemptView) }
    },
  )

  app.post(
    '/v1/webhook-logs/:id/resend',
    {
      config: access('write'),
      schema: { tags, summary: 'Send a webhook again', params: idParams, response: { 202: DeliverySchema } },
    },
    async (request, reply) => {
      const resent = await resendDelivery(deps, actingOn(deps, request), request.params.id)
      return reply.code(202).send(deliveryView(resent, request.principal.mode))
    },
  )
}
