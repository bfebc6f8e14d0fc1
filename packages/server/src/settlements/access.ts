import type { FastifyRequest } from 'fastify'
import type { Config } from '../config.ts'
import { clientAddress } from '../http/client-address.ts'
import type { Exports } from '../http/exports.ts'
import { memberOf } from '../sessions/read-session.ts'
import { operatorAudit } from '../workspaces/audit-log.ts'
import type { SettleDeps } from './settle-transaction.ts'

export type SettlementDeps = SettleDeps & {
  config: Pick<Config, 'trustProxy'>
  exports: Exports
}

/** Operators, as people: whoever settles is named for good. */
export const settlementAccess = (action: 'read' | 'write') =>
  ({
    access: { resource: 'operator-settlements', action, doors: ['member'], role: 'viewer', operator: true },
  }) as const

/** Who asks, and what the audit log says of it. */
export function actorOf(deps: SettlementDeps, request: FastifyRequest) {
  const operator = memberOf(request)
  const ip = clientAddress(request.raw, deps.config.trustProxy)
  return { operator, audit: operatorAudit({ principal: operator, ip, id: request.id }) }
}
