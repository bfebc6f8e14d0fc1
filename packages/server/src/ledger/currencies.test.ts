import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Problem } from '../problems.ts'
import { AMOUNT_MINOR_MAX, CURRENCIES, currencyOf, formatAmount, parseAmount } from './currencies.ts'

const anyMinor = fc.bigInt({ min: 1n, max: AMOUNT_MINOR_MAX })
const anyCurrency = fc.constantFrom(
  ...['JPY', 'USD', 'KWD', 'CLF', 'USDC', 'BTC', 'SOL', 'ETH'].map(currencyOf),
)

function refusal(text: string, code = 'USD'): Problem {
  try {
    parseAmount(text, currencyOf(code))
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error(`"${text}" was accepted`)
}

describe('currencies', () => {
  it('an amount of any size comes back as the same text for 0, 2, 3, 4, 6, 8, 9 and 18 decimals', () => {
    fc.assert(
      fc.property(anyMinor, anyCurrency, (minor, currency) => {
        expect(parseAmount(formatAmount(minor, currency), currency)).toBe(minor)
      }),
    )
  })

  it('an amount is exact where floating point is not', () => {
    expect(parseAmount('0.1', currencyOf('USD')) + parseAmount('0.2', currencyOf('USD'))).toBe(30n)
    expect(parseAmount('9007199254740993', currencyOf('JPY'))).toBe(9_007_199_254_740_993n)
    expect(parseAmount('1.000000000000000001', currencyOf('ETH'))).toBe(1_000_000_000_000_000_001n)
    expect(formatAmount(-5n, currencyOf('USD'))).toBe('-0.05')
    expect(formatAmount(0n, currencyOf('BTC'))).toBe('0.00000000')
    expect(formatAmount(7n, currencyOf('JPY'))).toBe('7')
  })

  it('more decimals than the currency has are refused, whatever the digits', () => {
    for (const [text, code] of [
      ['10.001', 'USD'],
      ['10.000', 'USD'],
      ['1.0', 'JPY'],
      ['0.123456789', 'BTC'],
    ] as const) {
      const error = refusal(text, code)
      expect(error.code).toBe('invalid-input')
      expect(error.status).toBe(422)
      expect(error.errors?.[0]?.pointer).toBe('/amount')
      expect(error.detail).toContain('decimals')
    }
  })

  it('nothing but a plain positive decimal is an amount', () => {
    for (const text of [
      '',
      '0',
      '0.00',
      '-1',
      '+1',
      '1e3',
      '.5',
      '5.',
      '01',
      '1,000',
      ' 1',
      '1 ',
      'NaN',
      'Infinity',
      '0x10',
      '1_0',
      '١',
    ])
      expect(refusal(text).code).toBe('invalid-input')
    expect(refusal('9'.repeat(100)).code).toBe('invalid-input')
    expect(refusal((AMOUNT_MINOR_MAX + 1n).toString(), 'JPY').code).toBe('invalid-input')
    expect(parseAmount(AMOUNT_MINOR_MAX.toString(), currencyOf('JPY'))).toBe(AMOUNT_MINOR_MAX)
  })

  it('the table has the minor units of ISO 4217 where display habits differ', () => {
    const decimals = (code: string) => currencyOf(code).decimals
    expect(['IDR', 'HUF', 'COP', 'ISK', 'KWD', 'TND', 'CLF', 'UYW', 'JPY'].map(decimals)).toEqual([
      2, 2, 2, 0, 3, 3, 4, 4, 0,
    ])
    expect(['BTC', 'ETH', 'USDC', 'USDT', 'SOL', 'TRX'].map(decimals)).toEqual([8, 18, 6, 6, 9, 6])
    expect(new Set(CURRENCIES.map(({ code }) => code)).size).toBe(CURRENCIES.length)
    expect(
      CURRENCIES.filter(({ type }) => type === 'fiat').every(({ numericCode }) =>
        /^\d{3}$/.test(numericCode ?? ''),
      ),
    ).toBe(true)
  })

  it('a currency that is not in the table has a name for its refusal', () => {
    expect(() => currencyOf('XXX')).toThrow(expect.objectContaining({ code: 'currency-unknown' }))
    expect(() => currencyOf('usd')).toThrow(expect.objectContaining({ code: 'currency-unknown' }))
  })
})
