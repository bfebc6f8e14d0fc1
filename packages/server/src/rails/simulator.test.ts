import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { MAGIC_VALUES, magicOutcome } from './magic-values.ts'
import { simulator } from './simulator.ts'

const DOCS = new URL('../../../../docs/test-mode.md', import.meta.url)
const plain = { type: 'deposit', currency: 'USD', decimals: 2, destination: null, reference: null } as const

describe('the simulator', () => {
  it('the table in docs/test-mode.md is the one that the server follows', () => {
    const documented = readFileSync(DOCS, 'utf8')
      .replace(/ +/g, ' ')
      .match(/^\| `\d+` \|.*\|$/gm)
    expect(documented).toEqual(
      MAGIC_VALUES.map(
        ({ amount, reference, description }) => `| \`${amount}\` | \`${reference}\` | ${description} |`,
      ),
    )
  })

  it('a magic amount counts in whole units of every currency, and nothing near it is magic', () => {
    for (const decimals of [0, 2, 3, 6, 8, 18]) {
      const amountMinor = 90_001n * 10n ** BigInt(decimals)
      const outcome = (minor: bigint) => magicOutcome({ amountMinor: minor, decimals, reference: null }).kind
      expect(outcome(amountMinor)).toBe('fail')
      expect(outcome(amountMinor * 10n + 1n)).toBe('complete')
    }
    expect(magicOutcome({ amountMinor: 9_000_101n, decimals: 2, reference: null }).kind).toBe('complete')
  })

  it('a magic reference outranks a magic amount, and no value is listed twice', () => {
    const outcome = magicOutcome({ amountMinor: 90_001n, decimals: 0, reference: 'simulate:expired' })
    expect(outcome.kind).toBe('expire')
    expect(new Set(MAGIC_VALUES.flatMap(({ amount, reference }) => [amount, reference])).size).toBe(
      MAGIC_VALUES.length * 2,
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
