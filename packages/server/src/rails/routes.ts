import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Database, Executor } from '../database/database.ts'
import type { App } from '../http/app-type.ts'
import { clientAddress } from '../http/client-address.ts'
import type { CurrencyType, MemberPrincipal } from '../sessions/principal.ts'
import { memberOf } from '../sessions/read-session.ts'
import { auditChanges, operatorAudit, recordAudit, type AuditContext } from '../workspaces/audit-log.ts'
import { MANUAL_RAIL, manualRail } from './manual.ts'
import { findRailSettings, lockRailSettings, saveRailSettings, type RailSettings } from './queries.ts'
import { railHealth } from './rail-health.ts'
import { railInput, railList, railSettings, type RailInput } from './schema.ts'

export type RailsDeps = {
  config: Pick<Config, 'trustProxy' | 'payoutApprovers' | 'depositApprovers'>
  database: Database
  clock: Clock
}

const CURRENCY_TYPES: readonly CurrencyType[] = ['fiat', 'crypto']
const tags = ['Operator']

/** `/v1/operator/rails`: which payment connections are switched on. */
export function railRoutes(app: App, deps: RailsDeps): void {
  const access = (action: 'read' | 'write') =>
    ({
      access: { resource: 'operator-rails', action, doors: ['member'], role: 'viewer', operator: true },
    }) as const

  app.get(
    '/v1/operator/rails',
    {
      config: access('read'),
      schema: {
        operationId: 'listRails',
        summary: 'The payment connections',
        description: 'Everything is off until an operator switches it on.',
        tags,
        response: { 200: railList },
      },
    },
    async () => {
      const data = []
      for (const currencyType of CURRENCY_TYPES) data.push(await readRail(deps.database.pool, currencyType))
      const { payoutApprovers, depositApprovers } = deps.config
      return {
        data,
        next_cursor: null,
        payout_approvers: payoutApprovers,
        deposit_approvers: depositApprovers,
      }
    },
  )

  app.put(
    '/v1/operator/rails',
    {
      config: access('write'),
      schema: {
        operationId: 'setRail',
        summary: 'Switch a payment connection on or off',
        tags,
        body: railInput,
        response: { 200: railSettings },
      },
    },
    async (request) => {
      const operator = memberOf(request)
      const ip = clientAddress(request.raw, deps.config.trustProxy)
      const audit = operatorAudit({ principal: operator, ip, id: request.id })
      return setRail(deps, { operator, audit, input: request.body })
    },
  )
}

/** Writes the setting and its audit entry in one transaction; the same setting again leaves no entry. */
async function setRail(
  { database, clock }: RailsDeps,
  { operator, audit, input }: { operator: MemberPrincipal; audit: AuditContext; input: RailInput },
) {
  const { currency_type: currencyType, enabled } = input
  const key = { rail: MANUAL_RAIL, currencyType }
  const now = clock.now()
  return database.transaction(async (client) => {
    await lockRailSettings(client, key)
    const before = await findRailSettings(client, key)
    const depositInstructions =
      input.deposit_instructions === undefined
        ? before.depositInstructions
        : input.deposit_instructions || null
    const changes = auditChanges(onWire(before), onWire({ ...before, enabled, depositInstructions }))
    if (changes || before.updatedAt === null) {
      await saveRailSettings(client, {
        ...key,
        enabled,
        depositInstructions,
        updatedAt: new Date(now),
        updatedBy: operator.userId,
      })
      await recordAudit(client, {
        ...audit,
        // It concerns the platform: no workspace's log shows it.
        workspaceId: null,
        action: 'rail.updated',
        target: { kind: 'rail', id: `${MANUAL_RAIL}:${currencyType}` },
        ...(changes ?? { after: { enabled } }),
        mode: 'production',
        now,
      })
    }
    return readRail(client, currencyType)
  })
}

async function readRail(executor: Executor, currencyType: CurrencyType) {
  const settings = await findRailSettings(executor, { rail: MANUAL_RAIL, currencyType })
  const health = await railHealth(manualRail(executor, currencyType))
  return {
    name: settings.rail,
    currency_type: currencyType,
    ...onWire(settings),
    ...health,
    updated_at: settings.updatedAt?.toISOString() ?? null,
  }
}

function onWire({ enabled, depositInstructions }: RailSettings) {
  return { enabled, deposit_instructions: depositInstructions }
}
