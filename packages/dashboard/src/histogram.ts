import { queryOptions } from '@tanstack/react-query'
import { call, type Mode } from './api.ts'
import type { TransactionLogHistogram, Usage } from './api-types.ts'
import { sendable, TRANSACTION_LOGS, type LogFilters } from './logs.ts'

const BUCKETS = 80
const REFRESH_MS = 10_000
/** What takes long is asked for less often: a fiftieth of the time is spent on it. */
const REST_TIMES = 50

/** From bottom to top. */
export const CLASSES = [
  { name: '2xx', word: 'accepted' },
  { name: '3xx', word: 'redirected' },
  { name: 'forwarded', word: 'forwarded' },
  { name: '4xx', word: 'refused' },
  { name: '5xx', word: 'failed' },
] as const

export type Bucket = TransactionLogHistogram['data'][number]
/** From the first to the last bucket, both within it. */
export type Span = { first: number; last: number }

type Timed = { histogram: TransactionLogHistogram; tookMs: number }

/** How many requests match, over time; asked again while they may still grow. */
export const histogramQuery = (mode: Mode, filters: LogFilters, isLive: boolean) =>
  queryOptions({
    queryKey: [TRANSACTION_LOGS, mode, 'histogram', sendable(filters)],
    queryFn: async ({ signal }): Promise<Timed> => {
      const startedAt = performance.now()
      const histogram = await call<TransactionLogHistogram>('GET', `${TRANSACTION_LOGS}/histogram`, {
        signal,
        mode,
        query: { ...sendable(filters), buckets: BUCKETS },
      })
      const counted = histogram.exact ? null : await countedByUsage(histogram, filters, { mode, signal })
      return { histogram: counted ?? histogram, tookMs: performance.now() - startedAt }
    },
    placeholderData: (before: Timed | undefined, query) => (query?.queryKey[1] === mode ? before : undefined),
    refetchInterval: ({ state }) => isLive && Math.max(REFRESH_MS, REST_TIMES * (state.data?.tookMs ?? 0)),
    retry: false,
  })

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
  histogram: TransactionLogHistogram,
  filters: LogFilters,
  { mode, signal }: { mode: Mode; signal: AbortSignal },
): Promise<TransactionLogHistogram | null> {
  const names = Object.entries(sendable(filters)).flatMap(([name, value]) =>
    value === undefined ? [] : name,
  )
  if (!names.every((name) => FILTERS_OF_USAGE.has(name))) return null
  const { api_key_id, currency_type, status_class } = filters
  const query = { from: histogram.from, to: histogram.to, api_key_id, currency_type }
  // The estimate stays where usage does not answer.
  const usage = await call<Usage>('GET', '/v1/usage', { signal, mode, query }).catch(() => null)
  const second = usage?.data[1]
  if (!usage || !second) return null
  return {
    ...histogram,
    bucket_seconds: (Date.parse(second.start) - Date.parse(usage.from)) / 1_000,
    exact: true,
    data: usage.data.map(({ start, requests }) => {
      const of = (name: Exclude<keyof Bucket, 'at'>, count: number | undefined) =>
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

export const totalOf = (bucket: Bucket): number => CLASSES.reduce((sum, { name }) => sum + bucket[name], 0)

/** The moments between which some buckets lie, as filters: the ends of the whole range stay where they are. */
export function rangeOfSpan(
  { from, to, bucket_seconds: seconds, data }: TransactionLogHistogram,
  span: Span,
): { created_after: string; created_before: string } {
  const start = Math.max(Date.parse(data[span.first]?.at ?? from), Date.parse(from))
  const end = Math.min(Date.parse(data[span.last]?.at ?? from) + seconds * 1_000, Date.parse(to))
  // `created_after` leaves out the moment itself, and a bucket begins with it.
  return { created_after: new Date(start - 1).toISOString(), created_before: new Date(end).toISOString() }
}

/** A round number at or above the most of one bucket: the top of the axis. */
export function axisTop(data: readonly Bucket[]): number {
  const most = Math.max(1, ...data.map(totalOf))
  const power = 10 ** Math.floor(Math.log10(most))
  return ([1, 2, 5, 10].find((step) => step * power >= most) ?? 10) * power
}
