import { z } from 'zod'
import type { App } from '../http/app-type.ts'
import { page } from '../http/pagination.ts'
import type { Principal } from '../sessions/principal.ts'
import { auditContext } from '../workspaces/audit-log.ts'
import { createKey } from './create-key.ts'
import type { Acting, KeysDeps } from './deps.ts'
import { visibleKey } from './key-access.ts'
import { keyView } from './key-view.ts'
import { listKeys } from './queries.ts'
import { readCallers } from './read-callers.ts'
import { revokeKey } from './revoke-key.ts'
import { rollBackRotation, rotateKey } from './rotate-key.ts'
import {
  apiKeyCallersSchema,
  apiKeyPage,
  apiKeySchema,
  createApiKeySchema,
  createdApiKeySchema,
  listApiKeysQuery,
  rollBackRotationSchema,
  rotateApiKeySchema,
  updateApiKeySchema,
} from './schema.ts'
import { updateKey } from './update-key.ts'

const params = z.object({ id: z.string().max(64) })
const tags = ['API Keys']
const access = (action: 'read' | 'write') =>
  ({ access: { resource: 'api-keys', action, doors: ['key', 'member'] } }) as const

/** `/v1/api-keys`: list, create, get, edit, delete (revoke), rotate. */
export function keyRoutes(app: App, deps: KeysDeps): void {
  app.get(
    '/v1/api-keys',
    {
      config: access('read'),
      schema: {
        tags,
        summary: 'List API keys',
        querystring: listApiKeysQuery,
        response: { 200: apiKeyPage },
      },
    },
    async (request) => {
      const { principal, query } = request
      const now = deps.clock.now()
      const rows = await listKeys(deps.database.pool, {
        workspaceId: principal.workspaceId,
        mode: principal.kind === 'key' ? principal.mode : query.mode,
        currencyType: principal.kind === 'key' ? principal.currencyType : query.currency_type,
        statuses: query.status,
        publicKey: query.public_key,
        nameContains: query.name_contains,
        knownTo: query.known_to,
        search: query.search,
        createdAfter: query.created_after,
        createdBefore: query.created_before,
        cursor: query.cursor,
        limit: query.limit,
        now: new Date(now),
      })
      const { data, next_cursor } = page(rows, query.limit, (row) => [row.id])
      return { data: data.map((row) => keyView(row, now)), next_cursor }
    },
  )

  app.post(
    '/v1/api-keys',
    {
      config: access('write'),
      schema: {
        tags,
        summary: 'Create an API key',
        body: createApiKeySchema,
        response: { 201: createdApiKeySchema },
      },
    },
    async (request, reply) => {
      const { eventId, ...key } = await createKey(deps, acting(request), request.body)
      request.made.eventIds.push(eventId)
      return reply.code(201).send(key)
    },
  )

  app.get(
    '/v1/api-keys/:id',
    {
      config: access('read'),
      schema: { tags, summary: 'Get an API key', params, response: { 200: apiKeySchema } },
    },
    async (request) =>
      keyView(await visibleKey(deps.database.pool, request.principal, request.params.id), deps.clock.now()),
  )

  app.get(
    '/v1/api-keys/:id/callers',
    {
      config: access('read'),
      schema: {
        tags,
        summary: 'Who signs with which version of the secret',
        params,
        response: { 200: apiKeyCallersSchema },
      },
    },
    async (request) => {
      const key = await visibleKey(deps.database.pool, request.principal, request.params.id)
      return readCallers(deps, key)
    },
  )

  app.patch(
    '/v1/api-keys/:id',
    {
      config: access('write'),
      schema: {
        tags,
        summary: 'Edit an API key',
        params,
        body: updateApiKeySchema,
        response: { 200: apiKeySchema },
      },
    },
    async (request) => updateKey(deps, acting(request), { ...request.body, id: request.params.id }),
  )

  app.delete(
    '/v1/api-keys/:id',
    {
      config: access('write'),
      schema: { tags, summary: 'Delete (revoke) an API key', params, response: { 204: z.undefined() } },
    },
    async (request, reply) => {
      const { eventId } = await revokeKey(deps, acting(request), request.params.id)
      if (eventId) request.made.eventIds.push(eventId)
      return reply.code(204).send()
    },
  )

  app.post(
    '/v1/api-keys/:id/rotate',
    {
      config: access('write'),
      schema: {
        tags,
        summary: 'Rotate the secret of an API key',
        params,
        body: rotateApiKeySchema,
        response: { 200: createdApiKeySchema },
      },
    },
    async (request) => {
      const { eventId, ...key } = await rotateKey(deps, acting(request), {
        id: request.params.id,
        overlapSeconds: request.body.overlap_seconds,
        ed25519PublicKey: request.body.ed25519_public_key,
      })
      request.made.eventIds.push(eventId)
      return key
    },
  )

  app.post(
    '/v1/api-keys/:id/roll-back',
    {
      config: access('write'),
      schema: {
        tags,
        summary: 'Undo the last rotation of an API key',
        description:
          'While the secret before it still verifies: that one becomes the newest again, without an end. It is not shown.',
        params,
        body: rollBackRotationSchema,
        response: { 200: apiKeySchema },
      },
    },
    async (request) => {
      const { eventId, ...key } = await rollBackRotation(deps, acting(request), {
        id: request.params.id,
        overlapSeconds: request.body.overlap_seconds,
      })
      request.made.eventIds.push(eventId)
      return key
    },
  )
}

function acting(request: { principal: Principal; ip: string; id: string }): Acting {
  return { ...auditContext(request), requestId: request.id, principal: request.principal }
}
