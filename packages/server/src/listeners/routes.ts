import { z } from 'zod'
import type { Clock } from '../clock.ts'
import type { App } from '../http/app-type.ts'
import type { KeyCache } from '../keys/key-cache.ts'
import { isKeyStillAllowed } from '../keys/still-allowed.ts'
import { newId } from '../ids.ts'
import type { Log } from '../log.ts'
import { problem } from '../problems.ts'
import type { KeyPrincipal, Principal } from '../sessions/principal.ts'
import { actingOn, scopeOf, type WebhooksDeps } from '../webhooks/deps.ts'
import { exampleOf } from '../webhooks/catalogue.ts'
import { publishDeclaredEvent } from '../webhooks/publish-event.ts'
import { createListener, endListener, LISTENER_SCHEME, recordAttempt, visibleListener } from './listener.ts'
import { createListenerStreams } from './listener-streams.ts'
import {
  attemptSchema,
  createListenerSchema,
  idParams,
  ListenerSchema,
  RecordedSchema,
  triggerSchema,
  TriggeredSchema,
} from './schema.ts'

export type ListenersDeps = WebhooksDeps & { keyCache: Pick<KeyCache, 'find'>; clock: Clock; log: Log }

const tags = ['Test Mode']
const access = { resource: 'test', action: 'write', doors: ['key'], testModeOnly: true } as const
const readsEvents = { ...access, alsoScopes: ['events:read'] } as const

/** What `countersign listen` and `countersign trigger` stand on; none of it exists in Production Mode. */
export function listenerRoutes(app: App, deps: ListenersDeps): void {
  const streams = createListenerStreams(deps)
  app.addHook('preClose', async () => streams.close())

  app.post(
    '/v1/test/webhook-listeners',
    {
      config: { access: readsEvents },
      schema: {
        tags,
        summary: 'Create a webhook listener',
        description: 'Needs the scope events:read as well.',
        body: createListenerSchema,
        response: { 201: ListenerSchema },
      },
    },
    async (request, reply) => {
      const { forward_to: forwardTo, event_types: eventTypes, after_event_id: afterEventId } = request.body
      const input = { forwardTo, eventTypes, afterEventId }
      const { listener, caughtUp, isCapped } = await createListener(deps, actingOn(deps, request), input)
      return reply.code(201).send({
        id: listener.id,
        forward_to: listener.url.slice(LISTENER_SCHEME.length),
        event_types: listener.eventTypes,
        caught_up: caughtUp,
        catch_up_capped: isCapped,
        created_at: listener.createdAt.toISOString(),
      })
    },
  )

  app.get(
    '/v1/test/webhook-listeners/:id/stream',
    {
      exposeHeadRoute: false,
      config: { access: readsEvents },
      schema: { tags, summary: 'Receive webhooks (server-sent events)', params: idParams },
    },
    async (request, reply) => {
      const principal = keyOf(request.principal)
      const { id } = await visibleListener(
        deps.database.pool,
        { scope: scopeOf(principal) },
        request.params.id,
      )
      const address = request.verification?.address ?? ''
      const stream = streams.open(
        id,
        async () =>
          (await isKeyStillAllowed(deps, principal, { address, scope: 'test:write' })) &&
          (await isKeyStillAllowed(deps, principal, { address, scope: 'events:read' })),
      )
      return reply.type('text/event-stream; charset=utf-8').header('x-accel-buffering', 'no').send(stream)
    },
  )

  app.post(
    '/v1/test/webhook-listeners/:id/attempts',
    {
      config: { access },
      schema: {
        tags,
        summary: 'Record what a listener was answered',
        params: idParams,
        body: attemptSchema,
        response: { 200: RecordedSchema },
      },
    },
    async (request) => ({
      recorded: await recordAttempt(deps, actingOn(deps, request), {
        id: request.params.id,
        attempt: request.body,
      }),
    }),
  )

  app.delete(
    '/v1/test/webhook-listeners/:id',
    {
      config: { access },
      schema: { tags, summary: 'End a webhook listener', params: idParams, response: { 204: z.undefined() } },
    },
    async (request, reply) => {
      await endListener(deps, actingOn(deps, request), request.params.id)
      return reply.code(204).send()
    },
  )

  triggerRoute(app, deps)
}

function triggerRoute(app: App, deps: ListenersDeps): void {
  app.post(
    '/v1/test/events',
    {
      config: { access: { ...access, doors: ['key', 'member'] } },
      schema: {
        tags,
        summary: 'Publish an example event',
        description: 'To every endpoint and listener that wants its type. The object in it does not exist.',
        body: triggerSchema,
        response: { 201: TriggeredSchema },
      },
    },
    async (request, reply) => {
      const acting = actingOn(deps, request)
      const { event_type: type } = request.body
      const now = deps.clock.now()
      const eventId = newId('evt', now)
      await deps.database.transaction(async (client) => {
        const event = {
          workspaceId: acting.scope.workspaceId,
          mode: 'test' as const,
          // A key publishes for its own currency type; examples are of fiat.
          currencyType: acting.currencyType,
          type,
          // An object of its own, so that its sequence begins at 1.
          objectId: newId('evt', now),
          requestId: acting.requestId,
          data: await exampleOf(client, type),
          now,
        }
        await publishDeclaredEvent(client, event, eventId)
      })
      request.made.eventIds.push(eventId)
      return reply.code(201).send({ event_id: eventId })
    },
  )
}

/** Who came by the keys' door, the only one of these routes. */
function keyOf(principal: Principal): KeyPrincipal {
  if (principal.kind !== 'key') throw problem('signature-missing')
  return principal
}
