import { KEY_FILTER_NAMES } from '../keys.ts'
import { useFilters } from '../use-filters.ts'
import { FilterBar, SelectFilter, TextFilter } from './filter-fields.tsx'

const MODES = [
  { value: 'test', label: 'Test Mode' },
  { value: 'production', label: 'Production Mode' },
]
const CURRENCY_TYPES = [
  { value: 'fiat', label: 'Fiat' },
  { value: 'crypto', label: 'Crypto' },
]
const STATUSES = [
  { value: 'active', label: 'Active' },
  { value: 'expiring', label: 'Expiring within 7 days' },
  { value: 'expired', label: 'Expired' },
  { value: 'disabled', label: 'Disabled' },
]

/** Search and filters of the list of keys; each change goes into the URL, which is where the list reads it. */
export function KeyFilterBar() {
  const { filters, set, isFiltered, clear } = useFilters(KEY_FILTER_NAMES)
  return (
    <FilterBar isFiltered={isFiltered} onClear={clear}>
      <TextFilter
        label="Name or Public Key"
        placeholder="Name or Public Key…"
        value={filters.search}
        onChange={(search) => set({ search })}
        icon
      />
      <SelectFilter
        label="Mode"
        placeholder="Any mode"
        options={MODES}
        value={filters.mode}
        onChange={(mode) => set({ mode })}
      />
      <SelectFilter
        label="Currency Type"
        placeholder="Any currency type"
        options={CURRENCY_TYPES}
        value={filters.currency_type}
        onChange={(currency_type) => set({ currency_type })}
      />
      <SelectFilter
        label="Status"
        placeholder="Any status"
        options={STATUSES}
        value={filters.status}
        onChange={(status) => set({ status })}
      />
    </FilterBar>
  )
}
