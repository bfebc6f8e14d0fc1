import type { z } from 'zod'
import type { App } from '../http/app-type.ts'
import { page } from '../http/pagination.ts'
import { problem } from '../problems.ts'
import { actingOn, scopeOf, type WebhooksDeps } from './deps.ts'
import { COUNTED_MAX, measureHealth } from './health-queries.ts'
import { findEndpoint } from './queries.ts'
import { cancelReplay, countReplay, startReplay } from './replay-endpoint.ts'
import { findReplay, listReplays, type Replay } from './replay-queries.ts'
import {
  createReplaySchema,
  EndpointHealthSchema,
  listReplaysQuery,
  ReplayCountSchema,
  replayPage,
  ReplaySchema,
} from './replay-schema.ts'
import { idParams } from './schema.ts'
import { breakerView } from './views.ts'

const tags = ['Webhooks']
const access = (action: 'read' | 'write') =>
  ({ access: { resource: 'webhook-endpoints', action, doors: ['key', 'member'] } }) as const
const WINDOW_MS = 86_400_000

/** How an endpoint is doing: what its newest deliveries met, what waits for it, and the breaker. */
export function healthRoute(app: App, deps: WebhooksDeps): void {
  app.get(
    '/v1/webhook-endpoints/:id/health',
    {
      config: access('read'),
      schema: {
        tags,
        summary: 'Get the health of a webhook endpoint',
        params: idParams,
        response: { 200: EndpointHealthSchema },
      },
    },
    async ({ principal, params }) => {
      const endpoint = await findEndpoint(deps.database.pool, scopeOf(principal), params.id)
      if (!endpoint) throw problem('not-found')
      const nowMs = deps.clock.now()
      const since = new Date(nowMs - WINDOW_MS)
      const input = { endpointId: endpoint.id, since, now: new Date(nowMs) }
      const health = await measureHealth(deps.database.pool, input)
      const { attempts, succeeded, oldestDueAt } = health
      return {
        since: since.toISOString(),
        deliveries: health.deliveries,
        attempts,
        success_rate: attempts === 0 ? null : succeeded / attempts,
        latency_ms: { p50: health.p50Ms, p95: health.p95Ms },
        waiting: health.waiting,
        waiting_capped: health.waiting === COUNTED_MAX,
        lag_seconds: oldestDueAt ? Math.max(0, nowMs - oldestDueAt.getTime()) / 1000 : 0,
        breaker: breakerView(endpoint, nowMs),
        failing_since: endpoint.failingSince?.toISOString() ?? null,
        consecutive_failures: endpoint.consecutiveFailures,
      }
    },
  )
}

/** Replays: a filtered range of an endpoint's deliveries again, at a rate, with progress. */
export function replayRoutes(app: App, deps: WebhooksDeps): void {
  app.post(
    '/v1/webhook-endpoints/:id/replays',
    {
      config: access('write'),
      schema: {
        tags,
        summary: 'Replay a range of deliveries to a webhook endpoint',
        params: idParams,
        body: createReplaySchema,
        response: { 200: ReplayCountSchema, 202: ReplaySchema },
      },
    },
    async (request, reply) => {
      const { body } = request
      const input = {
        endpointId: request.params.id,
        eventType: body.event_type ?? null,
        deliveryStatus: body.status ?? null,
        objectId: body.object_id ?? null,
        createdAfter: body.created_after,
        createdBefore: body.created_before ?? null,
      }
      const acting = actingOn(deps, request)
      if (body.dry_run) {
        const { count, capped } = await countReplay(deps, acting, input)
        return reply.code(200).send({ dry_run: true, count, count_capped: capped })
      }
      const replay = await startReplay(deps, acting, { ...input, ratePerSecond: body.rate_per_second })
      return reply.code(202).send(replayView(replay))
    },
  )

  app.get(
    '/v1/webhook-endpoints/:id/replays',
    {
      config: access('read'),
      schema: {
        tags,
        summary: 'List the replays of a webhook endpoint',
        params: idParams,
        querystring: listReplaysQuery,
        response: { 200: replayPage },
      },
    },
    async ({ principal, params, query }) => {
      const endpoint = await findEndpoint(deps.database.pool, scopeOf(principal), params.id)
      if (!endpoint) throw problem('not-found')
      const rows = await listReplays(deps.database.pool, endpoint.id, query)
      const { data, next_cursor } = page(rows, query.limit, (row) => [row.id])
      return { data: data.map(replayView), next_cursor }
    },
  )

  app.get(
    '/v1/webhook-replays/:id',
    {
      config: access('read'),
      schema: { tags, summary: 'Get a replay', params: idParams, response: { 200: ReplaySchema } },
    },
    async ({ principal, params }) => {
      const replay = await findReplay(deps.database.pool, scopeOf(principal), params.id)
      if (!replay) throw problem('not-found')
      return replayView(replay)
    },
  )

  app.post(
    '/v1/webhook-replays/:id/cancel',
    {
      config: access('write'),
      schema: { tags, summary: 'Cancel a replay', params: idParams, response: { 200: ReplaySchema } },
    },
    async (request) => replayView(await cancelReplay(deps, actingOn(deps, request), request.params.id)),
  )
}

function replayView(replay: Replay): z.infer<typeof ReplaySchema> {
  return {
    id: replay.id,
    endpoint_id: replay.endpointId,
    mode: replay.mode,
    status: replay.status,
    reason: replay.reason as z.infer<typeof ReplaySchema>['reason'],
    filter: {
      created_after: replay.createdAfter.toISOString(),
      created_before: replay.createdBefore.toISOString(),
      event_type: replay.eventType,
      status: replay.deliveryStatus,
      object_id: replay.objectId,
    },
    rate_per_second: replay.ratePerSecond,
    count: replay.count,
    count_capped: replay.countCapped,
    queued: replay.queued,
    created_at: replay.createdAt.toISOString(),
    finished_at: replay.finishedAt?.toISOString() ?? null,
  }
}
