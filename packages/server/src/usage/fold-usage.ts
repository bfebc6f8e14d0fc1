import type { Database } from '../database/database.ts'
import { findCounts, lockFold, takePending, writeCounts, type CountedUsage } from './queries.ts'
import { addUsage, kindOf, noCounts, RESOLUTION_MS, RESOLUTIONS, startOf, type Usage } from './usage.ts'

/** Each is written into ten rows at most. */
const ROWS_A_ROUND_MAX = 2_000
const INTERVAL_MS = 5_000

/**
 * Adds up what was written since the last time, in one transaction: a row is pending or counted, never both or
 * neither, whenever a server is killed. While another one is at it, there is nothing to do.
 * @returns how many rows were taken
 */
export async function foldUsage(database: Database, rowsMax: number = ROWS_A_ROUND_MAX): Promise<number> {
  return database.transaction(async (client) => {
    if (!(await lockFold(client))) return 0
    const taken = await takePending(client, rowsMax)
    if (taken.length === 0) return 0
    const sums = addUp(taken)
    for (const counted of await findCounts(client, [...sums.values()]))
      addUsage(sums.get(keyOf(counted))!, counted)
    await writeCounts(client, [...sums.values()])
    return taken.length
  })
}

export function foldUsageLoop({ database }: { database: Database }) {
  return {
    name: 'usage',
    intervalMs: INTERVAL_MS,
    run: async (): Promise<'more' | void> =>
      (await foldUsage(database)) === ROWS_A_ROUND_MAX ? 'more' : undefined,
  }
}

/** For each subject and for all of its kind, in each resolution. */
function addUp(pending: readonly Usage[]): Map<string, CountedUsage> {
  const sums = new Map<string, CountedUsage>()
  for (const usage of pending)
    for (const subjectId of [usage.subjectId, kindOf(usage.subjectId)])
      for (const resolution of RESOLUTIONS) {
        const atMs = startOf(usage.atMs, RESOLUTION_MS[resolution])
        const place = { ...usage, subjectId, resolution, atMs }
        const key = keyOf(place)
        const sum = sums.get(key) ?? { ...place, counts: noCounts(), latency: new Map<number, number>() }
        addUsage(sum, usage)
        sums.set(key, sum)
      }
  return sums
}

function keyOf({ workspaceId, mode, currencyType, subjectId, resolution, atMs }: CountedUsage): string {
  return `${workspaceId} ${mode} ${currencyType} ${subjectId} ${resolution} ${atMs}`
}
