import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Database } from '../database/database.ts'
import type { Sealer } from '../encryption.ts'
import type { Exports } from '../http/exports.ts'
import type { Log } from '../log.ts'
import type { Activation } from './activation.ts'

/** What the routes of this room stand on. */
export type WorkspacesDeps = {
  config: Pick<Config, 'trustProxy' | 'publicUrl' | 'origins' | 'smtpUrl' | 'mailFrom' | 'isLoopback'>
  database: Database
  clock: Clock
  activation: Activation
  exports: Exports
  log: Log
  sealer: Sealer
  /** What this server remembers of a workspace's keys is old. */
  keysChanged(workspaceId: string): void
  printToTerminal?: (text: string) => void
}
