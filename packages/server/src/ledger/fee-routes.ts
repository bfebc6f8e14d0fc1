import { z } from 'zod'
import type { App } from '../http/app-type.ts'
import { clientAddress } from '../http/client-address.ts'
import { memberOf } from '../sessions/read-session.ts'
import { operatorAudit } from '../workspaces/audit-log.ts'
import type { LedgerDeps } from './deps.ts'
import { listFeeRules } from './fee-queries.ts'
import { FeeRule, feeRuleInput, FeeRuleList, feeRuleParams } from './fee-schema.ts'
import { feeRuleKey, removeFeeRule, setFeeRule } from './set-fee-rule.ts'

type FeeRouteDeps = Pick<LedgerDeps, 'database' | 'clock' | 'config'>

const operatorAccess = (action: 'read' | 'write') =>
  ({
    access: { resource: 'operator-fees', action, doors: ['member'], role: 'viewer', operator: true },
  }) as const

/** `/v1/fees`: what transactions cost; `/v1/operator/fees`: who says so. */
export function feeRoutes(app: App, deps: FeeRouteDeps): void {
  app.get(
    '/v1/fees',
    {
      config: { access: { resource: null, action: 'read', doors: ['key', 'member'] } },
      schema: {
        operationId: 'listFees',
        tags: ['Transactions'],
        summary: 'What transactions cost',
        description:
          'The rule of a currency, else the one of its currency type, in both modes; without a rule there is no ' +
          'fee. A fee is `fixed` and the share of the amount, rounded half up to the smallest unit, and at least ' +
          '`minimum`. A key sees its own currency type.',
        response: { 200: FeeRuleList },
      },
    },
    async ({ principal }) => {
      const currencyType = principal.kind === 'key' ? principal.currencyType : undefined
      return { data: await listFeeRules(deps.database.pool, currencyType), next_cursor: null }
    },
  )

  app.get(
    '/v1/operator/fees',
    {
      config: operatorAccess('read'),
      schema: {
        operationId: 'listFeeRules',
        tags: ['Operator'],
        summary: 'The rules of fees',
        response: { 200: FeeRuleList },
      },
    },
    async () => ({ data: await listFeeRules(deps.database.pool, undefined), next_cursor: null }),
  )
  changeRoutes(app, deps)
}

function changeRoutes(app: App, deps: FeeRouteDeps): void {
  const by = (request: Parameters<typeof memberOf>[0]) => {
    const operator = memberOf(request)
    const ip = clientAddress(request.raw, deps.config.trustProxy)
    return { operator, audit: operatorAudit({ principal: operator, ip, id: request.id }) }
  }

  app.put(
    '/v1/operator/fees/:type/:currency',
    {
      config: operatorAccess('write'),
      schema: {
        operationId: 'setFeeRule',
        tags: ['Operator'],
        summary: 'Set what a type of transaction costs in a currency',
        description:
          'From now on, in both modes; what was made before keeps its fee. A rule of zero exempts a currency from ' +
          'the one of its type.',
        params: feeRuleParams,
        body: feeRuleInput,
        response: { 200: FeeRule },
      },
    },
    (request) => setFeeRule(deps, { ...by(request), key: feeRuleKey(request.params), input: request.body }),
  )

  app.delete(
    '/v1/operator/fees/:type/:currency',
    {
      config: operatorAccess('write'),
      schema: {
        operationId: 'removeFeeRule',
        tags: ['Operator'],
        summary: 'Remove a rule of fees',
        params: feeRuleParams,
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      await removeFeeRule(deps, { ...by(request), key: feeRuleKey(request.params) })
      return reply.status(204).send(null)
    },
  )
}
