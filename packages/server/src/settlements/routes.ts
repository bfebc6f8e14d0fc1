import type { FastifyRequest } from 'fastify'
import type { App } from '../http/app-type.ts'
import { decodeCursor, page } from '../http/pagination.ts'
import { MANUAL_RAIL } from '../rails/manual.ts'
import { actorOf, settlementAccess, type SettlementDeps } from './access.ts'
import { correctTransaction } from './correct-transaction.ts'
import { exportSettlements } from './export-settlements.ts'
import { failTransaction } from './fail-transaction.ts'
import { listSettlements, type SettlementFilter, type SettlementRow } from './queries.ts'
import { returnSettled } from './return-transaction.ts'
import {
  correctInput,
  exportSettlementsQuery,
  failInput,
  failManyInput,
  manyResult,
  returnInput,
  settlement,
  settlementPage,
  settlementParams,
  settlementQuery,
  settleInput,
  settleManyInput,
  type SettlementQuery,
} from './schema.ts'
import { failMany, settleMany, type ManyResult } from './settle-many.ts'
import { read, settleTransaction, withdrawApproval } from './settle-transaction.ts'
import { settlementView } from './settlement-view.ts'
import { statementRoutes } from './statement-routes.ts'
import { unmatchedRoutes } from './unmatched-routes.ts'

const tags = ['Operator']

/** `/v1/operator/settlements`: what the manual rail has open, and what people say of it. */
export function settlementRoutes(app: App, deps: SettlementDeps): void {
  readRoutes(app, deps)
  decisionRoutes(app, deps)
  linkedRoutes(app, deps)
  manyRoutes(app, deps)
  unmatchedRoutes(app, deps)
  statementRoutes(app, deps)
}

function readRoutes(app: App, deps: SettlementDeps): void {
  app.get(
    '/v1/operator/settlements',
    {
      config: settlementAccess('read'),
      schema: {
        operationId: 'listSettlements',
        summary: 'What waits to be settled by hand',
        tags,
        querystring: settlementQuery,
        response: { 200: settlementPage },
      },
    },
    async ({ query }) => {
      const rows = await listSettlements(deps.database.pool, query.state, {
        ...filterOf(query),
        cursor: query.cursor ? (decodeCursor(query.cursor, 1)[0] as string) : null,
        limit: query.limit + 1,
      })
      const { data, next_cursor } = page(rows, query.limit, ({ transaction }) => [transaction.id])
      return {
        data: data.map((row) => settlementView(row, deps.config)),
        next_cursor,
        payout_approvers: deps.config.payoutApprovers,
        deposit_approvers: deps.config.depositApprovers,
      }
    },
  )

  app.get(
    '/v1/operator/settlements/export',
    {
      config: settlementAccess('read'),
      schema: {
        operationId: 'exportSettlements',
        summary: 'The filtered queue as a file',
        tags,
        querystring: exportSettlementsQuery,
      },
    },
    async ({ query }, reply) => {
      const { format, state } = query
      const view = (row: SettlementRow) => settlementView(row, deps.config)
      const rows = exportSettlements(deps.database, { filter: filterOf(query), state, format, view })
      return deps.exports.send(reply, { workspaceId: 'operators', name: 'settlements', format, rows })
    },
  )

  app.get(
    '/v1/operator/settlements/:transaction_id',
    {
      config: settlementAccess('read'),
      schema: {
        operationId: 'getSettlement',
        summary: 'One transaction of the manual rail',
        tags,
        params: settlementParams,
        response: { 200: settlement },
      },
    },
    async ({ params }) => settlementView(await read(deps.database.pool, params.transaction_id), deps.config),
  )
}

function filterOf(query: Omit<SettlementQuery, 'format'>): SettlementFilter {
  return {
    rail: MANUAL_RAIL,
    type: query.type ?? null,
    currency: query.currency ?? null,
    currencyType: query.currency_type ?? null,
    workspaceId: query.workspace_id ?? null,
    referenceCode: query.reference_code ?? null,
    amountMin: query.amount_min ?? null,
    amountMax: query.amount_max ?? null,
    createdAfter: query.created_after ?? null,
    createdBefore: query.created_before ?? null,
  }
}

