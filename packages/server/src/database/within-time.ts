import type { Database, Executor } from './database.ts'

const STATEMENT_CANCELED = '57014'

/** Runs statements that may take so long; null when they would have taken longer. */
export async function withinTime<T>(
  database: Database,
  timeoutMs: number,
  work: (client: Executor) => Promise<T>,
): Promise<T | null> {
  try {
    return await database.transaction(async (client) => {
      await client.query(`set local statement_timeout = ${timeoutMs}`)
      return work(client)
    })
  } catch (error) {
    if ((error as { code?: unknown }).code === STATEMENT_CANCELED) return null
    throw error
  }
}
