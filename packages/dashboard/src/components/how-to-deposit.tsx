import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { CurrencyType } from '../api-types.ts'
import { currencyOptions } from '../money-words.ts'
import { currenciesQuery, depositInstructionsQuery } from '../money.ts'
import { Chip } from './chip.tsx'
import { Fact } from './facts.tsx'
import { FormError, Note } from './states.tsx'

/** Where a deposit goes, and the code that has to stand on it. */
export function HowToDeposit({
  currencyType,
  instructions,
}: {
  currencyType: CurrencyType
  instructions: string
}) {
  const currencies = useQuery(currenciesQuery)
  const [currency, setCurrency] = useState(currencyType === 'fiat' ? 'EUR' : 'BTC')
  const told = useQuery(depositInstructionsQuery(currency))
  const ofType = (currencies.data?.data ?? []).filter(({ type }) => type === currencyType)
  return (
    <Note>
      <div className="stack">
        <div>
          <strong>How to deposit</strong>
          <p className="mail-text">{instructions}</p>
        </div>
        <Select
          key={currencies.isPending ? 'waiting' : 'ready'}
          label="Currency"
          data={currencyOptions(ofType).filter(({ items }) => items.length > 0)}
          value={currency}
          onChange={(code) => code && setCurrency(code)}
          allowDeselect={false}
          searchable
          readOnly={currencies.isPending}
        />
        {told.data && (
          <dl className="facts">
            <Fact name="Reference code">
              <Chip
                value={told.data.reference_code}
                display={told.data.reference_code_printed}
                what="reference code"
              />
            </Fact>
            {Object.entries(told.data.details).map(([name, value]) => (
              <Fact key={name} name={name.replaceAll('_', ' ')}>
                <Chip value={value} what={name} />
              </Fact>
            ))}
          </dl>
        )}
        <p className="small second">
          Give this code to your bank with every deposit in {currency}. By it your money is recognised. It
          never changes.
        </p>
        <FormError error={told.error} />
      </div>
    </Note>
  )
}
