import type { Database } from '../database/database.ts'
import { findCounts, lockFold, takePending, writeCounts, type CountedUsage } from './queries.ts'
import { addUsage, kindOf, noCounts, RESOLUTION_MS, RESOLUTIONS, startOf, type Usage } from './usage.ts'

/** Few enough that a round holds up what else the process does for a few milliseconds. */
const ROWS_A_ROUND_MAX = 500
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

/** For each subject and for all of its kind, in each resolution. Many rows are of the same minute: these are one first. */
function addUp(pending: readonly Usage[]): Map<string, CountedUsage> {
  const minutes = new Map<string, CountedUsage>()
  for (const usage of pending) addTo(minutes, { ...usage, resolution: 'minute' })
  const sums = new Map<string, CountedUsage>()
  for (const minute of minutes.values())
    for (const subjectId of [minute.subjectId, kindOf(minute.subjectId)])
      for (const resolution of RESOLUTIONS)
        addTo(sums, {
          ...minute,
          subjectId,
          resolution,
          atMs: startOf(minute.atMs, RESOLUTION_MS[resolution]),
        })
  return sums
}

function addTo(sums: Map<string, CountedUsage>, usage: CountedUsage): void {
  const key = keyOf(usage)
  const sum = sums.get(key) ?? { ...usage, counts: noCounts(), latency: new Map<number, number>() }
  addUsage(sum, usage)
  sums.set(key, sum)
}

function keyOf({ workspaceId, mode, currencyType, subjectId, resolution, atMs }: CountedUsage): string {
  return `${workspaceId} ${mode} ${currencyType} ${subjectId} ${resolution} ${atMs}`
}
