import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Database } from '../database/database.ts'
import type { Rail } from '../rails/rail.ts'
import type { CurrencyType, Mode } from '../sessions/principal.ts'
import type { Activation } from '../workspaces/activation.ts'
import type { TransactionWriter } from './transaction-writer.ts'

/** What the routes of this room stand on. */
export type LedgerDeps = {
  config: Pick<Config, 'payoutHoldDays' | 'trustProxy'>
  database: Database
  clock: Clock
  /** One per process: it is what gathers transactions into common commits. */
  writer: TransactionWriter
  /** What moves the money of a mode and currency type; null when there is none, or it is not healthy. */
  railOf(mode: Mode, currencyType: CurrencyType): Promise<Rail | null>
  activation: Pick<Activation, 'assertMayMoveMoney'>
}
