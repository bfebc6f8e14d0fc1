import type { Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import { endAbsentListeners } from './queries.ts'

/** A laptop that was closed for lunch finds its listener again; after that it makes a new one and catches up. */
const ABSENT_MS = 15 * 60_000
const DAY_MS = 86_400_000

/** Ends the listeners that left without saying so. */
export async function endAbsent(
  { database, clock }: { database: Database; clock: Clock },
  retentionDays: number,
): Promise<void> {
  const now = clock.now()
  await endAbsentListeners(database.pool, {
    now: new Date(now),
    seenBefore: new Date(now - ABSENT_MS),
    forgetBefore: new Date(now - (retentionDays + 1) * DAY_MS),
  })
}
