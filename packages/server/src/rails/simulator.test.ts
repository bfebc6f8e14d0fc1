import { describe, expect, it } from 'vitest'
import { TEST_CASES, testOutcome } from './test-cases.ts'
import { simulator } from './simulator.ts'

const plain = { type: 'deposit', currency: 'USD', decimals: 2, destination: null, reference: null } as const

describe('the simulator', () => {
  it('a magic amount counts in whole units of every currency, and nothing near it is magic', () => {
    for (const decimals of [0, 2, 3, 6, 8, 18]) {
      const amountMinor = 90_001n * 10n ** BigInt(decimals)
      const outcome = (minor: bigint) => testOutcome({ amountMinor: minor, decimals, reference: null }).kind
      expect(outcome(amountMinor)).toBe('fail')
      expect(outcome(amountMinor * 10n + 1n)).toBe('complete')
    }
    expect(testOutcome({ amountMinor: 9_000_101n, decimals: 2, reference: null }).kind).toBe('complete')
  })

  it('a magic reference outranks a magic amount, and no value is listed twice', () => {
    const outcome = testOutcome({ amountMinor: 90_001n, decimals: 0, reference: 'simulate:expired' })
    expect(outcome.kind).toBe('expire')
    expect(new Set(TEST_CASES.flatMap(({ amount, reference }) => [amount, reference])).size).toBe(
      TEST_CASES.length * 2,
    )
  })

  it('looks after a second, at once, or never, as the table says', () => {
    const look = (reference: string | null) =>
      simulator.firstLookAt({ ...plain, amountMinor: 5n, reference }, 1_000)
    expect([null, 'simulate:instant', 'simulate:delay_10s', 'simulate:pending'].map(look)).toEqual([
      2_000,
      1_000,
      11_000,
      null,
    ])
  })
})
