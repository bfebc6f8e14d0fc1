import { call, type Mode } from './api.ts'
import type { Usage } from './api-types.ts'
import type { CountsSource, Counts } from './histogram.ts'
import { sendable, TRANSACTION_LOGS } from './logs.ts'
import type { FilterValues } from './query-language.ts'

/** Requests over time, by class of status. */
export const REQUEST_COUNTS: CountsSource = {
  path: TRANSACTION_LOGS,
  classes: [
    { of: '2xx', word: 'accepted', tone: 'good' },
    { of: '3xx', word: 'redirected', tone: 'off' },
    { of: 'forwarded', word: 'forwarded', tone: 'busy' },
    { of: '4xx', word: 'refused', tone: 'bad' },
    { of: '5xx', word: 'failed', tone: 'bad', hatch: true },
  ],
  sendable,
  exactly: countedByUsage,
}

/** Filters of a list by which usage is counted as well. */
const FILTERS_OF_USAGE = new Set([
  'api_key_id',
  'currency_type',
  'status_class',
  'created_after',
  'created_before',
])

/**
 * Exact counts in place of an estimate, where usage has them: it knows keys and classes of status, but no paths or
 * codes. At the ends of the range whole buckets count. Null where it cannot tell.
 */
export async function countedByUsage(
  counts: Counts,
  filters: FilterValues,
  { mode, signal }: { mode: Mode; signal: AbortSignal },
): Promise<Counts | null> {
  const names = Object.entries(sendable(filters)).flatMap(([name, value]) =>
    value === undefined ? [] : name,
  )
  if (!names.every((name) => FILTERS_OF_USAGE.has(name))) return null
  const { api_key_id, currency_type, status_class } = filters
  const query = { from: counts.from, to: counts.to, api_key_id, currency_type }
  // The estimate stays where usage does not answer.
  const usage = await call<Usage>('GET', '/v1/usage', { signal, mode, query }).catch(() => null)
  const second = usage?.data[1]
  if (!usage || !second) return null
  return {
    ...counts,
    bucket_seconds: (Date.parse(second.start) - Date.parse(usage.from)) / 1_000,
    exact: true,
    data: usage.data.map(({ start, requests }) => {
      const of = (name: string, count: number | undefined) =>
        status_class === undefined || status_class === name ? (count ?? 0) : 0
      return {
        at: start,
        '2xx': of('2xx', requests?.status_2xx),
        '3xx': of('3xx', requests?.status_3xx),
        '4xx': of('4xx', requests?.status_4xx),
        '5xx': of('5xx', requests?.status_5xx),
        forwarded: of('forwarded', requests?.forwarded),
      }
    }),
  }
}
