import { Select, type SelectProps } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { currencyOptions } from '../money-words.ts'
import { currenciesQuery } from '../money.ts'

type CurrencyFieldProps = Omit<SelectProps, 'data' | 'error' | 'searchable' | 'readOnly'> & {
  /** Choices above the currencies themselves. */
  first?: { value: string; label: string }[]
}

/** Chooses a currency of the platform; says so when they cannot be told. */
export function CurrencyField({ first = [], label = 'Currency', ...props }: CurrencyFieldProps) {
  const currencies = useQuery(currenciesQuery)
  return (
    <Select
      // The list, when it comes, would write the name of the value into the field, amid what somebody types by then:
      // until it is there the field takes nothing, and then begins anew with that name in it.
      key={currencies.isPending ? 'waiting' : 'ready'}
      label={label}
      {...props}
      data={[...first, ...currencyOptions(currencies.data?.data ?? [])]}
      searchable
      readOnly={currencies.isPending}
      error={
        currencies.isError &&
        !currencies.data && (
          <>
            The currencies could not be loaded.{' '}
            <button type="button" className="link-button" onClick={() => void currencies.refetch()}>
              Try again
            </button>
          </>
        )
      }
    />
  )
}
