import { afterEach, describe, expect, test, vi } from 'vitest'
import { pointsOf, rangeFilters, sumOf, type Counts } from './histogram.ts'
import type { FilterValues } from './query-language.ts'
import { countedByUsage, REQUEST_COUNTS } from './request-counts.ts'

const bucket = (at: string, accepted = 0) => ({
  at,
  '2xx': accepted,
  '3xx': 0,
  '4xx': 0,
  '5xx': 0,
  forwarded: 0,
})
const ESTIMATE: Counts = {
  from: '2026-11-26T10:20:00.000Z',
  to: '2026-11-26T12:30:00.000Z',
  bucket_seconds: 3_600,
  exact: false,
  data: ['10', '11', '12'].map((hour) => bucket(`2026-11-26T${hour}:00:00.000Z`, 5)),
}
const requests = { status_2xx: 7, status_3xx: 0, status_4xx: 2, status_5xx: 1, forwarded: 3 }
const USAGE = {
  from: '2026-11-26T10:00:00.000Z',
  to: '2026-11-26T13:00:00.000Z',
  data: ['10', '11', '12'].map((hour) => ({ start: `2026-11-26T${hour}:00:00.000Z`, requests })),
}

/** The browser's own surroundings, with a server that answers this. @returns the addresses it was asked for */
function serverAnswers(status: number, body: unknown): string[] {
  const asked: string[] = []
  vi.stubGlobal('location', new URL('http://localhost:4747/transaction-logs'))
  vi.stubGlobal('fetch', async (url: URL) => {
    asked.push(String(url))
    return Response.json(body, { status })
  })
  return asked
}
afterEach(() => vi.unstubAllGlobals())

const signal = new AbortController().signal
const ask = (filters: FilterValues) => countedByUsage(ESTIMATE, filters, { mode: 'test', signal })

describe('An estimate', () => {
  test('gives way to the exact counts of usage, of the class that is asked for', async () => {
    const asked = serverAnswers(200, USAGE)
    const all = await ask({})
    expect(all).toMatchObject({ from: ESTIMATE.from, to: ESTIMATE.to, exact: true, bucket_seconds: 3_600 })
    expect(all?.data[0]).toEqual({
      at: USAGE.from,
      '2xx': 7,
      '3xx': 0,
      '4xx': 2,
      '5xx': 1,
      forwarded: 3,
    })
    const refused = await ask({ status_class: '4xx', api_key_id: 'key_1' })
    expect(refused?.data[2]).toMatchObject({ '2xx': 0, '4xx': 2, '5xx': 0, forwarded: 0 })
    expect(asked[1]).toContain('api_key_id=key_1')
    expect(asked[1]).not.toContain('status_class')
  })

  test('stays where usage knows nothing of a filter, or does not answer', async () => {
    const asked = serverAnswers(200, USAGE)
    for (const filters of [{ path: '/v1/me' }, { code: 'not-found' }, { method: 'GET' }, { status: '404' }])
      expect(await ask(filters)).toBeNull()
    expect(asked).toEqual([])
    serverAnswers(500, {})
    expect(await ask({})).toBeNull()
  })
})

test('buckets become points of which the first and the last end with the range, and a point becomes exactly its moments', () => {
  const points = pointsOf(ESTIMATE, REQUEST_COUNTS.classes)
  const times = points.map(({ startMs, endMs }) =>
    [startMs, endMs].map((ms) => new Date(ms).toISOString().slice(11, 16)),
  )
  expect(times).toEqual([
    ['10:20', '11:00'],
    ['11:00', '12:00'],
    ['12:00', '12:30'],
  ])
  expect(points[0]?.values).toEqual([5, 0, 0, 0, 0])
  expect(sumOf(ESTIMATE, REQUEST_COUNTS.classes)).toBe(15)
  const { startMs, endMs } = points[0]!
  const [before, after] = ['2026-11-26T10:19:59.999Z', '2026-11-26T10:20:00.000Z']
  const created_before = '2026-11-26T11:00:00.000Z'
  expect(rangeFilters({}, startMs, endMs)).toEqual({ created_after: before, created_before })
  const included = rangeFilters({ isAfterIncluded: true }, startMs, endMs)
  expect(included).toEqual({ created_after: after, created_before })
})
