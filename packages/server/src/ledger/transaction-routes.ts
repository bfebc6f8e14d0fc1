import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../http/app-type.ts'
import type { StoredAnswer } from '../http/idempotency-store.ts'
import { sendReplay } from '../http/idempotency.ts'
import { page } from '../http/pagination.ts'
import { problem } from '../problems.ts'
import type { Mode, Principal } from '../sessions/principal.ts'
import { auditContext } from '../workspaces/audit-log.ts'
import { assertMayChange, visible } from './access.ts'
import { advanceTransactions, type TransactionChange } from './advance-transaction.ts'
import { createTransaction, type CreatedTransaction } from './create-transaction.ts'
import type { LedgerDeps } from './deps.ts'
import { listTransactions, transactionCursor } from './list-queries.ts'
import { TransactionPage, transactionListQuery } from './list-schema.ts'
import { findTransaction } from './queries.ts'
import { refundTransaction } from './refund-transaction.ts'
import { createTransactionBody, idParams, refundBody, Transaction, updateTransactionBody } from './schema.ts'
import { transactionFilter } from './transaction-filter.ts'
import { updateTransaction } from './update-transaction.ts'

const tags = ['Transactions']
const access = (action: 'read' | 'write') =>
  ({ access: { resource: 'transactions', action, doors: ['key', 'member'] } }) as const

/** Create, list, get, edit, cancel, refund. */
export function transactionRoutes(app: App, deps: LedgerDeps): void {
  app.post(
    '/v1/transactions',
    {
      config: { ...access('write'), idempotency: 'required' },
      schema: {
        tags,
        summary: 'Create a transaction',
        description:
          'A deposit, payout or transfer. Needs an Idempotency-Key: the same key with the same body gets the same ' +
          'answer for 24 hours and moves money once.',
        body: createTransactionBody,
        response: { 201: Transaction },
      },
    },
    async (request, reply) => {
      const { idempotency, body } = request
      if (!idempotency) throw problem('idempotency-key-missing')
      const principal = inMode(request.principal, body.mode)
      idempotency.scope.mode = principal.mode
      const input = { principal, body, requestId: request.id, idempotency: idempotency.scope }
      return answerCreated(request, reply, createTransaction(deps, input))
    },
  )

  app.get(
    '/v1/transactions',
    {
      config: access('read'),
      schema: {
        tags,
        summary: 'List transactions',
        description:
          'Newest first; within a range of `completed_at` or `effective_at`, by that time. A key sees its own mode ' +
          'and currency type.',
        querystring: transactionListQuery,
        response: { 200: TransactionPage },
      },
    },
    async ({ principal, query }) => {
      const { cursor, limit } = query
      const { scope, filter } = transactionFilter(principal, query)
      const rows = await listTransactions(deps.database.pool, scope, { ...filter, cursor, limit })
      return page(rows, limit, (item) => transactionCursor(filter, item))
    },
  )

  app.get(
    '/v1/transactions/:id',
    {
      config: access('read'),
      schema: { tags, summary: 'Get a transaction', params: idParams, response: { 200: Transaction } },
    },
    ({ principal, params }) => visibleTransaction(deps, principal, params.id),
  )

  app.patch(
    '/v1/transactions/:id',
    {
      config: access('write'),
      schema: {
        tags,
        summary: 'Edit description and metadata',
        description:
          'Changes what a transaction says, in every status, and nothing that it does: no entry, no event. What the ' +
          'body leaves out stays. The audit log keeps what was there before.',
        params: idParams,
        body: updateTransactionBody,
        response: { 200: Transaction },
      },
    },
    async (request) => {
      const { principal, body, params } = request
      const audit = auditContext(request)
      const updated = await updateTransaction(deps, { principal, audit, id: params.id, body })
      request.made.transactionId = updated.id
      return updated
    },
  )

  app.post(
    '/v1/transactions/:id/cancel',
    {
      config: access('write'),
      schema: {
        tags,
        summary: 'Cancel a pending transaction',
        description: 'Frees what it holds. A transaction that is processing or has ended cannot be canceled.',
        params: idParams,
        response: { 200: Transaction },
      },
    },
    (request, reply) => changeByHand(deps, request, reply, { status: 'canceled' }),
  )

  refundRoute(app, deps)
}

