import { queryOptions } from '@tanstack/react-query'
import { call, type Mode } from './api.ts'
import type { Usage, UsageBucket } from './api-types.ts'
import { rangeFilters, type CountsSource } from './histogram.ts'

const USAGE = '/v1/usage'
const HOUR_MS = 3_600_000
const REFRESH_MS = 15_000

/** What one may look at with one press. */
export const USAGE_RANGES = [
  { value: '1h', label: '1 hour', ms: HOUR_MS },
  { value: '24h', label: '24 hours', ms: 24 * HOUR_MS },
  { value: '7d', label: '7 days', ms: 168 * HOUR_MS },
  { value: '30d', label: '30 days', ms: 720 * HOUR_MS },
] as const
export const USAGE_RANGE_DEFAULT = '24h'

export const USAGE_FILTER_NAMES = ['range', 'from', 'to', 'figures'] as const
/** `from` and `to` are a part that was zoomed into; `figures` says whether they stand in a table. */
export type UsageFilters = Partial<Record<(typeof USAGE_FILTER_NAMES)[number], string | undefined>>

/** The times that an address names, or null for one of the ranges up to now. */
export function zoomOf({ from, to }: UsageFilters): { from: string; to: string } | null {
  if (
    from === undefined ||
    to === undefined ||
    Number.isNaN(Date.parse(from)) ||
    Number.isNaN(Date.parse(to))
  )
    return null
  return { from, to }
}

export const usageQuery = (mode: Mode, filters: UsageFilters) => {
  const zoom = zoomOf(filters)
  const range = USAGE_RANGES.find(({ value }) => value === filters.range) ?? USAGE_RANGES[1]
  return queryOptions({
    queryKey: [USAGE, mode, zoom ?? range.value],
    queryFn: ({ signal }) =>
      call<Usage>('GET', USAGE, {
        signal,
        mode,
        query: zoom ?? { from: new Date(Date.now() - range.ms).toISOString() },
      }),
    // What was stays until what is asked for is there, but never that of the other mode.
    placeholderData: (before: Usage | undefined, query) => (query?.queryKey[1] === mode ? before : undefined),
    refetchInterval: zoom ? false : REFRESH_MS,
  })
}

/** When a bucket ends. */
export function bucketEnd(usage: Pick<Usage, 'data' | 'to'>, index: number): string {
  return usage.data[index + 1]?.start ?? usage.to
}

/** Filters of a list that hold exactly a bucket. */
export function listRange({ counts }: { counts: CountsSource }, start: string, end: string) {
  return rangeFilters(counts, Date.parse(start), Date.parse(end))
}

type Requests = Pick<NonNullable<UsageBucket['requests']>, 'total' | 'status_4xx' | 'status_5xx'>

/** Per cent of requests that were refused or failed; null where there were none. */
export function errorRate({ total, status_4xx, status_5xx }: Requests): number | null {
  return total === 0 ? null : ((status_4xx + status_5xx) / total) * 100
}

/** Per cent of attempts that were delivered; null where there were none. */
export function deliveryRate({ total, delivered }: { total: number; delivered: number }): number | null {
  return total === 0 ? null : (delivered / total) * 100
}
