import type { Clock } from '../clock.ts'
import type { Database, Executor } from '../database/database.ts'
import type { Sealer } from '../encryption.ts'
import type { CurrencyType, Principal } from '../sessions/principal.ts'
import type { AuditContext } from '../workspaces/audit-log.ts'
import type { KeyCache } from './key-cache.ts'

/** What the verbs of this room stand on. */
export type KeysDeps = {
  database: Database
  clock: Clock
  sealer: Sealer
  cache: Pick<KeyCache, 'evict'>
  isProductionOpen(executor: Executor, workspaceId: string, currencyType: CurrencyType): Promise<boolean>
  /** Writes the event into the caller's transaction. @returns the event's id */
  publishEvent(executor: Executor, event: KeyEvent): Promise<string>
}

export type KeyEvent = {
  workspaceId: string
  mode: 'test' | 'production'
  currencyType: CurrencyType
  type:
    | 'api_key.created'
    | 'api_key.rotated'
    | 'api_key.rotation_due'
    | 'api_key.expiring'
    | 'api_key.expired'
    | 'api_key.revoked'
  objectId: string
  requestId: string | null
  data: Record<string, unknown>
  now: number
}

/** Who acts, with what an audit entry needs. */
export type Acting = AuditContext & { principal: Principal; requestId: string }
