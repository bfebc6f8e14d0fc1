import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { CurrencyType } from '../api-types.ts'
import { depositInstructionsQuery } from '../money.ts'
import { Chip } from './chip.tsx'
import { CurrencyField } from './currency-field.tsx'
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
  const [currency, setCurrency] = useState(currencyType === 'fiat' ? 'EUR' : 'BTC')
  const told = useQuery(depositInstructionsQuery(currency))
  return (
    <Note>
      <div className="stack">
        <div>
          <strong>How to deposit</strong>
          <p className="mail-text">{instructions}</p>
        </div>
        <CurrencyField of={currencyType} value={currency} onChange={(code) => code && setCurrency(code)} />
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
