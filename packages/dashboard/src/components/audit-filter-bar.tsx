import { PLATFORM_AUDIT_FILTER_NAMES } from '../audit-log.ts'
import { useFilters } from '../use-filters.ts'
import { FilterBar, SelectFilter, TextFilter, TimeFilter } from './filter-fields.tsx'

type AuditFilterBarProps = {
  actions: readonly string[]
  /** Of several workspaces: it asks for one of them too. */
  showsWorkspace?: boolean
}

export function AuditFilterBar({ actions, showsWorkspace }: AuditFilterBarProps) {
  const { filters, set, isFiltered, clear } = useFilters(PLATFORM_AUDIT_FILTER_NAMES)
  return (
    <FilterBar isFiltered={isFiltered} onClear={clear}>
      <SelectFilter
        label="Action"
        placeholder="Any action"
        options={actions.map((action) => ({ value: action, label: action }))}
        value={filters.action}
        onChange={(action) => set({ action })}
        searchable
      />
      {showsWorkspace && (
        <TextFilter
          label="Workspace id"
          placeholder="Workspace id: wks_…"
          value={filters.workspace_id}
          onChange={(workspace_id) => set({ workspace_id })}
        />
      )}
      <TextFilter
        label="Actor id"
        placeholder="Actor id: usr_…, key_…"
        value={filters.actor_id}
        onChange={(actor_id) => set({ actor_id })}
      />
      <TextFilter
        label="Target id"
        placeholder="Target id: mem_…, key_…"
        value={filters.target_id}
        onChange={(target_id) => set({ target_id })}
      />
      <TimeFilter filters={filters} onChange={set} />
    </FilterBar>
  )
}
