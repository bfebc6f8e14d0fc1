import { describe, expect, it } from 'vitest'
import { keyUseRange, shortCount, usagePoints, useInWords } from './key-usage.ts'

describe('the use of a key', () => {
  it('is told in words with what went wrong, for who does not see the bars', () => {
    const week = keyUseRange(undefined)
    const usage = {
      api_key_id: 'key_1',
      total: 1_204,
      requests: [1_000, 204],
      refused: [12, 0],
      failed: [0, 1],
    }
    expect(useInWords(usage, week)).toBe('1,204 requests in 7 days, 12 refused, 1 failed.')
    expect(useInWords({ ...usage, total: 1, refused: [0], failed: [0] }, keyUseRange('24h'))).toBe(
      '1 request in 24 hours.',
    )
  })

  it('is that of a week where a URL names no range that there is', () => {
    expect([undefined, 'x', '7d', '30d'].map((value) => keyUseRange(value).value)).toEqual([
      '7d',
      '7d',
      '7d',
      '30d',
    ])
  })

  it('stands in the chart as parts of a bar that add up to its requests, from edge to edge of the range', () => {
    const range = { from: '2026-01-01T00:00:00.000Z', to: '2026-01-01T02:00:00.000Z' }
    const usage = { api_key_id: 'key_1', total: 15, requests: [10, 5], refused: [2, 0], failed: [1, 5] }
    const [fromMs, hourMs] = [Date.parse(range.from), 3_600_000]
    expect(usagePoints(range, usage)).toEqual([
      { startMs: fromMs, endMs: fromMs + hourMs, values: [7, 2, 1] },
      { startMs: fromMs + hourMs, endMs: fromMs + 2 * hourMs, values: [0, 0, 5] },
    ])
  })

  it('is short in a column', () => {
    expect([0, 999, 1_204, 2_000_000].map(shortCount)).toEqual(['0', '999', '1.2K', '2M'])
  })
})