function refundRoute(app: App, deps: LedgerDeps): void {
  app.post(
    '/v1/transactions/:id/refund',
    {
      config: { ...access('write'), idempotency: 'recorded' },
      schema: {
        tags,
        summary: 'Refund a completed deposit',
        description:
          'Answers with a new, linked transaction of the type refund, which holds the amount until it has been paid ' +
          'out. All that is left is refunded unless the body names an amount; all refunds together never pass what ' +
          'was deposited. Send an Idempotency-Key: the same one again refunds once.',
        params: idParams,
        body: refundBody,
        response: { 201: Transaction },
      },
    },
    async (request, reply) => {
      const { idempotency, principal, body } = request
      const original = await visibleTransaction(deps, principal, request.params.id)
      const input = {
        principal,
        original,
        body,
        requestId: request.id,
        idempotency: idempotency?.scope ?? null,
      }
      return answerCreated(request, reply, refundTransaction(deps, input))
    },
  )
}

/** The answer to a request that made a transaction and recorded it under its Idempotency-Key. */
async function answerCreated(
  request: FastifyRequest,
  reply: FastifyReply,
  creation: Promise<CreatedTransaction>,
): Promise<never> {
  const settle = () => {
    if (request.idempotency) request.idempotency.state = 'settled'
  }
  const created = await creation.catch((error: unknown) => {
    // These two speak of another request's record, which stays as it is.
    if (isAboutTheKey(error)) settle()
    throw error
  })
  settle()
  request.made = { transactionId: created.transactionId, eventIds: created.eventIds }
  if (created.replayed) return sendReplay(reply, created.answer) as never
  return sendJson(reply, created.answer)
}

/**
 * Moves a transaction on because its caller said so, and answers with it.
 * @throws Problem `not-found`, `transaction-ended`, or `transaction-not-cancelable`
 */
export async function changeByHand(
  deps: LedgerDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  change: Omit<TransactionChange, 'transactionId' | 'requestId'>,
): Promise<never> {
  assertMayChange(request.principal)
  const { id } = await visibleTransaction(deps, request.principal, (request.params as { id: string }).id)
  const input = { ...change, transactionId: id, requestId: request.id }
  const [advanced] = await advanceTransactions(deps.database.pool, [input], deps.clock.now())
  if (!advanced?.body) throw problem('not-found')
  const status = (JSON.parse(advanced.body) as Transaction).status
  if (advanced.outcome === 'under-way' && status === 'pending')
    throw problem('transaction-not-cancelable', { detail: 'The platform has begun to settle it.' })
  if (advanced.outcome === 'ended' || advanced.outcome === 'under-way')
    throw change.status === 'canceled'
      ? problem('transaction-not-cancelable', { detail: `The transaction is ${status}.` })
      : problem('transaction-ended', { detail: `The transaction is ${status}.` })
  request.made = { transactionId: id, eventIds: advanced.event_ids }
  return sendJson(reply, { status: 200, body: advanced.body })
}

export function visibleTransaction(deps: LedgerDeps, principal: Principal, id: string): Promise<Transaction> {
  return visible(principal, 'txn', id, () => findTransaction(deps.database.pool, principal.workspaceId, id))
}

/** The caller in the mode that a create body names: a member may choose it there, a key only repeat its own. */
function inMode(principal: Principal, mode: Mode | undefined): Principal {
  if (!mode || mode === principal.mode) return principal
  if (principal.kind === 'member') return { ...principal, mode }
  throw problem('mode-mismatch', {
    detail: `The body says ${JSON.stringify(mode)}, but the key belongs to ${principal.mode}.`,
  })
}

function isAboutTheKey(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return code === 'idempotency-key-reused' || code === 'idempotency-key-in-use'
}

/**
 * JSON text that the database made goes out as it is: the stored answer, the event and this are the same bytes.
 * Its type is `never` because it passes by the schema of the route, which only knows objects.
 */
export function sendJson(reply: FastifyReply, { status, body }: StoredAnswer): never {
  return reply.code(status).type('application/json; charset=utf-8').send(body) as never
}
