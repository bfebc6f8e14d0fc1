import type { Executor } from '../database/database.ts'
import { deleteCountsBefore } from './queries.ts'
import { RESOLUTION_MS, RESOLUTIONS, startOf, type Resolution } from './usage.ts'

/** Hours and what is longer outlive the logs: they tell how this month compares, and of nobody in particular. */
export const USAGE_DAYS = 400
const ROWS_A_STEP = 10_000
/** Of each resolution in a round; what is left goes in the next ones. */
const STEPS_MAX = 100

/** The first moment whose usage is kept by minutes, hours, …: minutes go with the logs, whose rows they count. */
export function usageKeptSince(
  resolution: Resolution,
  { nowMs, retentionDays }: { nowMs: number; retentionDays: number },
): Date {
  const isFine = RESOLUTION_MS[resolution] < RESOLUTION_MS.hour
  const days = isFine ? retentionDays : Math.max(USAGE_DAYS, retentionDays)
  return new Date(startOf(nowMs, RESOLUTION_MS.day) - days * RESOLUTION_MS.day)
}

/** Deletes usage that is kept no longer. */
export async function pruneUsage(
  executor: Executor,
  time: { nowMs: number; retentionDays: number },
): Promise<void> {
  for (const resolution of RESOLUTIONS) {
    const before = usageKeptSince(resolution, time)
    for (let step = 0; step < STEPS_MAX; step += 1)
      if ((await deleteCountsBefore(executor, { resolution, before, rowsMax: ROWS_A_STEP })) < ROWS_A_STEP)
        break
  }
}
