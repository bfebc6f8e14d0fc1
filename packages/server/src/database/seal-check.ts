import type { Sealer } from '../encryption.ts'
import type { Executor } from './database.ts'
import { StartUpError } from './start-up-error.ts'

/** What the value belongs to. */
export const SEAL_CHECK_NAME = 'seal-check'
const TEXT = 'this database was sealed with the right master key'

/**
 * Makes sure that the master key is the one that this database was sealed with; the first start on a database
 * leaves the value that later ones open.
 * @throws StartUpError
 */
export async function assertMasterKeyFits(executor: Executor, sealer: Sealer): Promise<void> {
  await executor.query('insert into seal_check (sealed) values ($1) on conflict do nothing', [
    sealer.seal(Buffer.from(TEXT), SEAL_CHECK_NAME),
  ])
  const { rows } = await executor.query<{ sealed: string }>('select sealed from seal_check')
  try {
    sealer.open(rows[0]!.sealed, SEAL_CHECK_NAME)
  } catch {
    throw new StartUpError(
      'The master key is not the one that this database was sealed with. Restore master.key from your backup, or add the old key to MASTER_KEY.',
    )
  }
}
