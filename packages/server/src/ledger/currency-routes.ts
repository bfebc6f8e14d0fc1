import type { App } from '../http/app-type.ts'
import { CURRENCIES } from './currencies.ts'
import { CurrencyList, currencyListQuery } from './schema.ts'

/** `GET /v1/currencies`: what amounts can be in; a key sees its own currency type only. */
export function currencyRoutes(app: App): void {
  app.get(
    '/v1/currencies',
    {
      schema: {
        tags: ['Currencies'],
        summary: 'List currencies',
        description:
          'Every currency with its type and decimals, whole. A key sees the currencies of its own type.',
        querystring: currencyListQuery,
        response: { 200: CurrencyList },
      },
      config: { access: { resource: null, action: 'read', doors: ['key', 'member'] } },
    },
    (request) => {
      const { principal } = request
      const reachable = principal.kind === 'key' ? principal.currencyType : undefined
      const { type } = request.query
      const data = CURRENCIES.filter(
        (currency) => (!reachable || currency.type === reachable) && (!type || currency.type === type),
      ).map(({ code, name, type: currencyType, decimals, numericCode }) => ({
        code,
        name,
        type: currencyType,
        decimals,
        numeric_code: numericCode,
      }))
      return { data, next_cursor: null }
    },
  )
}
