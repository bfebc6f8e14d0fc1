import { problem } from '../problems.ts'
import type { CurrencyType } from '../sessions/principal.ts'
import { ISO_4217 } from './iso-4217.ts'

export type Currency = {
  code: string
  type: CurrencyType
  name: string
  /** How many digits follow the point: 1 unit is 10^decimals minor units. */
  decimals: number
  /** ISO 4217's three digits; null for crypto. */
  numericCode: string | null
}

const CRYPTO: readonly (readonly [code: string, name: string, decimals: number])[] = [
  ['BTC', 'Bitcoin', 8],
  ['ETH', 'Ether', 18],
  ['SOL', 'Solana', 9],
  ['TRX', 'Tron', 6],
  ['USDC', 'USD Coin', 6],
  ['USDT', 'Tether', 6],
]

/** Every currency the ledger can hold, fiat first, each group in the order of its codes. */
export const CURRENCIES: readonly Currency[] = [
  ...ISO_4217.map(([code, numericCode, name, decimals]): Currency => ({
    code,
    type: 'fiat',
    name,
    decimals,
    numericCode,
  })),
  ...CRYPTO.map(([code, name, decimals]): Currency => ({
    code,
    type: 'crypto',
    name,
    decimals,
    numericCode: null,
  })),
]

const byCode = new Map(CURRENCIES.map((currency) => [currency.code, currency]))

/**
 * The largest single amount, in minor units: 10^60. Columns are numeric(78,0), so 10^18 amounts of this size
 * still add up without overflow.
 */
export const AMOUNT_MINOR_MAX = 10n ** 60n

// 61 digits before the point (10^60 in a currency without decimals) and 18 after it, and the point.
export const AMOUNT_TEXT_MAX = 80

const DECIMAL_PATTERN = /^(0|[1-9][0-9]*)(?:\.([0-9]+))?$/

/**
 * The currency of a code, exactly as written.
 * @throws Problem `currency-unknown`
 */
export function currencyOf(code: string): Currency {
  const currency = byCode.get(code)
  if (!currency)
    throw problem('currency-unknown', { detail: `There is no currency "${code.slice(0, 12)}" here.` })
  return currency
}

/**
 * Minor units of a positive decimal string, exact: `"10.5"` in USD is `1050n`.
 * @param pointer where the amount stands in the request, for the error
 * @throws Problem `invalid-input` when it is no such decimal, zero, too large, or has too many decimals
 */
export function parseAmount(text: string, currency: Currency, pointer = '/amount'): bigint {
  const match = text.length <= AMOUNT_TEXT_MAX ? DECIMAL_PATTERN.exec(text) : null
  if (!match)
    throw invalidAmount(
      pointer,
      'Must be a decimal string such as "10.00", without sign, spaces or exponent.',
    )
  const [, whole = '', fraction = ''] = match
  if (fraction.length > currency.decimals)
    throw invalidAmount(
      pointer,
      `${currency.code} has ${currency.decimals} decimals; "${text}" has ${fraction.length}.`,
    )
  const minor = BigInt(whole + fraction.padEnd(currency.decimals, '0'))
  if (minor === 0n) throw invalidAmount(pointer, 'Must be more than zero.')
  if (minor > AMOUNT_MINOR_MAX) throw invalidAmount(pointer, 'Must be at most 10^60 of the smallest unit.')
  return minor
}

/** The decimal string of minor units, with all decimals of the currency: `-5n` in USD is `"-0.05"`. */
export function formatAmount(minor: bigint, { decimals }: Pick<Currency, 'decimals'>): string {
  if (decimals === 0) return minor.toString()
  const digits = (minor < 0n ? -minor : minor).toString().padStart(decimals + 1, '0')
  const point = digits.length - decimals
  return `${minor < 0n ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`
}

function invalidAmount(pointer: string, message: string): Error {
  return problem('invalid-input', { detail: message, errors: [{ pointer, message }] })
}
