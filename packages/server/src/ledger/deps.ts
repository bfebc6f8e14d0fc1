import type { Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import type { Rail } from '../rails/rail.ts'
import type { Mode } from '../sessions/principal.ts'
import type { TransactionWriter } from './transaction-writer.ts'

/** What the routes of this room stand on. */
export type LedgerDeps = {
  database: Database
  clock: Clock
  /** One per process: it is what gathers transactions into common commits. */
  writer: TransactionWriter
  /** What moves the money of a mode; null when there is none yet. */
  railOf(mode: Mode): Rail | null
}
