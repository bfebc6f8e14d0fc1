import { describe, expect, it } from 'vitest'
import { clockInWords, durationInWords } from './test-clock-words.ts'

describe('the words of the test clock', () => {
  it('name the two largest units that say something', () => {
    expect([1, 60, 3_661, 90_000, 172_800, 0, -61, 259_170].map(durationInWords)).toEqual([
      '1 second',
      '1 minute',
      '1 hour 1 minute',
      '1 day 1 hour',
      '2 days',
      '0 seconds',
      '1 minute 1 second',
      '3 days',
    ])
  })

  it("say nothing of a clock that is the server's", () => {
    expect(clockInWords({ ahead_seconds: 0, frozen_at: null })).toBeNull()
    expect(clockInWords({ ahead_seconds: 86_400, frozen_at: null })).toBe('The test clock is 1 day ahead.')
    const frozen_at = '2025-11-23T12:00:00.000Z'
    expect(clockInWords({ ahead_seconds: 0.2, frozen_at })).toBe('The test clock stands still.')
    expect(clockInWords({ ahead_seconds: -60, frozen_at })).toBe(
      'The test clock stands still, 1 minute behind.',
    )
  })
})
