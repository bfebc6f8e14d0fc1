import type { App } from '../http/app-type.ts'
import { clientAddress } from '../http/client-address.ts'
import { memberOf } from '../sessions/read-session.ts'
import { activationView } from './activation-view.ts'
import { CURRENCY_TYPES } from './activation.ts'
import { auditContext } from './audit-log.ts'
import { requestActivation } from './decide-activation.ts'
import type { WorkspacesDeps } from './deps.ts'
import { activationParams, checklist, checklists } from './schema.ts'

const tags = ['Workspace']

/** `/v1/activation`: what opens Production Mode, and asking for it. */
export function activationRoutes(app: App, deps: WorkspacesDeps): void {
  app.get(
    '/v1/activation',
    {
      config: { access: { resource: 'activation', action: 'read', doors: ['member'], role: 'viewer' } },
      schema: {
        operationId: 'getActivation',
        summary: 'What opens Production Mode',
        tags,
        response: { 200: checklists },
      },
    },
    async (request) => {
      const { workspaceId } = memberOf(request)
      const data = []
      for (const currencyType of CURRENCY_TYPES)
        data.push(await activationView(deps.activation, deps.database.pool, { workspaceId, currencyType }))
      return { data, next_cursor: null }
    },
  )

  app.post(
    '/v1/activation/:currency_type/request',
    {
      config: { access: { resource: 'activation', action: 'write', doors: ['member'], role: 'admin' } },
      schema: {
        operationId: 'requestActivation',
        summary: 'Ask the platform to approve Production Mode',
        description: 'Asking again changes nothing while a request is open or approved.',
        tags,
        params: activationParams,
        response: { 200: checklist },
      },
    },
    async (request) => {
      const actor = memberOf(request)
      const key = { workspaceId: actor.workspaceId, currencyType: request.params.currency_type }
      const ip = clientAddress(request.raw, deps.config.trustProxy)
      const audit = auditContext({ principal: actor, ip, id: request.id })
      await requestActivation(deps, { key, actor, audit })
      return activationView(deps.activation, deps.database.pool, key)
    },
  )
}
