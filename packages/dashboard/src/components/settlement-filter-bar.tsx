import { useQuery } from '@tanstack/react-query'
import { currencyOptions, TRANSACTION_TYPE_NAMES } from '../money-words.ts'
import { currenciesQuery } from '../money.ts'
import { SETTLEMENT_FILTER_NAMES } from '../operator.ts'
import { useFilters } from '../use-filters.ts'
import { FilterBar, SelectFilter, TextFilter, TimeFilter } from './filter-fields.tsx'

const TYPES = (['deposit', 'payout', 'refund', 'return', 'correction'] as const).map((value) => ({
  value,
  label: TRANSACTION_TYPE_NAMES[value],
}))

export function SettlementFilterBar() {
  const { filters, set, isFiltered, clear } = useFilters(SETTLEMENT_FILTER_NAMES)
  const currencies = useQuery(currenciesQuery)
  return (
    <FilterBar isFiltered={isFiltered} onClear={clear}>
      <SelectFilter
        label="State"
        placeholder="Open"
        options={[{ value: 'closed', label: 'Closed' }]}
        value={filters.state}
        onChange={(state) => set({ state })}
      />
      <SelectFilter
        label="Type"
        placeholder="Any type"
        options={TYPES}
        value={filters.type}
        onChange={(type) => set({ type })}
      />
      <SelectFilter
        label="Currency"
        placeholder="Any currency"
        options={currencyOptions(currencies.data?.data ?? []).flatMap(({ items }) => items)}
        value={filters.currency}
        onChange={(currency) => set({ currency })}
        searchable
      />
      <SelectFilter
        label="Currency Type"
        placeholder="Fiat and Crypto"
        options={[
          { value: 'fiat', label: 'Fiat' },
          { value: 'crypto', label: 'Crypto' },
        ]}
        value={filters.currency_type}
        onChange={(currency_type) => set({ currency_type })}
      />
      <TextFilter
        label="Amount from"
        value={filters.amount_min}
        onChange={(amount_min) => set({ amount_min })}
      />
      <TextFilter
        label="Amount to"
        value={filters.amount_max}
        onChange={(amount_max) => set({ amount_max })}
      />
      <TextFilter
        label="Reference code"
        value={filters.reference_code}
        onChange={(reference_code) => set({ reference_code })}
      />
      <TextFilter
        label="Workspace id"
        value={filters.workspace_id}
        onChange={(workspace_id) => set({ workspace_id })}
      />
      <TimeFilter filters={filters} onChange={set} />
    </FilterBar>
  )
}
