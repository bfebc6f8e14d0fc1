import type { App } from '../http/app-type.ts'
import { problem } from '../problems.ts'
import { FAILURES, TEST_CASES, statusesOf, USUAL_DELAY_MS, type TestCase } from '../rails/test-cases.ts'
import { assertMayChange } from './access.ts'
import { clockRoutes } from './clock-routes.ts'
import type { LedgerDeps } from './deps.ts'
import { resetRoutes } from './reset-routes.ts'
import { returnTransaction } from './return-transaction.ts'
import { idParams, Transaction } from './schema.ts'
import { failBody, returnBody, TestCaseList, type TestCase as TestCaseShape } from './test-schema.ts'
import { changeByHand, sendJson, visibleTransaction } from './transaction-routes.ts'

const tags = ['Test Mode']
const access = {
  access: { resource: 'test', action: 'write', doors: ['key', 'member'], testModeOnly: true },
} as const

/** `/v1/test/*`: what exists in Test Mode only. */
export function testRoutes(app: App, deps: LedgerDeps): void {
  app.get(
    '/v1/test/cases',
    {
      config: { access: { resource: null, action: 'read', doors: ['key', 'member'] } },
      schema: {
        tags,
        summary: 'List the test cases',
        description:
          'Amounts and references that make the simulator fail, wait, stay, return or deliver oddly.',
        response: { 200: TestCaseList },
      },
    },
    () => ({ data: TEST_CASES.map(shapeOf), next_cursor: null }),
  )

  app.post(
    '/v1/test/transactions/:id/settle',
    {
      config: access,
      schema: {
        tags,
        summary: 'Complete a transaction by hand',
        params: idParams,
        response: { 200: Transaction },
      },
    },
    (request, reply) => changeByHand(deps, request, reply, { status: 'completed' }),
  )

  app.post(
    '/v1/test/transactions/:id/fail',
    {
      config: access,
      schema: {
        tags,
        summary: 'Fail a transaction by hand',
        params: idParams,
        body: failBody,
        response: { 200: Transaction },
      },
    },
    (request, reply) => {
      const { code, message = FAILURES[code] } = request.body
      return changeByHand(deps, request, reply, { status: 'failed', failure: { code, message } })
    },
  )

  returnRoute(app, deps)

  clockRoutes(app, deps)
  resetRoutes(app, deps)
}

function returnRoute(app: App, deps: LedgerDeps): void {
  app.post(
    '/v1/test/transactions/:id/return',
    {
      config: access,
      schema: {
        tags,
        summary: 'Let a completed transaction come back',
        description:
          'Answers with the new, linked transaction: a returned deposit goes out again, a returned payout comes ' +
          'back in. It happens once, and moves what no refund has moved before.',
        params: idParams,
        body: returnBody,
        response: { 201: Transaction },
      },
    },
    async (request, reply) => {
      const { principal } = request
      assertMayChange(principal)
      const { id } = await visibleTransaction(deps, principal, request.params.id)
      const { code, message = FAILURES[code] } = request.body
      const createdBy = principal.kind === 'key' ? principal.keyId : principal.userId
      const input = { transactionId: id, code, message, requestId: request.id, createdBy }
      const returned = await returnTransaction(deps.database.pool, input, deps.clock.now())
      if (returned.outcome === 'insufficient-funds') {
        const { available, currency } = JSON.parse(returned.body ?? '{}') as Record<string, string>
        throw problem('insufficient-funds', {
          detail: `The account has ${available} ${currency} available, less than would go back.`,
          extra: { available, currency },
        })
      }
      if (returned.outcome !== 'returned')
        throw problem('transaction-not-returnable', {
          ...(returned.outcome === 'returned-before' && {
            detail: `It came back before, as ${returned.transaction_id}.`,
          }),
        })
      request.made = { transactionId: returned.transaction_id, eventIds: returned.event_ids }
      return sendJson(reply, { status: 201, body: returned.body ?? '' })
    },
  )
}

function shapeOf({ amount, reference, outcome, description }: TestCase): TestCaseShape {
  return {
    name: reference.replace('simulate:', ''),
    amount,
    reference,
    outcome: outcome.kind,
    statuses: statusesOf(outcome),
    after_seconds: afterSeconds(outcome),
    failure_code: outcome.kind === 'fail' ? outcome.code : null,
    description,
  }
}

function afterSeconds(outcome: TestCase['outcome']): number | null {
  switch (outcome.kind) {
    case 'stay':
      return outcome.status === 'pending' ? null : USUAL_DELAY_MS / 1_000
    case 'complete':
    case 'fail':
    case 'expire':
    case 'webhooks_out_of_order':
      return outcome.afterMs / 1_000
    case 'return':
    case 'webhook_twice':
      return (USUAL_DELAY_MS + outcome.afterMs) / 1_000
  }
}
