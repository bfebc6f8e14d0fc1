import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Config } from '../config.ts'
import type { Access, App } from '../http/app-type.ts'
import { clientAddress, network } from '../http/client-address.ts'
import { assertOriginWhenPresent, memberOf } from '../sessions/read-session.ts'
import { auditContext } from '../workspaces/audit-log.ts'
import {
  cliLoginSchema,
  confirmCliLoginSchema,
  pollCliLoginSchema,
  polledCliLoginSchema,
  startCliLoginSchema,
  startedCliLoginSchema,
} from './cli-login-schema.ts'
import { cliLoginView, confirmCliLogin, refuseCliLogin, visibleCliLogin } from './decide-cli-login.ts'
import type { KeysDeps } from './deps.ts'
import { apiKeySchema } from './schema.ts'
import { acknowledgeCliLogin, pollCliLogin, startCliLogin, type CliLoginDeps } from './start-cli-login.ts'

const params = z.object({ id: z.string().max(64) })
const tags = ['API Keys']
// A session only: a key that could make itself a sibling on another computer would outlive its own end.
const access = (action: 'read' | 'write'): { access: Access } => ({
  access: { resource: 'api-keys', action, doors: ['member'], role: 'developer' },
})

type Deps = KeysDeps & CliLoginDeps & { config: Pick<Config, 'publicUrl' | 'origins' | 'trustProxy'> }

/** `/v1/cli-logins`: a command line asks for a key, a person says yes or no in the dashboard. */
export function cliLoginRoutes(app: App, deps: Deps): void {
  askingRoutes(app, deps)
  decidingRoutes(app, deps)
}

function askingRoutes(app: App, deps: Deps): void {
  const from = (request: FastifyRequest) => {
    assertOriginWhenPresent(request, deps.config.origins)
    const ip = clientAddress(request.raw, deps.config.trustProxy)
    return { ip, network: network(ip) }
  }

  app.post(
    '/v1/cli-logins',
    {
      config: { access: { public: true } },
      schema: {
        operationId: 'startCliLogin',
        summary: 'Begin the login of a command line',
        description: 'The private half stays where it was made. Ends after 10 minutes.',
        tags,
        body: startCliLoginSchema,
        response: { 201: startedCliLoginSchema },
      },
    },
    async (request, reply) => reply.code(201).send(await startCliLogin(deps, request.body, from(request))),
  )

  app.post(
    '/v1/cli-logins/poll',
    {
      config: { access: { public: true } },
      schema: {
        operationId: 'pollCliLogin',
        summary: 'Ask what became of a login',
        tags,
        body: pollCliLoginSchema,
        response: { 200: polledCliLoginSchema },
      },
    },
    async (request) => pollCliLogin(deps, request.body.secret, from(request)),
  )

  app.post(
    '/v1/cli-logins/acknowledge',
    {
      config: { access: { public: true } },
      schema: {
        operationId: 'acknowledgeCliLogin',
        summary: 'Say that the key of a login is stored',
        description: 'A key that nobody acknowledges within 5 minutes is revoked.',
        tags,
        body: pollCliLoginSchema,
        response: { 200: polledCliLoginSchema },
      },
    },
    async (request) => acknowledgeCliLogin(deps, request.body.secret, from(request)),
  )
}

function decidingRoutes(app: App, deps: Deps): void {
  const acting = (request: FastifyRequest) => ({
    ...auditContext(request),
    requestId: request.id,
    principal: memberOf(request),
  })

  app.get(
    '/v1/cli-logins/:id',
    {
      config: access('read'),
      schema: {
        operationId: 'getCliLogin',
        summary: 'Which command line asks',
        tags,
        params,
        response: { 200: cliLoginSchema },
      },
    },
    async (request) =>
      cliLoginView(
        await visibleCliLogin(deps.database.pool, memberOf(request), request.params.id),
        deps.clock.now(),
      ),
  )

  app.post(
    '/v1/cli-logins/:id/confirm',
    {
      config: access('write'),
      schema: {
        operationId: 'confirmCliLogin',
        summary: 'Give the command line an API key',
        tags,
        params,
        body: confirmCliLoginSchema,
        response: { 200: apiKeySchema },
      },
    },
    async (request) => {
      const { eventId, ...key } = await confirmCliLogin(deps, acting(request), {
        ...request.body,
        id: request.params.id,
      })
      request.made.eventIds.push(eventId)
      return key
    },
  )

  app.post(
    '/v1/cli-logins/:id/refuse',
    {
      config: access('write'),
      schema: {
        operationId: 'refuseCliLogin',
        summary: 'Refuse the login of a command line',
        tags,
        params,
        response: { 200: cliLoginSchema },
      },
    },
    async (request) => refuseCliLogin(deps, acting(request), request.params.id),
  )
}
