import type { FastifyRequest } from 'fastify'
import type { Config } from '../config.ts'
import type { App } from '../http/app-type.ts'
import { clientAddress } from '../http/client-address.ts'
import { decodeCursor, page } from '../http/pagination.ts'
import { MANUAL_RAIL } from '../rails/manual.ts'
import { memberOf } from '../sessions/read-session.ts'
import { operatorAudit } from '../workspaces/audit-log.ts'
import { listClosedSettlements, listOpenSettlements, type SettlementRow } from './queries.ts'
import {
  failInput,
  settlement,
  settlementPage,
  settlementParams,
  settlementQuery,
  settleInput,
  type Settlement,
} from './schema.ts'
import {
  approvalsRequired,
  failTransaction,
  read,
  settleTransaction,
  withdrawApproval,
  type SettleDeps,
} from './settle-transaction.ts'

export type SettlementDeps = SettleDeps & { config: Pick<Config, 'trustProxy' | 'payoutApprovers'> }

const tags = ['Operator']
const access = (action: 'read' | 'write') =>
  ({
    access: { resource: 'operator-settlements', action, doors: ['member'], role: 'viewer', operator: true },
  }) as const

/** `/v1/operator/settlements`: what the manual rail has open, and what people say of it. */
export function settlementRoutes(app: App, deps: SettlementDeps): void {
  readRoutes(app, deps)
  decisionRoutes(app, deps)
}

function readRoutes(app: App, deps: SettlementDeps): void {
  const { payoutApprovers } = deps.config
  app.get(
    '/v1/operator/settlements',
    {
      config: access('read'),
      schema: {
        operationId: 'listSettlements',
        summary: 'What waits to be settled by hand',
        tags,
        querystring: settlementQuery,
        response: { 200: settlementPage },
      },
    },
    async ({ query }) => {
      const list = query.state === 'open' ? listOpenSettlements : listClosedSettlements
      const rows = await list(deps.database.pool, {
        rail: MANUAL_RAIL,
        type: query.type ?? null,
        currency: query.currency ?? null,
        currencyType: query.currency_type ?? null,
        workspaceId: query.workspace_id ?? null,
        referenceCode: query.reference_code ?? null,
        cursor: query.cursor ? (decodeCursor(query.cursor, 1)[0] as string) : null,
        limit: query.limit + 1,
      })
      const { data, next_cursor } = page(rows, query.limit, ({ transaction }) => [transaction.id])
      return {
        data: data.map((row) => onWire(row, payoutApprovers)),
        next_cursor,
        payout_approvers: payoutApprovers,
      }
    },
  )

  app.get(
    '/v1/operator/settlements/:transaction_id',
    {
      config: access('read'),
      schema: {
        operationId: 'getSettlement',
        summary: 'One transaction of the manual rail',
        tags,
        params: settlementParams,
        response: { 200: settlement },
      },
    },
    async ({ params }) => onWire(await read(deps.database.pool, params.transaction_id), payoutApprovers),
  )
}

function decisionRoutes(app: App, deps: SettlementDeps): void {
  const { payoutApprovers } = deps.config
  const common = { tags, params: settlementParams, response: { 200: settlement } }
  app.post(
    '/v1/operator/settlements/:transaction_id/settle',
    {
      config: access('write'),
      schema: {
        ...common,
        operationId: 'settleTransaction',
        summary: 'Say that the money moved',
        description:
          'A deposit completes at once. Money that leaves needs several different people (PAYOUT_APPROVERS): the ' +
          'first ones approve, the last one completes it.',
        body: settleInput,
      },
    },
    async (request) =>
      onWire(
        await settleTransaction(deps, { ...inputOf(deps, request), reference: request.body.reference }),
        payoutApprovers,
      ),
  )

  app.post(
    '/v1/operator/settlements/:transaction_id/fail',
    {
      config: access('write'),
      schema: {
        ...common,
        operationId: 'failTransaction',
        summary: 'Say that the money will not move',
        description: 'What the transaction held is free again.',
        body: failInput,
      },
    },
    async (request) =>
      onWire(await failTransaction(deps, { ...inputOf(deps, request), ...request.body }), payoutApprovers),
  )

  app.post(
    '/v1/operator/settlements/:transaction_id/withdraw',
    {
      config: access('write'),
      schema: {
        ...common,
        operationId: 'withdrawApproval',
        summary: 'Take your approval back while another is still needed',
      },
    },
    async (request) => onWire(await withdrawApproval(deps, inputOf(deps, request)), payoutApprovers),
  )
}

function inputOf(deps: SettlementDeps, request: FastifyRequest) {
  const operator = memberOf(request)
  const ip = clientAddress(request.raw, deps.config.trustProxy)
  return {
    transactionId: (request.params as { transaction_id: string }).transaction_id,
    operator,
    audit: operatorAudit({ principal: operator, ip, id: request.id }),
  }
}

function onWire(row: SettlementRow, payoutApprovers: number): Settlement {
  const { type } = row.transaction
  return {
    transaction: row.transaction,
    workspace: row.workspace,
    state: stateOf(row),
    reference_code: row.referenceCode,
    reference: row.reference,
    reason: row.reason,
    approvals: row.approvals.map(({ id, email, at }) => ({ by: { id, email }, at: at.toISOString() })),
    // Once it is decided: what it took then. Until then: what it takes now.
    approvals_required:
      row.outcome === null
        ? approvalsRequired(type, payoutApprovers)
        : (row.approvalsRequired ?? approvalsRequired(type, payoutApprovers)),
    decided_at: row.decidedAt?.toISOString() ?? null,
    payout_approvers: payoutApprovers,
  }
}

function stateOf({ outcome, transaction, approvals }: SettlementRow): Settlement['state'] {
  if (outcome) return outcome
  if (transaction.status === 'canceled') return 'canceled'
  return approvals.length > 0 ? 'approving' : 'waiting'
}
