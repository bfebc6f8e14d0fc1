import type { Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import type { App } from '../http/app-type.ts'
import type { Exports } from '../http/exports.ts'
import { decodeCursor, page } from '../http/pagination.ts'
import { createPlaces, type Places } from '../http/places.ts'
import { visible } from '../ledger/access.ts'
import { allEntries } from '../ledger/account-list-queries.ts'
import { allTransactions } from '../ledger/list-queries.ts'
import { findAccount } from '../ledger/queries.ts'
import { idParams } from '../ledger/schema.ts'
import { transactionFilter } from '../ledger/transaction-filter.ts'
import type { Principal } from '../sessions/principal.ts'
import { exportEntries, exportStatement, exportTransactions } from './export-rows.ts'
import { periodOf } from './period.ts'
import { listStatementLines, statementBounds, statementLines } from './queries.ts'
import {
  exportEntriesQuery,
  exportStatementQuery,
  exportTransactionsQuery,
  Statement,
  statementQuery,
  Summary,
  summaryQuery,
} from './schema.ts'
import { summarizeTransactions } from './summarize-transactions.ts'

export type ReportDeps = { database: Database; clock: Clock; exports: Exports }

const access = (resource: 'reports' | 'accounts' | 'transactions') =>
  ({ access: { resource, action: 'read', doors: ['key', 'member'] } }) as const

// A report of ten years keeps one connection of the pool, which has 20 for everybody, and one core busy.
const REPORTS_PER_WORKSPACE_MAX = 4
const REPORTS_MAX = 8

/** Summary reports, account statements, and the files of transactions and entries. */
export function reportRoutes(app: App, deps: ReportDeps): void {
  const places = createPlaces({
    what: 'reports',
    perWorkspaceMax: REPORTS_PER_WORKSPACE_MAX,
    totalMax: REPORTS_MAX,
  })
  summaryRoutes(app, deps, places)
  statementRoutes(app, deps, places)
  exportRoutes(app, deps)
}

function summaryRoutes(app: App, deps: ReportDeps, places: Places): void {
  app.get(
    '/v1/reports/summary',
    {
      config: access('reports'),
      schema: {
        tags: ['Reports'],
        summary: 'Count and sum transactions',
        description:
          'By day, week or month of a time zone, by type and by status, always apart by currency; with the filters ' +
          'of the list. `completed` holds the same numbers as the ledger, `pending` what may still change.',
        querystring: summaryQuery,
        response: { 200: Summary },
      },
    },
    ({ principal, query }) =>
      places.during(principal.workspaceId, () =>
        summarizeTransactions(deps.database.pool, { principal, query, nowMs: deps.clock.now() }),
      ),
  )
}

function statementRoutes(app: App, deps: ReportDeps, places: Places): void {
  const { pool } = deps.database

  app.get(
    '/v1/accounts/:id/statement',
    {
      config: access('accounts'),
      schema: {
        tags: ['Accounts'],
        summary: 'Get the statement of an account',
        description:
          'The balance before a range of time, what was posted in it, oldest first, and the balance after it. One ' +
          'period’s closing is the opening of the next.',
        params: idParams,
        querystring: statementQuery,
        response: { 200: Statement },
      },
    },
    async ({ principal, params: { id }, query }) => {
      const account = await visibleAccount(deps, principal, id)
      const period = await periodOf(pool, query, deps.clock.now())
      const { first, next, ...bounds } = await places.during(principal.workspaceId, () =>
        statementBounds(pool, id, period),
      )
      const after = query.cursor ? versionOf(query.cursor) + 1n : 0n
      const from = after > BigInt(first) ? String(after) : first
      const lines = { accountId: id, first: from, next, limit: query.limit }
      const rows = await listStatementLines(pool, lines)
      return {
        account_id: account.id,
        from: period.from.toISOString(),
        to: period.to.toISOString(),
        time_zone: period.timeZone,
        ...bounds,
        ...page(rows, query.limit, ({ version }) => [String(version)]),
      }
    },
  )

  app.get(
    '/v1/accounts/:id/statement/export',
    {
      exposeHeadRoute: false,
      config: access('accounts'),
      schema: {
        tags: ['Accounts'],
        summary: 'Export the statement of an account as NDJSON or CSV',
        description: 'The opening balance, every line, the closing balance.',
        params: idParams,
        querystring: exportStatementQuery,
      },
    },
    async ({ principal, params: { id }, query: { format, ...query } }, reply) => {
      await visibleAccount(deps, principal, id)
      const period = await periodOf(pool, query, deps.clock.now())
      const bounds = await places.during(principal.workspaceId, () => statementBounds(pool, id, period))
      const statement = statementLines({ accountId: id, first: bounds.first, next: bounds.next })
      const rows = exportStatement(deps.database, { bounds, period, statement, format })
      return deps.exports.send(reply, {
        workspaceId: principal.workspaceId,
        name: `statement-${id}`,
        format,
        rows,
      })
    },
  )
}

function exportRoutes(app: App, deps: ReportDeps): void {
  app.get(
    '/v1/transactions/export',
    {
      exposeHeadRoute: false,
      config: access('transactions'),
      schema: {
        tags: ['Transactions'],
        summary: 'Export transactions as NDJSON or CSV',
        description: 'Every transaction that fits, newest first, all as they were at one moment.',
        querystring: exportTransactionsQuery,
      },
    },
    ({ principal, query: { format, ...query } }, reply) => {
      const { scope, filter } = transactionFilter(principal, query)
      const rows = exportTransactions(deps.database, { statement: allTransactions(scope, filter), format })
      return deps.exports.send(reply, {
        workspaceId: principal.workspaceId,
        name: 'transactions',
        format,
        rows,
      })
    },
  )

  app.get(
    '/v1/accounts/:id/entries/export',
    {
      exposeHeadRoute: false,
      config: access('accounts'),
      schema: {
        tags: ['Accounts'],
        summary: 'Export the entries of an account as NDJSON or CSV',
        description: 'Every entry that fits, newest first, holds and releases included.',
        params: idParams,
        querystring: exportEntriesQuery,
      },
    },
    async ({ principal, params: { id }, query: { format, ...query } }, reply) => {
      await visibleAccount(deps, principal, id)
      const statement = allEntries(id, {
        transactionId: query.transaction_id,
        createdAfter: query.created_after,
        createdBefore: query.created_before,
      })
      return deps.exports.send(reply, {
        workspaceId: principal.workspaceId,
        name: `entries-${id}`,
        format,
        rows: exportEntries(deps.database, { statement, format }),
      })
    },
  )
}

function visibleAccount(deps: ReportDeps, principal: Principal, id: string) {
  return visible(principal, 'acc', id, () => findAccount(deps.database.pool, principal.workspaceId, id))
}

/** The version that a cursor holds; of anything else, the first page. */
function versionOf(cursor: string): bigint {
  const [text = ''] = decodeCursor(cursor, 1)
  return /^\d{1,18}$/.test(text) ? BigInt(text) : 0n
}
