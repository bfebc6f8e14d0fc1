import { join } from 'node:path'
import type { Config } from '../config.ts'
import { createSealer, readMasterKeyFile, type Sealer } from '../encryption.ts'
import { isUnused } from './migrate.ts'

/** A new key on a used database could open nothing: the file must be there, unless nothing was sealed yet. */
export async function openSealer(
  config: Pick<Config, 'masterKeys' | 'dataDir'>,
  databaseUrl: string,
): Promise<Sealer> {
  if (config.masterKeys) return createSealer(config.masterKeys)
  const path = join(config.dataDir, 'master.key')
  const keys = readMasterKeyFile(path, { mayCreate: await isUnused(databaseUrl) })
  return createSealer(keys, () => readMasterKeyFile(path, { mayCreate: false }))
}
