import type { App } from '../http/app-type.ts'
import { MAGIC_VALUES } from '../rails/magic-values.ts'
import type { LedgerDeps } from './deps.ts'
import { deleteTestData } from './queries.ts'
import { failBody, idParams, MagicValueList, Transaction } from './schema.ts'
import { changeByHand } from './transaction-routes.ts'
import { z } from 'zod'

const tags = ['Test Mode']
const access = {
  access: { resource: 'test', action: 'write', doors: ['key', 'member'], testModeOnly: true },
} as const

/** `/v1/test/*`: what exists in Test Mode only. */
export function testRoutes(app: App, deps: LedgerDeps): void {
  app.get(
    '/v1/test/magic-values',
    {
      config: { access: { resource: null, action: 'read', doors: ['key', 'member'] } },
      schema: {
        tags,
        summary: 'List magic values',
        description: 'Amounts and references that make the simulator fail, wait or stay.',
        response: { 200: MagicValueList },
      },
    },
    () => ({
      data: MAGIC_VALUES.map(({ amount, reference, outcome, description }) => ({
        amount,
        reference,
        outcome: outcome.kind,
        failure_code: outcome.kind === 'fail' ? outcome.code : null,
        description,
      })),
      next_cursor: null,
    }),
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
    (request, reply) => changeByHand(deps, request, reply, { status: 'failed', failure: request.body }),
  )

  app.post(
    '/v1/test/reset',
    {
      config: { access: { ...access.access, role: 'admin' } },
      schema: {
        tags,
        summary: 'Delete the test data of the workspace',
        description: 'Transactions, entries and accounts of Test Mode. Production Mode, keys and logs stay.',
        response: { 200: z.object({ deleted_transactions: z.int() }) },
      },
    },
    async ({ principal }) => ({
      deleted_transactions: await deps.database.transaction((client) =>
        deleteTestData(client, principal.workspaceId),
      ),
    }),
  )
}
