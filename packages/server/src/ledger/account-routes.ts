import type { App } from '../http/app-type.ts'
import { page } from '../http/pagination.ts'
import { newId } from '../ids.ts'
import { problem } from '../problems.ts'
import { auditContext } from '../workspaces/audit-log.ts'
import { assertCurrencyType, assertMayChange, listScope, visible } from './access.ts'
import { currencyOf } from './currencies.ts'
import type { LedgerDeps } from './deps.ts'
import { listAccounts, listEntries } from './account-list-queries.ts'
import { AccountPage, accountListQuery, EntryPage, entryListQuery } from './list-schema.ts'
import { findAccount, insertAccount, listBalances } from './queries.ts'
import {
  Account,
  BalanceList,
  balanceListQuery,
  createAccountBody,
  idParams,
  updateAccountBody,
} from './schema.ts'
import { updateAccount } from './update-account.ts'

/** Per workspace and mode, system accounts included. */
const ACCOUNTS_MAX = 10_000

const access = (resource: 'accounts' | 'balances', action: 'read' | 'write') =>
  ({ access: { resource, action, doors: ['key', 'member'] } }) as const
const tags = ['Accounts']

/** `/v1/accounts` with their entries, and `/v1/balances`. */
export function accountRoutes(app: App, deps: LedgerDeps): void {
  const { pool } = deps.database

  app.get(
    '/v1/accounts',
    {
      config: access('accounts', 'read'),
      schema: {
        tags,
        summary: 'List accounts',
        querystring: accountListQuery,
        response: { 200: AccountPage },
      },
    },
    async ({ principal, query }) => {
      const rows = await listAccounts(pool, listScope(principal, query.currency_type), {
        currency: query.currency,
        name: query.name,
        isMain: query.is_main === undefined ? undefined : query.is_main === 'true',
        metadata: query.metadata,
        createdAfter: query.created_after,
        createdBefore: query.created_before,
        cursor: query.cursor,
        limit: query.limit,
      })
      return page(rows, query.limit, ({ id }) => [id])
    },
  )

  app.post(
    '/v1/accounts',
    {
      config: access('accounts', 'write'),
      schema: {
        tags,
        summary: 'Create an account',
        description: 'One more account in a currency, beside the main one that is made on first use.',
        body: createAccountBody,
        response: { 201: Account },
      },
    },
    async ({ principal, body }, reply) => {
      assertMayChange(principal)
      const currency = currencyOf(body.currency)
      assertCurrencyType(principal, currency)
      const nowMs = deps.clock.now()
      const account = await insertAccount(
        pool,
        {
          id: newId('acc', nowMs),
          workspaceId: principal.workspaceId,
          mode: principal.mode,
          currencyType: currency.type,
          currency: currency.code,
          decimals: currency.decimals,
          name: body.name ?? null,
          metadata: body.metadata ?? {},
          createdAt: new Date(nowMs),
        },
        ACCOUNTS_MAX,
      )
      if (!account)
        throw problem('limit-reached', { detail: `A mode holds at most ${ACCOUNTS_MAX} accounts.` })
      return reply.code(201).send(account)
    },
  )

  app.get(
    '/v1/accounts/:id',
    {
      config: access('accounts', 'read'),
      schema: { tags, summary: 'Get an account', params: idParams, response: { 200: Account } },
    },
    ({ principal, params: { id } }) =>
      visible(principal, 'acc', id, () => findAccount(pool, principal.workspaceId, id)),
  )

  app.patch(
    '/v1/accounts/:id',
    {
      config: access('accounts', 'write'),
      schema: {
        tags,
        summary: 'Edit name and metadata',
        description:
          'Changes what an account is called and nothing that it holds. What the body leaves out stays. The audit log ' +
          'keeps what was there before.',
        params: idParams,
        body: updateAccountBody,
        response: { 200: Account },
      },
    },
    (request) => {
      const { principal, body, params } = request
      return updateAccount(deps, { principal, audit: auditContext(request), id: params.id, body })
    },
  )

  app.get(
    '/v1/accounts/:id/entries',
    {
      config: access('accounts', 'read'),
      schema: {
        tags,
        summary: 'List the entries of an account',
        description: 'Newest first: what each step of a transaction changed, and the balance after it.',
        params: idParams,
        querystring: entryListQuery,
        response: { 200: EntryPage },
      },
    },
    async ({ principal, params: { id }, query }) => {
      await visible(principal, 'acc', id, () => findAccount(pool, principal.workspaceId, id))
      const rows = await listEntries(pool, id, {
        transactionId: query.transaction_id,
        createdAfter: query.created_after,
        createdBefore: query.created_before,
        cursor: query.cursor,
        limit: query.limit,
      })
      return page(rows, query.limit, ({ version }) => [String(version)])
    },
  )

  app.get(
    '/v1/balances',
    {
      config: access('balances', 'read'),
      schema: {
        tags,
        summary: 'List balances',
        description: 'The sum of all accounts of each currency.',
        querystring: balanceListQuery,
        response: { 200: BalanceList },
      },
    },
    async ({ principal, query }) => ({
      data: await listBalances(pool, listScope(principal, query.currency_type), query.currency),
      next_cursor: null,
    }),
  )
}
