import type { App } from '../http/app-type.ts'
import { decodeCursor, page } from '../http/pagination.ts'
import { isId } from '../ids.ts'
import { actorOf, settlementAccess, type SettlementDeps } from './access.ts'
import { matchUnmatched, notFound, returnUnmatched, withdrawMatch } from './match-unmatched.ts'
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
      return {
        data: data.map((row) => onWire(row, deps)),
        next_cursor,
        balances: await unmatchedBalances(pool),
        deposit_approvers: deps.config.depositApprovers,
      }
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
      return onWire(row, deps)
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
      return reply.code(isNew ? 201 : 200).send(onWire(row, deps))
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
          'It completes a deposit that was announced, with what came; or makes one for a workspace that announced none. ' +
          'It takes as many different people as a deposit (DEPOSIT_APPROVERS), who send the same: the first ones ' +
          'approve (`proposed_match`), the last one books it.',
        body: matchInput,
      },
    },
    async (request) => {
      const { id } = request.params
      const input = { ...actorOf(deps, request), id, body: request.body }
      return onWire(await matchUnmatched(deps, input), deps)
    },
  )

  app.post(
    '/v1/operator/unmatched-deposits/:id/withdraw',
    {
      config: settlementAccess('write'),
      schema: {
        ...common,
        operationId: 'withdrawMatch',
        summary: 'Take a proposed match back, or refuse it',
        description: 'While other people still have to approve it. Nothing was booked.',
      },
    },
    async (request) => {
      const { id } = request.params
      return onWire(await withdrawMatch(deps, { ...actorOf(deps, request), id }), deps)
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
      const input = { ...actorOf(deps, request), id, body: request.body }
      return onWire(await returnUnmatched(deps, input), deps)
    },
  )
}

function onWire(
  { transaction, matched, proposed, ...row }: UnmatchedRow,
  { config }: SettlementDeps,
): UnmatchedDeposit {
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
    proposed_match: proposed && {
      transaction_id: 'transaction_id' in proposed.target ? proposed.target.transaction_id : null,
      workspace_id: 'workspace_id' in proposed.target ? proposed.target.workspace_id : null,
      account_id: 'workspace_id' in proposed.target ? proposed.target.account_id : null,
      workspace_name: proposed.workspaceName,
      approvals: proposed.approvals.map(({ id, email, at }) => ({ by: { id, email }, at: at.toISOString() })),
      approvals_required: config.depositApprovers,
    },
    matched: matched && {
      transaction_id: matched.transactionId,
      workspace: { id: matched.workspaceId, name: matched.workspaceName },
      at: matched.at.toISOString(),
    },
    return_transaction_id: row.returnTransactionId,
  }
}
