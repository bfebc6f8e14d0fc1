import type { Executor } from '../database/database.ts'
import { problem } from '../problems.ts'
import { resolveDays } from './queries.ts'
import type { PeriodInput } from './schema.ts'

const DAY_MS = 86_400_000
const DAYS_DEFAULT = 30
const YEARS_MAX = 10
export const DAYS_MAX = YEARS_MAX * 366

/** A range of time: `to` is the first moment after it. */
export type Period = { from: Date; to: Date; timeZone: string }

/**
 * The range that a caller names by days of a time zone or by moments.
 * @throws Problem `invalid-input` for a range that is empty, too long, or of a time zone that the database does not know
 */
export async function periodOf(executor: Executor, input: PeriodInput, nowMs: number): Promise<Period> {
  const timeZone = input.time_zone
  const [from, to] = await resolveDays(executor, {
    timeZone,
    now: new Date(nowMs),
    from: input.from,
    to: input.to,
    daysDefault: DAYS_DEFAULT,
  })
  if (!from || !to) throw invalid('time_zone', 'is not a time zone that the database knows')
  if (from >= to) throw invalid('to', 'must be later than `from`, and is not in the range itself')
  if (to.getTime() - from.getTime() > DAYS_MAX * DAY_MS)
    throw invalid('from', `must be at most ${YEARS_MAX} years before \`to\``)
  return { from, to, timeZone }
}

/** How many days lie in a period, begun ones too. */
export function daysIn({ from, to }: Pick<Period, 'from' | 'to'>): number {
  return Math.ceil((to.getTime() - from.getTime()) / DAY_MS)
}

export function invalid(parameter: string, message: string): Error {
  return problem('invalid-input', { errors: [{ pointer: `/query/${parameter}`, message }] })
}
