import { Select, type SelectProps } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useDeferredValue } from 'react'
import type { CurrencyType } from '../api-types.ts'
import { currencyOptions } from '../money-words.ts'
import { currenciesQuery } from '../money.ts'

type CurrencyFieldProps = Omit<SelectProps, 'data' | 'error' | 'searchable' | 'readOnly'> & {
  /** Choices above the currencies themselves. */
  first?: { value: string; label: string }[]
  /** Only currencies of this type. */
  of?: CurrencyType
}

/** Chooses a currency of the platform; says so when they cannot be told. */
export function CurrencyField({ first = [], of, label = 'Currency', ...props }: CurrencyFieldProps) {
  const currencies = useQuery(currenciesQuery)
  // The list, when it comes, writes the name of the value into the field, in an effect, and would write it amid what
  // somebody types by then. What is deferred comes after that.
  const isWaiting = useDeferredValue(currencies.isPending, true)
  const offered = (currencies.data?.data ?? []).filter(({ type }) => of === undefined || type === of)
  return (
    <Select
      label={label}
      {...props}
      data={[...first, ...currencyOptions(offered)]}
      searchable
      readOnly={isWaiting}
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
