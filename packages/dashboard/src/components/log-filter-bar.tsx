import { useInfiniteQuery } from '@tanstack/react-query'
import { apiKeysQuery } from '../keys.ts'
import { LOG_FILTER_NAMES } from '../logs.ts'
import { useFilters } from '../use-filters.ts'
import { FilterBar, SelectFilter, TextFilter, TimeFilter } from './filter-fields.tsx'

const METHODS = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'].map((value) => ({ value, label: value }))
const STATUS_CLASSES = [
  { value: '2xx', label: '2xx accepted' },
  { value: '4xx', label: '4xx refused' },
  { value: '5xx', label: '5xx failed' },
  { value: 'forwarded', label: 'Forwarded' },
]

/** Every filter of the list; each change goes into the URL, which is where the list reads it. */
export function LogFilterBar() {
  const { filters, set, isFiltered, clear } = useFilters(LOG_FILTER_NAMES)
  const keys = useInfiniteQuery(apiKeysQuery({ deleted: true }))
  const keyOptions = (keys.data?.pages.flatMap((page) => page.data) ?? []).map(({ id, name }) => ({
    value: id,
    label: name,
  }))
  return (
    <FilterBar isFiltered={isFiltered} onClear={clear}>
      <TextFilter
        label="Path contains"
        value={filters.path_contains}
        onChange={(path_contains) => set({ path_contains })}
        placeholder="Path contains…"
        icon
      />
      <SelectFilter
        label="Key"
        placeholder="Any key"
        options={keyOptions}
        value={filters.api_key_id}
        onChange={(api_key_id) => set({ api_key_id })}
        searchable
      />
      <SelectFilter
        label="Method"
        placeholder="Any method"
        options={METHODS}
        value={filters.method}
        onChange={(method) => set({ method })}
      />
      <SelectFilter
        label="Status"
        placeholder="Any status"
        options={STATUS_CLASSES}
        value={filters.status_class}
        onChange={(status_class) => set({ status_class })}
      />
      <TextFilter label="Problem code" value={filters.code} onChange={(code) => set({ code })} />
      <TextFilter label="Request id" value={filters.id} onChange={(id) => set({ id })} />
      <TimeFilter filters={filters} onChange={set} />
    </FilterBar>
  )
}
