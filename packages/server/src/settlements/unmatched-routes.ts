import type { App } from '../http/app-type.ts'
import { decodeCursor, page } from '../http/pagination.ts'
import { isId } from '../ids.ts'
import { actorOf, settlementAccess, type SettlementDeps } from './access.ts'
import { matchUnmatched, notFound, returnUnmatched } from './match-unmatched.ts'
import { recordUnmatched } from './record-unmatched.ts'
import { findUnmatched, listUnmatched, unmatchedBalances, type UnmatchedRow } from './unmatched-queries.ts'
import {
  matchInput,
  recordUnmatchedInput,
  returnUnmatchedInput,
  unmatchedDeposit,
  unmatchedPage,
  unmatchedParams,
  unmatchedQuery,
  type UnmatchedDeposit,
} from './unmatched-schema.ts'

const tags = ['Operator']

/** `/v1/operator/unmatched-deposits`: money that came and that nobody could be given yet. */
export function unmatchedRoutes(app: App, deps: SettlementDeps): void {
  readRoutes(app, deps)
  decisionRoutes(app, deps)
}

function readRoutes(app: App, deps: SettlementDeps): void {
  app.get(
    '/v1/operator/unmatched-deposits',
    {
      config: settlementAccess('read'),
      schema: {
        operationId: 'listUnmatchedDeposits',
        summary: 'Money that came and is nobody’s yet',
        tags,
        querystring: unmatchedQuery,
        response: { 200: unmatchedPage },
      },
    },
    async ({ query }) => {
      const { pool } = deps.database
      const rows = await listUnmatched(pool, {
        state: query.state === 'all' ? null : query.state,
        currency: query.currency ?? null,
        before: query.cursor ? (decodeCursor(query.cursor, 1)[0] as string) : null,
        limit: query.limit + 1,
      })
      const { data, next_cursor } = page(rows, query.limit, ({ transaction }) => [transaction.id])
      return { data: data.map(onWire), next_cursor, balances: await unmatchedBalances(pool) }
    },
  )

  app.get(
    '/v1/operator/unmatched-deposits/:id',
    {
      config: settlementAccess('read'),
      schema: {
        operationId: 'getUnmatchedDeposit',
        summary: 'One of them',
        tags,
        params: unmatchedParams,
        response: { 200: unmatchedDeposit },
      },
    },
    async ({ params: { id } }) => {
      const row = isId('txn', id) ? await findUnmatched(deps.database.pool, id) : null
      if (!row) throw notFound()
      return onWire(row)
    },
  )
}

function decisionRoutes(app: App, deps: SettlementDeps): void {
  app.post(
    '/v1/operator/unmatched-deposits',
    {
      config: settlementAccess('write'),
      schema: {
        operationId: 'recordUnmatchedDeposit',
        summary: 'Record money that came without saying whose it is',
        description:
          'It is in the ledger from then on, on an account of the platform. The same reference, amount and currency ' +
          'again answer the same (200).',
        tags,
        body: recordUnmatchedInput,
        response: { 200: unmatchedDeposit, 201: unmatchedDeposit },
      },
    },
    async (request, reply) => {
      const { row, isNew } = await recordUnmatched(deps, { ...actorOf(deps, request), body: request.body })
      return reply.code(isNew ? 201 : 200).send(onWire(row))
    },
  )

  const common = { tags, params: unmatchedParams, response: { 200: unmatchedDeposit } }
  app.post(
    '/v1/operator/unmatched-deposits/:id/match',
    {
      config: settlementAccess('write'),
      schema: {
        ...common,
        operationId: 'matchUnmatchedDeposit',
        summary: 'Give it to whom it belongs',
        description:
          'It completes a deposit that was announced, with what came; or makes one for a workspace that announced none.',
        body: matchInput,
      },
    },
    async (request) => {
      const { id } = request.params
      return onWire(await matchUnmatched(deps, { ...actorOf(deps, request), id, body: request.body }))
    },
  )

  app.post(
    '/v1/operator/unmatched-deposits/:id/return',
    {
      config: settlementAccess('write'),
      schema: {
        ...common,
        operationId: 'returnUnmatchedDeposit',
        summary: 'Send it back',
        description:
          'Makes a payout that waits in the settlement queue for as many people as any payout takes.',
        body: returnUnmatchedInput,
      },
    },
    async (request) => {
      const { id } = request.params
      return onWire(await returnUnmatched(deps, { ...actorOf(deps, request), id, body: request.body }))
    },
  )
}

function onWire({ transaction, matched, ...row }: UnmatchedRow): UnmatchedDeposit {
  return {
    id: transaction.id,
    state: row.state,
    amount: transaction.amount,
    currency: transaction.currency,
    currency_type: transaction.currency_type,
    reference: row.reference,
    sender: row.sender,
    text: row.statementText,
    received_at: transaction.effective_at,
    recorded_at: transaction.created_at,
    recorded_by: row.recordedBy,
    matched: matched && {
      transaction_id: matched.transactionId,
      workspace: { id: matched.workspaceId, name: matched.workspaceName },
      at: matched.at.toISOString(),
    },
    return_transaction_id: row.returnTransactionId,
  }
}
