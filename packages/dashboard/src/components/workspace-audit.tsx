import { Link, useNavigate } from '@tanstack/react-router'
import type { PlatformAuditEntry } from '../api-types.ts'
import { OPERATOR_AUDIT_LOG } from '../audit-log.ts'
import { useList } from '../use-list.ts'
import { AuditTable } from './audit-table.tsx'
import { PagedList } from './paged-list.tsx'
import { Empty } from './states.tsx'

const SHOWN = 20

/** Who changed what in a workspace, the newest first. */
export function WorkspaceAudit({ workspaceId }: { workspaceId: string }) {
  const navigate = useNavigate()
  const query = { workspace_id: workspaceId }
  const state = useList<PlatformAuditEntry>({ path: OPERATOR_AUDIT_LOG, query, itemsMax: SHOWN })
  return (
    <section className="stack-tight">
      <div className="row" style={{ justifyContent: 'space-between' }}>
        <h2>Audit log</h2>
        <Link to="/operator/audit-log" search={query} className="link">
          Open in the platform audit log
        </Link>
      </div>
      <PagedList
        state={state}
        what="The audit log"
        empty={<Empty title="Nothing changed yet">Every change of this workspace appears here.</Empty>}
      >
        {(rows) => (
          <AuditTable
            rows={rows}
            onFilter={(change) =>
              void navigate({ to: '/operator/audit-log', search: { ...query, ...change } })
            }
          />
        )}
      </PagedList>
    </section>
  )
}
