import { expect, test } from 'vitest'
import { DELIVERIES, REQUESTS } from './explorer-sources.ts'
import { errorRate, listRange } from './usage.ts'
import { latency, percent, shortNumber, timeSpan } from './usage-words.ts'

test('a share is never rounded to all or nothing', () => {
  expect([0, 100, 99.996, 99.5, 0.004, 0.043, 1.234, 12.34].map(percent)).toEqual([
    '0 %',
    '100 %',
    '99.99 %',
    '99.5 %',
    '< 0.01 %',
    '0.043 %',
    '1.2 %',
    '12.3 %',
  ])
  expect(errorRate({ total: 0, status_4xx: 0, status_5xx: 0 })).toBeNull()
})

test('latencies and large numbers are as short as they are precise', () => {
  expect([0.42, 8.31, 24, 243.4, 1_240].map(latency)).toEqual([
    '0.42 ms',
    '8.3 ms',
    '24 ms',
    '243 ms',
    '1.2 s',
  ])
  expect([0, 9_999, 12_345, 1_234_567].map(shortNumber)).toEqual(['0', '9,999', '12.3k', '1.23M'])
})

test('a span names its day once', () => {
  const at = (day: number, hour: number) => new Date(2026, 10, day, hour).getTime()
  const span = timeSpan(at(26, 9), at(26, 10))
  expect(span.split('26')).toHaveLength(2)
  expect(timeSpan(at(24, 0), at(26, 0)).replaceAll(/[^\d–]/g, '')).toBe('24–25')
})

test('the list behind a bucket holds its first and its last millisecond, and none of the bucket before', () => {
  const range = (list: Parameters<typeof listRange>[0]) =>
    listRange(list, '2026-11-26T09:00:00.000Z', '2026-11-26T09:01:00.000Z')
  const created_before = '2026-11-26T09:01:00.000Z'
  // Transaction Logs leave `created_after` itself out; Webhook Logs begin with it.
  expect(range(REQUESTS)).toEqual({ created_after: '2026-11-26T08:59:59.999Z', created_before })
  expect(range(DELIVERIES)).toEqual({ created_after: '2026-11-26T09:00:00.000Z', created_before })
})
