import { queryOptions } from '@tanstack/react-query'
import { call } from './api.ts'
import type { FeeRule, FeeRuleInput, List } from './api-types.ts'

// What transactions cost: everybody may read it, operators set it.
const OPERATOR_FEES = '/v1/operator/fees'

export const feesQuery = queryOptions({
  queryKey: ['fees'],
  queryFn: ({ signal }) => call<List<FeeRule>>('GET', '/v1/fees', { signal }),
  staleTime: 60_000,
})

export const feeRulesQuery = queryOptions({
  queryKey: [OPERATOR_FEES],
  queryFn: ({ signal }) => call<List<FeeRule>>('GET', OPERATOR_FEES, { signal }),
})

/** @param currency a code, or `fiat` or `crypto` for all that have no rule of their own */
export const setFeeRule = (type: FeeRule['type'], currency: string, body: FeeRuleInput) =>
  call<FeeRule>('PUT', `${OPERATOR_FEES}/${type}/${encodeURIComponent(currency)}`, { body })

export const removeFeeRule = ({ type, currency, currency_type: currencyType }: FeeRule) =>
  call<null>('DELETE', `${OPERATOR_FEES}/${type}/${encodeURIComponent(currency ?? currencyType)}`)

/** The rule that a transaction falls under: its currency's own comes before the one of the type. */
export const ruleOf = (
  rules: readonly FeeRule[],
  { type, currency, currencyType }: { type: string; currency: string; currencyType: string },
): FeeRule | undefined =>
  rules.find((rule) => rule.type === type && rule.currency === currency) ??
  rules.find((rule) => rule.type === type && rule.currency === null && rule.currency_type === currencyType)

/** "0.30 USD + 1.5 %, at least 0.50 USD"; "nothing" for a rule of zero. */
export function feeInWords({ fixed, basis_points: basisPoints, minimum, currency }: FeeRule): string {
  const isSome = (amount: string) => /[1-9]/.test(amount)
  const money = (amount: string) => `${amount} ${currency ?? ''}`.trim()
  const parts = [
    ...(isSome(fixed) ? [money(fixed)] : []),
    ...(basisPoints > 0 ? [`${percentText(basisPoints)} %`] : []),
  ]
  const least = isSome(minimum) ? `at least ${money(minimum)}` : ''
  return [parts.join(' + '), least].filter((text) => text !== '').join(', ') || 'nothing'
}

/** 150 basis points are "1.5". */
export const percentText = (basisPoints: number) => String(basisPoints / 100)

/** "1.5" is 150 basis points; NaN for what is none, or finer than a hundredth of a percent. */
export function basisPointsOf(percent: string): number {
  const [, whole = '', fraction = ''] = /^(\d{1,3})(?:[.,](\d{1,2}))?$/.exec(percent.trim()) ?? []
  return whole === '' ? Number.NaN : Number(whole + fraction.padEnd(2, '0'))
}
