import type { App } from '../http/app-type.ts'
import { accountRoutes } from './account-routes.ts'
import { currencyRoutes } from './currency-routes.ts'
import type { LedgerDeps } from './deps.ts'
import { feeRoutes } from './fee-routes.ts'
import { testRoutes } from './test-routes.ts'
import { transactionRoutes } from './transaction-routes.ts'

/** `/v1/transactions`, `/v1/accounts`, `/v1/balances`, `/v1/currencies`, `/v1/fees`, `/v1/test/*`. */
export function ledgerRoutes(app: App, deps: LedgerDeps): void {
  currencyRoutes(app)
  transactionRoutes(app, deps)
  accountRoutes(app, deps)
  feeRoutes(app, deps)
  testRoutes(app, deps)
}
