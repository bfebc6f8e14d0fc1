import type { PlatformAuditEntry } from '../api-types.ts'
import {
  AUDIT_ACTIONS,
  OPERATOR_AUDIT_LOG,
  PLATFORM_AUDIT_ACTIONS,
  PLATFORM_AUDIT_FILTER_NAMES,
} from '../audit-log.ts'
import { AuditFilterBar } from '../components/audit-filter-bar.tsx'
import { AuditTable } from '../components/audit-table.tsx'
import { OperatorOnly } from '../components/operator-only.tsx'
import { NoMatch, PagedList } from '../components/paged-list.tsx'
import { Empty, PageHead } from '../components/states.tsx'
import { useFilters } from '../use-filters.ts'
import { useList } from '../use-list.ts'

const ACTIONS = [...AUDIT_ACTIONS, ...PLATFORM_AUDIT_ACTIONS].sort()

/** What operators and every workspace changed: keys of the platform, fees, settlements, suspensions among it. */
export function OperatorAuditLogPage() {
  return (
    <OperatorOnly>
      <PageHead
        title="Platform audit log"
        lead="Who changed what, of the platform and of every workspace. Nobody can change or delete an entry."
      />
      <Entries />
    </OperatorOnly>
  )
}

function Entries() {
  const { filters, set, isFiltered, clear } = useFilters(PLATFORM_AUDIT_FILTER_NAMES)
  const entries = useList<PlatformAuditEntry>({ path: OPERATOR_AUDIT_LOG, query: filters, live: true })
  return (
    <div className="stack">
      <AuditFilterBar actions={ACTIONS} showsWorkspace />
      <PagedList
        state={entries}
        what="The audit log"
        inUrl
        empty={
          isFiltered ? (
            <NoMatch what="entry" onClear={clear} />
          ) : (
            <Empty title="No entries yet">Every change by a person or a key makes one.</Empty>
          )
        }
      >
        {(rows) => <AuditTable rows={rows} showsWorkspace onFilter={set} />}
      </PagedList>
    </div>
  )
}
