import type { Account, Currency, Entry, Transaction } from './api-types.ts'

export const TRANSACTION_TYPE_NAMES: Record<Transaction['type'], string> = {
  deposit: 'Deposit',
  payout: 'Payout',
  transfer: 'Transfer',
  refund: 'Refund',
  return: 'Return',
  correction: 'Correction',
}

export const TRANSACTION_STATUSES = [
  'Pending',
  'Processing',
  'Completed',
  'Failed',
  'Canceled',
  'Expired',
].map((label) => ({ value: label.toLowerCase(), label }))

export const STEP_NAMES: Record<Entry['step'], string> = {
  hold: 'Pending',
  post: 'Posted',
  release: 'Released',
  direct: 'Booked',
}

const FRACTION_KEPT = 2

/**
 * A decimal string in parts for the eye: sign, whole digits in threes, fraction, and the zeros at its end that
 * say nothing but the precision. Joined, they are the string as it came.
 */
export function amountParts(amount: string): {
  sign: string
  groups: string[]
  fraction: string
  zeros: string
} {
  const [, sign = '', whole = amount, fraction = ''] = /^([-+]?)(\d+)(\.\d+)?$/.exec(amount) ?? []
  const groups = whole.split(/(?=(?:\d{3})+$)/)
  // ".50" stays whole; ".500000000000000000" shows ".50" and fades the rest.
  const zeros = /0*$/.exec(fraction.slice(1 + FRACTION_KEPT))?.[0] ?? ''
  return { sign, groups, fraction: fraction.slice(0, fraction.length - zeros.length), zeros }
}

/** Currencies for a Select: fiat first, then crypto, each by code and name. */
export function currencyOptions(currencies: readonly Currency[]) {
  const option = ({ code, name }: Currency) => ({ value: code, label: `${code} · ${name}` })
  return [
    { group: 'Fiat', items: currencies.filter(({ type }) => type === 'fiat').map(option) },
    { group: 'Crypto', items: currencies.filter(({ type }) => type === 'crypto').map(option) },
  ].filter(({ items }) => items.length > 0)
}

/** What people call an account: its name, or what it is. */
export function accountName({ name, is_main: isMain, currency }: Account): string {
  return name ?? (isMain ? `Main ${currency} account` : `${currency} account`)
}

/** A reference code as a bank prints it. */
export const inFours = (code: string) => code.match(/.{1,4}/g)?.join(' ') ?? code
