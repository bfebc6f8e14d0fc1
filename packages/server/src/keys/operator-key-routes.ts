import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Config } from '../config.ts'
import type { Access, App } from '../http/app-type.ts'
import { clientAddress } from '../http/client-address.ts'
import { decodeCursor, page } from '../http/pagination.ts'
import { problem } from '../problems.ts'
import { memberOf } from '../sessions/read-session.ts'
import { operatorAudit } from '../workspaces/audit-log.ts'
import { revokeOperatorKey, rotateOperatorKey, updateOperatorKey } from './change-operator-key.ts'
import {
  createOperatorKey,
  operatorKeyView,
  type OperatorActing,
  type OperatorKeysDeps,
} from './create-operator-key.ts'
import { findOperatorKey, listOperatorKeys } from './operator-key-queries.ts'
import {
  createOperatorKeySchema,
  listOperatorKeysQuery,
  operatorKeyPage,
  operatorKeySchema,
  operatorKeyWithSecretSchema,
  rotateOperatorKeySchema,
  updateOperatorKeySchema,
} from './operator-key-schema.ts'

const params = z.object({ id: z.string().max(64) })
const tags = ['Operator']
const access = (action: 'read' | 'write'): { access: Access } => ({
  access: { resource: 'operator-keys', action, doors: ['member'], role: 'viewer', operator: true },
})

/** `/v1/operator/keys`, for operators in the console only: a key never manages keys of its own kind. */
export function operatorKeyRoutes(
  app: App,
  deps: OperatorKeysDeps & { config: Pick<Config, 'trustProxy'> },
): void {
  const acting = (request: FastifyRequest): OperatorActing => {
    const principal = memberOf(request)
    const ip = clientAddress(request.raw, deps.config.trustProxy)
    return { ...operatorAudit({ principal, ip, id: request.id }), principal }
  }

  app.get(
    '/v1/operator/keys',
    {
      config: access('read'),
      schema: {
        operationId: 'listOperatorKeys',
        tags,
        summary: 'List operator keys',
        querystring: listOperatorKeysQuery,
        response: { 200: operatorKeyPage },
      },
    },
    async ({ query: { cursor, limit } }) => {
      const before = cursor ? (decodeCursor(cursor, 1)[0] as string) : null
      const rows = await listOperatorKeys(deps.database.pool, { before, limit: limit + 1 })
      const { data, next_cursor } = page(rows, limit, (row) => [row.id])
      const now = deps.clock.now()
      return { data: data.map((row) => operatorKeyView(row, now)), next_cursor }
    },
  )

  app.post(
    '/v1/operator/keys',
    {
      config: access('write'),
      schema: {
        operationId: 'createOperatorKey',
        tags,
        summary: 'Create an operator key',
        body: createOperatorKeySchema,
        response: { 201: operatorKeyWithSecretSchema },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await createOperatorKey(deps, acting(request), request.body)),
  )

  app.get(
    '/v1/operator/keys/:id',
    {
      config: access('read'),
      schema: {
        operationId: 'getOperatorKey',
        tags,
        summary: 'Get an operator key',
        params,
        response: { 200: operatorKeySchema },
      },
    },
    async ({ params: { id } }) => {
      const row = await findOperatorKey(deps.database.pool, { id })
      if (!row) throw problem('not-found', { detail: 'There is no operator key with this id.' })
      return operatorKeyView(row, deps.clock.now())
    },
  )

  app.patch(
    '/v1/operator/keys/:id',
    {
      config: access('write'),
      schema: {
        operationId: 'updateOperatorKey',
        tags,
        summary: 'Edit an operator key',
        params,
        body: updateOperatorKeySchema,
        response: { 200: operatorKeySchema },
      },
    },
    async (request) => updateOperatorKey(deps, acting(request), { ...request.body, id: request.params.id }),
  )

  app.delete(
    '/v1/operator/keys/:id',
    {
      config: access('write'),
      schema: {
        operationId: 'revokeOperatorKey',
        tags,
        summary: 'Delete (revoke) an operator key',
        params,
        response: { 204: z.undefined() },
      },
    },
    async (request, reply) => {
      await revokeOperatorKey(deps, acting(request), request.params.id)
      return reply.code(204).send()
    },
  )

  app.post(
    '/v1/operator/keys/:id/rotate',
    {
      config: access('write'),
      schema: {
        operationId: 'rotateOperatorKey',
        tags,
        summary: 'Rotate the secret of an operator key',
        params,
        body: rotateOperatorKeySchema,
        response: { 200: operatorKeyWithSecretSchema },
      },
    },
    async (request) =>
      rotateOperatorKey(deps, acting(request), {
        id: request.params.id,
        overlapSeconds: request.body.overlap_seconds,
        ed25519PublicKey: request.body.ed25519_public_key,
      }),
  )
}