function decisionRoutes(app: App, deps: SettlementDeps): void {
  const common = { tags, params: settlementParams, response: { 200: settlement } }
  app.post(
    '/v1/operator/settlements/:transaction_id/settle',
    {
      config: settlementAccess('write'),
      schema: {
        ...common,
        operationId: 'settleTransaction',
        summary: 'Say that the money moved',
        description:
          'It takes several different people (DEPOSIT_APPROVERS for what came, PAYOUT_APPROVERS for what leaves): the ' +
          'first ones approve, the last one completes it. With `amount` where another amount of a deposit came than ' +
          'was announced; all say the same.',
        body: settleInput,
      },
    },
    async (request) =>
      settlementView(
        await settleTransaction(deps, { ...inputOf(deps, request), ...request.body }),
        deps.config,
      ),
  )

  app.post(
    '/v1/operator/settlements/:transaction_id/fail',
    {
      config: settlementAccess('write'),
      schema: {
        ...common,
        operationId: 'failTransaction',
        summary: 'Say that the money will not move',
        description:
          'What the transaction held is free again. A `conflict` with `approved_by` while another operator has approved ' +
          'that a deposit, payout or refund moved: they withdraw that first.',
        body: failInput,
      },
    },
    async (request) =>
      settlementView(
        await failTransaction(deps, { ...inputOf(deps, request), ...request.body }),
        deps.config,
      ),
  )

  app.post(
    '/v1/operator/settlements/:transaction_id/withdraw',
    {
      config: settlementAccess('write'),
      schema: {
        ...common,
        operationId: 'withdrawApproval',
        summary: 'Take your approval back while another is still needed',
        description: 'A correction or return that nobody else has approved has failed with it.',
      },
    },
    async (request) => settlementView(await withdrawApproval(deps, inputOf(deps, request)), deps.config),
  )
}

/** What follows a completed transaction: new ones, linked to it. */
function linkedRoutes(app: App, deps: SettlementDeps): void {
  const common = { tags, params: settlementParams, response: { 200: settlement } }
  app.post(
    '/v1/operator/settlements/:transaction_id/return',
    {
      config: settlementAccess('write'),
      schema: {
        ...common,
        operationId: 'returnSettled',
        summary: 'Say that a payout came back after it had completed',
        description:
          'Answers with a new, linked transaction of the type `return`. It is booked once as many different people have ' +
          'approved it as a deposit takes (DEPOSIT_APPROVERS); saying so counts as the first approval, and `settle` of ' +
          'the new one with the same reference as the next.',
        body: returnInput,
      },
    },
    async (request) =>
      settlementView(await returnSettled(deps, { ...inputOf(deps, request), ...request.body }), deps.config),
  )

  app.post(
    '/v1/operator/settlements/:transaction_id/correct',
    {
      config: settlementAccess('write'),
      schema: {
        ...common,
        operationId: 'correctTransaction',
        summary: 'Propose the correction of a completed transaction',
        description:
          'Answers with a new, linked transaction of the type `correction`. What it takes from the account is held ' +
          'at once. It is booked once as many different people have approved it as a payout or a deposit takes, ' +
          'whichever is more; proposing counts ' +
          'as the first approval, and `settle` of the new one with the same reference as the next.',
        body: correctInput,
      },
    },
    async (request) =>
      settlementView(
        await correctTransaction(deps, { ...inputOf(deps, request), ...request.body }),
        deps.config,
      ),
  )
}

function manyRoutes(app: App, deps: SettlementDeps): void {
  const answer = (results: ManyResult[]) => ({
    data: results.map(({ transactionId, row, problem }) => ({
      transaction_id: transactionId,
      settlement: row && settlementView(row, deps.config),
      problem: problem && { code: problem.code, title: problem.title, detail: problem.detail },
    })),
  })
  const description =
    'Each is a change of its own: one that is refused says why and does not hold up the others. Sent again, what is ' +
    'done stays done.'
  app.post(
    '/v1/operator/settlements/settle-many',
    {
      config: settlementAccess('write'),
      schema: {
        operationId: 'settleMany',
        summary: 'Say of up to 100 transactions that their money moved',
        description,
        tags,
        body: settleManyInput,
        response: { 200: manyResult },
      },
    },
    async (request) => answer(await settleMany(deps, { ...actorOf(deps, request), body: request.body })),
  )

  app.post(
    '/v1/operator/settlements/fail-many',
    {
      config: settlementAccess('write'),
      schema: {
        operationId: 'failMany',
        summary: 'Say of up to 100 transactions that their money will not move',
        description,
        tags,
        body: failManyInput,
        response: { 200: manyResult },
      },
    },
    async (request) => answer(await failMany(deps, { ...actorOf(deps, request), body: request.body })),
  )
}

function inputOf(deps: SettlementDeps, request: FastifyRequest) {
  const { transaction_id: transactionId } = request.params as { transaction_id: string }
  return { transactionId, ...actorOf(deps, request) }
}
