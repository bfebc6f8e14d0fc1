import type { App } from '../http/app-type.ts'
import { readKeyUsage, readUsage, type UsageDeps } from './read-usage.ts'
import { KeyUsage, keyUsageQuery, Usage, usageQuery } from './schema.ts'

const tags = ['Usage']
const access = { access: { resource: 'transaction-logs', action: 'read', doors: ['key', 'member'] } } as const

/** `/v1/usage`: requests and webhook attempts over time. */
export function usageRoutes(app: App, deps: UsageDeps): void {
  app.get(
    '/v1/usage',
    {
      config: access,
      schema: {
        tags,
        summary: 'Count requests and webhook attempts over time',
        description:
          'Requests by class of status, with percentiles of their latency, and attempts at webhooks, in buckets of one ' +
          'minute to one day: at most 1 000 of them. A request counts where it began, exactly as Transaction Logs list ' +
          'it, within a second. Deleted and expired keys still count.',
        querystring: usageQuery,
        response: { 200: Usage },
      },
    },
    ({ principal, query }) => readUsage(deps, principal, query),
  )

  app.get(
    '/v1/usage/api-keys',
    {
      config: access,
      schema: {
        tags,
        summary: 'Count the requests of each of some keys over time',
        description:
          'At most 100 keys and 200 buckets. A member sees keys of both modes, a key those of its own mode and ' +
          'currency type; of a key that is not there, nothing happened.',
        querystring: keyUsageQuery,
        response: { 200: KeyUsage },
      },
    },
    ({ principal, query }) => readKeyUsage(deps, principal, query),
  )
}
