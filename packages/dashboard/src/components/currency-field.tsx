import { Select, type SelectProps } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { currencyOptions } from '../money-words.ts'
import { currenciesQuery } from '../money.ts'

type CurrencyFieldProps = Omit<SelectProps, 'data' | 'error' | 'searchable' | 'readOnly'> & {
  /** Choices above the currencies themselves. */
  first?: { value: string; label: string }[]
}

/** Chooses a currency of the platform; says so when they cannot be told. */
export function CurrencyField({ first = [], label = 'Currency', ...props }: CurrencyFieldProps) {
  const currencies = useQuery(currenciesQuery)
  // The list, when it comes, writes the name of the value into the field, amid what somebody types by then. It has done
  // so before the effects of what is around it run.
  const [isReady, setReady] = useState(false)
  useEffect(() => {
    if (currencies.isPending) return
    const timer = setTimeout(() => setReady(true))
    return () => clearTimeout(timer)
  }, [currencies.isPending])
  return (
    <Select
      label={label}
      {...props}
      data={[...first, ...currencyOptions(currencies.data?.data ?? [])]}
      searchable
      readOnly={!isReady}
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
