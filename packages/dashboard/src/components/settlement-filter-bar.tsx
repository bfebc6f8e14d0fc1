import { SETTLEMENT_FILTER_NAMES } from '../operator.ts'
import { useFilters } from '../use-filters.ts'
import { FilterBar, SelectFilter, TextFilter, TimeFilter } from './filter-fields.tsx'
import { MoneyFilters } from './money-filters.tsx'

const TYPES = ['deposit', 'payout', 'refund', 'return', 'correction'] as const

export function SettlementFilterBar() {
  const { filters, set, isFiltered, clear } = useFilters(SETTLEMENT_FILTER_NAMES)
  return (
    <FilterBar isFiltered={isFiltered} onClear={clear}>
      <SelectFilter
        label="State"
        placeholder="Open"
        options={[{ value: 'closed', label: 'Closed' }]}
        value={filters.state}
        onChange={(state) => set({ state })}
      />
      <MoneyFilters filters={filters} set={set} types={TYPES} />
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
