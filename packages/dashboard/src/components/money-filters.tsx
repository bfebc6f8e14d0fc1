import { useQuery } from '@tanstack/react-query'
import type { Transaction } from '../api-types.ts'
import { metadataFilter } from '../metadata.ts'
import { currencyOptions, TRANSACTION_TYPE_NAMES } from '../money-words.ts'
import { currenciesQuery } from '../money.ts'
import type { Filters } from '../use-filters.ts'
import { SelectFilter, TextFilter } from './filter-fields.tsx'

type MoneyFilterName = 'type' | 'currency' | 'currency_type' | 'amount_min' | 'amount_max'
type MoneyFiltersProps = {
  filters: Filters<MoneyFilterName>
  set: (change: Filters<MoneyFilterName>) => void
  /** Which types the list may hold. */
  types: readonly Transaction['type'][]
}

/** What every list of transactions is narrowed by: type, currency and, within a currency, amount. */
export function MoneyFilters({ filters, set, types }: MoneyFiltersProps) {
  return (
    <>
      <SelectFilter
        label="Type"
        placeholder="Any type"
        options={types.map((value) => ({ value, label: TRANSACTION_TYPE_NAMES[value] }))}
        value={filters.type}
        onChange={(type) => set({ type })}
      />
      <CurrencyFilter
        value={filters.currency}
        // Amounts are those of a currency.
        onChange={(currency) => set({ currency, amount_min: undefined, amount_max: undefined })}
      />
      {filters.currency === undefined ? (
        <CurrencyTypeFilter
          value={filters.currency_type}
          onChange={(currency_type) => set({ currency_type })}
        />
      ) : (
        <>
          <TextFilter
            label={`At least, in ${filters.currency}`}
            value={filters.amount_min}
            onChange={(amount_min) => set({ amount_min })}
          />
          <TextFilter
            label={`At most, in ${filters.currency}`}
            value={filters.amount_max}
            onChange={(amount_max) => set({ amount_max })}
          />
        </>
      )}
    </>
  )
}

type OneFilterProps = { value: string | undefined; onChange: (value: string | undefined) => void }

export function CurrencyFilter(props: OneFilterProps) {
  const currencies = useQuery(currenciesQuery).data?.data ?? []
  return (
    <SelectFilter
      label="Currency"
      placeholder="Any currency"
      options={currencyOptions(currencies).flatMap(({ items }) => items)}
      searchable
      {...props}
    />
  )
}

export function CurrencyTypeFilter(props: OneFilterProps) {
  return (
    <SelectFilter
      label="Currency Type"
      placeholder="Fiat and Crypto"
      options={[
        { value: 'fiat', label: 'Fiat' },
        { value: 'crypto', label: 'Crypto' },
      ]}
      {...props}
    />
  )
}

/** One fact of the metadata, as `order=A-1`. */
export function MetadataFilter({ value, onChange }: OneFilterProps) {
  return (
    <TextFilter
      label="Metadata"
      placeholder="Metadata a=b"
      error={value !== undefined && !metadataFilter(value) && 'A name, =, and its value'}
      value={value}
      onChange={onChange}
    />
  )
}
