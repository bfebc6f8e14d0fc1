import type { FastifyRequest } from 'fastify'
import type { Config } from '../config.ts'
import type { App } from '../http/app-type.ts'
import { clientAddress } from '../http/client-address.ts'
import { memberOf } from '../sessions/read-session.ts'
import { operatorAudit } from '../workspaces/audit-log.ts'
import { retireSigningKey, rotateSigningKey, type ChangeDeps } from './change-keys.ts'
import { listSigningKeys, type SigningKeyRow } from './queries.ts'
import { rotateInput, signingKey, signingKeyList, signingKeyParams, type SigningKeyView } from './schema.ts'

export type SigningKeysDeps = ChangeDeps & { config: Pick<Config, 'trustProxy'> }

const LISTED_MAX = 100
const tags = ['Operator']
const access = (action: 'read' | 'write') =>
  ({
    access: { resource: 'operator-signing-keys', action, doors: ['member'], role: 'viewer', operator: true },
  }) as const

/** `/v1/operator/signing-keys`, and the two lists that everybody may read. */
export function signingKeyRoutes(app: App, deps: SigningKeysDeps): void {
  directoryRoutes(app, deps)
  app.get(
    '/v1/operator/signing-keys',
    {
      config: access('read'),
      schema: {
        operationId: 'listSigningKeys',
        summary: 'What the platform signs with',
        description: 'Newest first. The first key of a purpose is made when it is needed.',
        tags,
        response: { 200: signingKeyList },
      },
    },
    async () => {
      await deps.signingKeys.published('receipts')
      const rows = await listSigningKeys(deps.database.pool, LISTED_MAX)
      return { data: rows.map(view), next_cursor: null }
    },
  )

  app.post(
    '/v1/operator/signing-keys/rotate',
    {
      config: access('write'),
      schema: {
        operationId: 'rotateSigningKey',
        summary: 'Let a new key sign',
        description: 'The key before it stays published until it is retired.',
        tags,
        body: rotateInput,
        response: { 200: signingKey },
      },
    },
    async (request) =>
      view(await rotateSigningKey(deps, { purpose: request.body.purpose, audit: auditOf(deps, request) })),
  )

  app.post(
    '/v1/operator/signing-keys/:id/retire',
    {
      config: access('write'),
      schema: {
        operationId: 'retireSigningKey',
        summary: 'Publish a key no more',
        description: 'What it signed no longer verifies for whoever reads the published list.',
        tags,
        params: signingKeyParams,
        response: { 200: signingKey },
      },
    },
    async (request) =>
      view(await retireSigningKey(deps, { id: request.params.id, audit: auditOf(deps, request) })),
  )
}

const DIRECTORY_TYPE = 'application/http-message-signatures-directory+json'

/** Public keys, for whoever holds something that the platform signed. */
function directoryRoutes(app: App, { signingKeys }: SigningKeysDeps): void {
  app.get(
    '/.well-known/http-message-signatures-directory',
    { schema: { hide: true } },
    async (_request, reply) => {
      const keys = await signingKeys.published('receipts')
      // As bytes: to text Fastify would add a charset, which this type does not have.
      return publicly(reply)
        .type(DIRECTORY_TYPE)
        .send(Buffer.from(JSON.stringify({ keys })))
    },
  )
  app.get('/.well-known/webhook-keys', { schema: { hide: true } }, async (_request, reply) => {
    const keys = (await signingKeys.published('webhooks')).map((jwk) => ({
      ...jwk,
      // Standard Webhooks writes a public key as whpk_ and padded standard base64.
      public_key: `whpk_${Buffer.from(jwk.x, 'base64url').toString('base64')}`,
    }))
    return publicly(reply).type('application/json; charset=utf-8').send(JSON.stringify({ keys }))
  })
}

/** For any origin, and never from a cache: a verifier that meets an unknown key asks again at once. */
function publicly<Reply extends { headers(values: Record<string, string>): Reply }>(reply: Reply): Reply {
  return reply.headers({
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
    'cache-control': 'no-cache',
  })
}

function auditOf(deps: SigningKeysDeps, request: FastifyRequest) {
  const ip = clientAddress(request.raw, deps.config.trustProxy)
  return operatorAudit({ principal: memberOf(request), ip, id: request.id })
}

function view(row: SigningKeyRow): SigningKeyView {
  return {
    id: row.id,
    purpose: row.purpose,
    status: row.endedAt === null ? 'signing' : row.retiredAt === null ? 'published' : 'retired',
    public_key: row.publicKey.toString('base64'),
    created_at: row.createdAt.toISOString(),
    ended_at: row.endedAt?.toISOString() ?? null,
    retired_at: row.retiredAt?.toISOString() ?? null,
  }
}
