import type { AuditEntry } from '../api-types.ts'
import { AUDIT_ACTIONS, AUDIT_FILTER_NAMES, AUDIT_LOG } from '../audit-log.ts'
import { AuditFilterBar } from '../components/audit-filter-bar.tsx'
import { AuditTable } from '../components/audit-table.tsx'
import { FileLinks } from '../components/file-links.tsx'
import { NoMatch, PagedList } from '../components/paged-list.tsx'
import { Empty, PageHead } from '../components/states.tsx'
import { useMe } from '../session.ts'
import { useFilters } from '../use-filters.ts'
import { useList } from '../use-list.ts'

/** Who changed what; for admins, as the API has it. */
export function AuditLogPage() {
  const { role } = useMe()
  if (role !== 'owner' && role !== 'admin')
    return (
      <>
        <PageHead title="Audit log" />
        <Empty title="For owners and admins">Ask one of them to look, or for another role.</Empty>
      </>
    )
  return <AuditLog />
}

function AuditLog() {
  const { filters, set, isFiltered, clear } = useFilters(AUDIT_FILTER_NAMES)
  const entries = useList<AuditEntry>({ path: AUDIT_LOG, query: filters, live: true })
  return (
    <>
      <PageHead
        title="Audit log"
        lead="Who changed what, from where. Nobody can change or delete an entry."
        action={<FileLinks path={`${AUDIT_LOG}/export`} query={filters} what="the audit log" />}
      />
      <div className="stack">
        <AuditFilterBar actions={AUDIT_ACTIONS} />
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
          {(rows) => <AuditTable rows={rows} onFilter={set} />}
        </PagedList>
      </div>
    </>
  )
}
