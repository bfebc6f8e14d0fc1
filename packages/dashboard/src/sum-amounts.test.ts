import { expect, it } from 'vitest'
import { sumAmounts } from './sum-amounts.ts'

it('adds amounts of each currency to the last digit', () => {
  expect(
    sumAmounts([
      { currency: 'EUR', amount: '0.10' },
      { currency: 'ETH', amount: '0.000000000000000001' },
      { currency: 'EUR', amount: '0.20' },
      { currency: 'JPY', amount: '50' },
      { currency: 'ETH', amount: `${10n ** 42n}.000000000000000002` },
      { currency: 'EUR', amount: '9' },
    ]),
  ).toEqual([
    { currency: 'EUR', amount: '9.30' },
    { currency: 'ETH', amount: `${10n ** 42n}.000000000000000003` },
    { currency: 'JPY', amount: '50' },
  ])
  expect(sumAmounts([])).toEqual([])
})
