import { Pill } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { KEY_FILTER_NAMES } from '../keys.ts'
import { membersQuery } from '../team.ts'
import { useFilters } from '../use-filters.ts'
import { FilterBar, SelectFilter, TextFilter, TimeFilter } from './filter-fields.tsx'

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
      <TimeFilter filters={filters} onChange={set} anyTime="Created any time" />
      {filters.known_to && (
        <KnownToFilter userId={filters.known_to} onClear={() => set({ known_to: undefined })} />
      )}
    </FilterBar>
  )
}

/** Set by a link alone: keys whose secret somebody was shown, who may not be a member any more. */
function KnownToFilter({ userId, onClear }: { userId: string; onClear: () => void }) {
  const members = useQuery(membersQuery)
  const name = members.data?.data.find(({ user_id: id }) => id === userId)?.name
  return (
    <Pill withRemoveButton size="md" onRemove={onClear} removeButtonProps={{ 'aria-label': 'Show all keys' }}>
      Known to {name ?? 'a former member'}
    </Pill>
  )
}
