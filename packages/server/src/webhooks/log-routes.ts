import type { App } from '../http/app-type.ts'
import { page } from '../http/pagination.ts'
import { problem } from '../problems.ts'
import { countDeliveries } from './count-rows.ts'
import { actingOn, scopeOf, type LogsDeps } from './deps.ts'
import { exportDeliveries } from './export-rows.ts'
import { fitsDelivery, findDelivery, listAttempts, listDeliveries } from './log-queries.ts'
import {
  deliveryHistogramQuery,
  DeliveryHistogramSchema,
  deliveryPage,
  DeliverySchema,
  DeliveryWithAttemptsSchema,
  exportDeliveriesQuery,
  idParams,
  listDeliveriesQuery,
  STREAM_PLACE,
  streamDeliveriesQuery,
  type DeliveryFilterInput,
} from './schema.ts'
import { resendDelivery } from './send-again.ts'
import { streamRows } from './stream-rows.ts'
import { attemptView, deliveryHistogramView, deliveryView } from './views.ts'

const tags = ['Webhook Logs']
const access = (action: 'read' | 'write') =>
  ({ access: { resource: 'webhook-logs', action, doors: ['key', 'member'] } }) as const

/** `/v1/webhook-logs`: what became of every event for every endpoint, with every attempt. */
export function logRoutes(app: App, deps: LogsDeps): void {
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
      const { cursor, limit } = query
      const filter = { ...filterOf(query), cursor, limit }
      const rows = await listDeliveries(deps.database.pool, scopeOf(principal), filter)
      const { data, next_cursor } = page(rows, limit, (row) => [row.eventId, row.endpointId])
      return { data: data.map((row) => deliveryView(row, principal.mode)), next_cursor }
    },
  )

  wholeRoutes(app, deps)

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

/** What is of the whole list: live, as a file, counted. */
function wholeRoutes(app: App, deps: LogsDeps): void {
  app.get(
    '/v1/webhook-logs/stream',
    {
      // A HEAD would drain the stream unseen, for ever.
      exposeHeadRoute: false,
      config: access('read'),
      schema: {
        tags,
        summary: 'Watch deliveries live (server-sent events)',
        description:
          'Each delivery as an event `webhook_log`: when it is new, after each attempt, and when it is given up. Last-Event-ID or `cursor` goes on where an earlier stream ended; what was told just before comes again. `gap`: more was missed than is repeated, and the list has it.',
        querystring: streamDeliveriesQuery,
      },
    },
    async (request, reply) => {
      const { principal, query } = request
      const given = request.headers['last-event-id']
      const after = typeof given === 'string' && STREAM_PLACE.test(given) ? given : query.cursor
      const scope = scopeOf(principal)
      const filter = filterOf(query)
      const stream = await streamRows(
        deps.liveDeliveries,
        deps.streamAllowance(request, 'webhook-logs:read'),
        {
          place: scope,
          fits: (row) => fitsDelivery(row, scope, filter),
          stateOf: (row) => `${row.eventId} ${row.endpointId} ${row.status} ${row.attemptCount}`,
          write: (row, atMs) =>
            `id: ${atMs}\nevent: webhook_log\ndata: ${JSON.stringify(deliveryView(row, scope.mode))}\n\n`,
          afterMs: after === undefined ? undefined : Number(after),
        },
      )
      return reply.type('text/event-stream; charset=utf-8').header('x-accel-buffering', 'no').send(stream)
    },
  )

  app.get(
    '/v1/webhook-logs/export',
    {
      exposeHeadRoute: false,
      config: access('read'),
      schema: {
        tags,
        summary: 'Export deliveries as NDJSON or CSV, newest first',
        querystring: exportDeliveriesQuery,
      },
    },
    ({ principal, query }, reply) => {
      const { format } = query
      const rows = exportDeliveries(deps.database.pool, scopeOf(principal), {
        filter: filterOf(query),
        format,
      })
      return deps.exports.send(reply, {
        workspaceId: principal.workspaceId,
        name: 'webhook-logs',
        format,
        rows,
      })
    },
  )

  app.get(
    '/v1/webhook-logs/histogram',
    {
      exposeHeadRoute: false,
      config: access('read'),
      schema: {
        tags,
        summary: 'Count deliveries over time',
        querystring: deliveryHistogramQuery,
        response: { 200: DeliveryHistogramSchema },
      },
    },
    async ({ principal, query: { buckets, ...query } }) => {
      const options = { bucketsMax: buckets, nowMs: deps.clock.now() }
      return deps.counting(principal.workspaceId, async () =>
        deliveryHistogramView(
          await countDeliveries(deps.database, scopeOf(principal), filterOf(query), options),
        ),
      )
    },
  )
}

function filterOf(query: DeliveryFilterInput) {
  return {
    type: query.event_type,
    objectId: query.object_id,
    requestId: query.request_id,
    eventId: query.event_id,
    endpointId: query.endpoint_id,
    status: query.status,
    createdAfter: query.created_after,
    createdBefore: query.created_before,
  }
}
