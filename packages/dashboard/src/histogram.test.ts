import { afterEach, describe, expect, test, vi } from 'vitest'
import type { TransactionLogHistogram } from './api-types.ts'
import { axisTop, countedByUsage, rangeOfSpan } from './histogram.ts'

const bucket = (at: string, accepted = 0) => ({
  at,
  '2xx': accepted,
  '3xx': 0,
  '4xx': 0,
  '5xx': 0,
  forwarded: 0,
})
const ESTIMATE: TransactionLogHistogram = {
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
const ask = (filters: object) => countedByUsage(ESTIMATE, filters, { mode: 'test', signal })

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

test('a part of the buckets becomes a range that holds exactly their moments, within the whole range', () => {
  expect(rangeOfSpan(ESTIMATE, { first: 0, last: 0 })).toEqual({
    created_after: '2026-11-26T10:19:59.999Z',
    created_before: '2026-11-26T11:00:00.000Z',
  })
  expect(rangeOfSpan(ESTIMATE, { first: 1, last: 2 })).toEqual({
    created_after: '2026-11-26T10:59:59.999Z',
    created_before: '2026-11-26T12:30:00.000Z',
  })
})

test('the axis ends at a round number', () => {
  const tops = [0, 1, 3, 7, 12, 480, 501].map((most) => axisTop([bucket('', most)]))
  expect(tops).toEqual([1, 1, 5, 10, 20, 500, 1_000])
})
