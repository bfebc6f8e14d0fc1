import { queryOptions } from '@tanstack/react-query'
import { call, type Mode } from './api.ts'
import type { ChartPoint, ChartSeries } from './components/time-chart.tsx'
import type { FilterValues } from './query-language.ts'

const BUCKETS = 80
const REFRESH_MS = 10_000
/** What takes long is asked for less often: a fiftieth of the time is spent on it. */
const REST_TIMES = 50

/** Counts over time as every `/histogram` of the API answers them. */
export type Counts = {
  from: string
  to: string
  bucket_seconds: number
  /** False where they are estimated. */
  exact: boolean
  data: ({ at: string } & Record<string, string | number>)[]
}
/** A part of every bar; `of` is the name of its count, `word` what it means. */
export type CountClass = Omit<ChartSeries, 'name'> & { of: string; word: string }

/** What is counted, and how it is shown. */
export type CountsSource = {
  path: string
  /** From bottom to top. */
  classes: readonly CountClass[]
  sendable(filters: FilterValues): FilterValues
  /** Exact counts in place of an estimate, from elsewhere; null where there are none. */
  exactly?: (
    counts: Counts,
    filters: FilterValues,
    asking: { mode: Mode; signal: AbortSignal },
  ) => Promise<Counts | null>
  /** Whether the list takes `created_after` as the first moment that belongs to it. */
  isAfterIncluded?: boolean
}

type Timed = { counts: Counts; tookMs: number }

/** How many rows match, over time; asked again while they may still grow. */
export const countsQuery = (source: CountsSource, mode: Mode, filters: FilterValues, isLive: boolean) =>
  queryOptions({
    queryKey: [source.path, mode, 'histogram', source.sendable(filters)],
    queryFn: async ({ signal }): Promise<Timed> => {
      const startedAt = performance.now()
      const query = { ...source.sendable(filters), buckets: BUCKETS }
      const counts = await call<Counts>('GET', `${source.path}/histogram`, { signal, mode, query })
      const exact = counts.exact ? null : await source.exactly?.(counts, filters, { mode, signal })
      return { counts: exact ?? counts, tookMs: performance.now() - startedAt }
    },
    placeholderData: (before: Timed | undefined, query) => (query?.queryKey[1] === mode ? before : undefined),
    refetchInterval: ({ state }) => isLive && Math.max(REFRESH_MS, REST_TIMES * (state.data?.tookMs ?? 0)),
    retry: false,
  })

const rowsOf = (bucket: Counts['data'][number], name: string) => Number(bucket[name] ?? 0)

/** All of one class, or of every one. */
export function sumOf({ data }: Counts, classes: readonly CountClass[]): number {
  return data.reduce((total, bucket) => classes.reduce((sum, { of }) => sum + rowsOf(bucket, of), total), 0)
}

/** The buckets as points of a chart, those at the ends as long as the range takes of them. */
export function pointsOf(
  { from, to, bucket_seconds: seconds, data }: Counts,
  classes: readonly CountClass[],
) {
  return data.map((bucket): ChartPoint => ({
    startMs: Math.max(Date.parse(bucket.at), Date.parse(from)),
    endMs: Math.min(Date.parse(bucket.at) + seconds * 1_000, Date.parse(to)),
    values: classes.map(({ of }) => rowsOf(bucket, of)),
  }))
}

/** Moments as filters that hold exactly what is between them. */
export function rangeFilters(
  { isAfterIncluded = false }: Pick<CountsSource, 'isAfterIncluded'>,
  startMs: number,
  endMs: number,
): { created_after: string; created_before: string } {
  return {
    // Where `created_after` leaves out the moment itself: a bucket begins with it.
    created_after: new Date(isAfterIncluded ? startMs : startMs - 1).toISOString(),
    created_before: new Date(endMs).toISOString(),
  }
}
