import { queryOptions } from '@tanstack/react-query'
import { call } from './api.ts'
import type { KeyUsage, KeyUsageList } from './api-types.ts'
import type { ChartPoint } from './components/time-chart.tsx'
import { wholeNumber } from './usage-words.ts'

const HOUR_MS = 3_600_000
const REFRESH_MS = 30_000

/** How far back the use of keys is shown, and how wide a bar of it is. */
export const KEY_USE_RANGES = [
  { value: '24h', label: '24 hours', ms: 24 * HOUR_MS, interval: '1h', barMs: HOUR_MS },
  { value: '7d', label: '7 days', ms: 168 * HOUR_MS, interval: '6h', barMs: 6 * HOUR_MS },
  { value: '30d', label: '30 days', ms: 720 * HOUR_MS, interval: '1d', barMs: 24 * HOUR_MS },
] as const
export type KeyUseRange = (typeof KEY_USE_RANGES)[number]
/** Of which the list of keys offers the wider two. */
export const LIST_RANGES = KEY_USE_RANGES.slice(1)

/** The range that a URL names, or the usual one. */
export function keyUseRange(value: string | undefined): KeyUseRange {
  return KEY_USE_RANGES.find((range) => range.value === value) ?? KEY_USE_RANGES[1]
}

/** Requests of some keys over time: one question for a page of the list, however many keys it shows. */
export const keyUsageQuery = (ids: readonly string[], range: KeyUseRange) =>
  queryOptions({
    queryKey: ['key-usage', range.value, ids],
    queryFn: ({ signal }) =>
      call<KeyUsageList>('GET', '/v1/usage/api-keys', {
        signal,
        query: {
          api_key_id: ids.join(','),
          // A bucket begins at or before the time asked for: without this there would be one bar more.
          from: new Date(Date.now() - range.ms + range.barMs).toISOString(),
          interval: range.interval,
        },
      }),
    enabled: ids.length > 0,
    refetchInterval: REFRESH_MS,
  })

/** The buckets as points of a chart: how many requests were accepted, refused, and failed. */
export function usagePoints(
  { from, to }: Pick<KeyUsageList, 'from' | 'to'>,
  { requests, refused, failed }: KeyUsage,
): ChartPoint[] {
  const [firstMs, lastMs] = [Date.parse(from), Date.parse(to)]
  const startOf = (index: number) => firstMs + ((lastMs - firstMs) / requests.length) * index
  return requests.map((count, index) => {
    const [bad, worse] = [refused[index] ?? 0, failed[index] ?? 0]
    return { startMs: startOf(index), endMs: startOf(index + 1), values: [count - bad - worse, bad, worse] }
  })
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0)

/** "1,204 requests in 7 days, 12 refused, 1 failed." */
export function useInWords({ total, refused, failed }: KeyUsage, range: KeyUseRange): string {
  const requests = total === 1 ? '1 request' : `${wholeNumber(total)} requests`
  const parts = [`${requests} in ${range.label}`]
  if (sum(refused) > 0) parts.push(`${wholeNumber(sum(refused))} refused`)
  if (sum(failed) > 0) parts.push(`${wholeNumber(sum(failed))} failed`)
  return `${parts.join(', ')}.`
}

/** 1 204 → "1.2k": for a column of numbers whose exact words stand beside them. */
export function shortCount(count: number): string {
  return new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 }).format(count)
}
