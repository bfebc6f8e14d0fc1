import { z } from 'zod'
import type { Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import type { App } from '../http/app-type.ts'
import type { Exports } from '../http/exports.ts'
import { page } from '../http/pagination.ts'
import type { Turns } from '../http/turns.ts'
import { isId } from '../ids.ts'
import type { StreamAllowance } from '../keys/stream-allowance.ts'
import { problem } from '../problems.ts'
import { exportLogs } from './export-logs.ts'
import { countLogs } from './count-logs.ts'
import { histogramView, logDetailView, logView, visibleLogs } from './log-view.ts'
import { findLog, listLogs } from './queries.ts'
import type { RequestLog } from './record-request.ts'
import {
  exportTransactionLogsQuery,
  listTransactionLogsQuery,
  streamTransactionLogsQuery,
  transactionLogDetailSchema,
  transactionLogHistogramQuery,
  transactionLogHistogramSchema,
  transactionLogPage,
} from './schema.ts'
import { streamLogs } from './stream-logs.ts'

export type TransactionLogsDeps = {
  database: Database
  clock: Clock
  requestLog: Pick<RequestLog, 'live'>
  streamAllowance: StreamAllowance
  exports: Exports
  counting: Turns
}

const tags = ['Transaction Logs']
const access = { access: { resource: 'transaction-logs', action: 'read', doors: ['key', 'member'] } } as const
const params = z.object({ id: z.string().max(64) })

/** `/v1/transaction-logs`: list, live stream, export, counts over time, one request in full. */
export function transactionLogRoutes(app: App, deps: TransactionLogsDeps): void {
  app.get(
    '/v1/transaction-logs',
    {
      config: access,
      schema: {
        tags,
        summary: 'List requests',
        querystring: listTransactionLogsQuery,
        response: { 200: transactionLogPage },
      },
    },
    async ({ principal, query }) => {
      const filter = visibleLogs(principal, query)
      const rows = await listLogs(deps.database.pool, filter, {
        limit: query.limit + 1,
        nowMs: deps.clock.now(),
      })
      const { data, next_cursor } = page(rows, query.limit, (row) => [row.id])
      return { data: data.map(logView), next_cursor }
    },
  )

  app.get(
    '/v1/transaction-logs/stream',
    {
      // A HEAD would drain the stream unseen, for ever.
      exposeHeadRoute: false,
      config: access,
      schema: {
        tags,
        summary: 'Watch requests live (server-sent events)',
        querystring: streamTransactionLogsQuery,
      },
    },
    async (request, reply) => {
      const { cursor, ...query } = request.query
      const lastEventId = request.headers['last-event-id']
      const afterId = typeof lastEventId === 'string' && isId('req', lastEventId) ? lastEventId : cursor
      const stream = await streamLogs(
        {
          executor: deps.database.pool,
          live: deps.requestLog.live,
          clock: deps.clock,
          isAllowed: deps.streamAllowance(request, 'transaction-logs:read'),
        },
        { filter: visibleLogs(request.principal, query), afterId },
      )
      return reply.type('text/event-stream; charset=utf-8').header('x-accel-buffering', 'no').send(stream)
    },
  )

  app.get(
    '/v1/transaction-logs/export',
    {
      exposeHeadRoute: false,
      config: access,
      schema: {
        tags,
        summary: 'Export requests as NDJSON or CSV, newest first',
        querystring: exportTransactionLogsQuery,
      },
    },
    ({ principal, query }, reply) => {
      const { format } = query
      const filter = visibleLogs(principal, query)
      const rows = exportLogs(deps.database.pool, { filter, format, nowMs: deps.clock.now() })
      const { workspaceId } = principal
      return deps.exports.send(reply, { workspaceId, name: 'transaction-logs', format, rows })
    },
  )

  app.get(
    '/v1/transaction-logs/histogram',
    {
      exposeHeadRoute: false,
      config: access,
      schema: {
        tags,
        summary: 'Count requests over time',
        querystring: transactionLogHistogramQuery,
        response: { 200: transactionLogHistogramSchema },
      },
    },
    async ({ principal, query: { buckets, ...query } }) => {
      const filter = visibleLogs(principal, query)
      const options = { bucketsMax: buckets, nowMs: deps.clock.now() }
      return deps.counting(principal.workspaceId, async () =>
        histogramView(await countLogs(deps.database, filter, options)),
      )
    },
  )

  app.get(
    '/v1/transaction-logs/:id',
    {
      config: access,
      schema: {
        tags,
        summary: 'Get one request with what was sent and answered',
        params,
        response: { 200: transactionLogDetailSchema },
      },
    },
    async ({ principal, params: { id } }) => {
      if (!isId('req', id)) throw problem('not-found')
      const detail = await findLog(deps.database.pool, { ...visibleLogs(principal, {}), id })
      if (!detail) throw problem('not-found')
      return logDetailView(detail)
    },
  )
}
