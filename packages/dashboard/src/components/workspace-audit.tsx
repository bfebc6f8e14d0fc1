import type { PlatformAuditEntry } from '../api-types.ts'
import { useList } from '../use-list.ts'
import { Chip } from './chip.tsx'
import { PagedList } from './paged-list.tsx'
import { Empty } from './states.tsx'
import { Time } from './time.tsx'

export const AUDIT_LOG_OF_PLATFORM = '/v1/operator/audit-log'
const SHOWN = 20

/** Who changed what in a workspace, the newest first. */
export function WorkspaceAudit({ workspaceId }: { workspaceId: string }) {
  const state = useList<PlatformAuditEntry>({
    path: AUDIT_LOG_OF_PLATFORM,
    query: { workspace_id: workspaceId },
    itemsMax: SHOWN,
  })
  return (
    <section className="stack-tight">
      <h2>Audit log</h2>
      <PagedList
        state={state}
        what="The audit log"
        empty={<Empty title="Nothing changed yet">Every change of this workspace appears here.</Empty>}
      >
        {(rows) => (
          <div className="table-frame">
            <table className="table">
              <thead>
                <tr>
                  <th>What</th>
                  <th>Who</th>
                  <th>Target</th>
                  <th>When</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.id}>
                    <td>
                      <code>{row.action}</code>
                    </td>
                    <td data-label="Who">
                      <span>
                        {row.actor.label} <span className="quiet">{row.actor.kind}</span>
                      </span>
                    </td>
                    <td data-label="Target">
                      <Chip value={row.target.id} what="target id" bare />
                    </td>
                    <td data-label="When">
                      <Time at={row.created_at} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </PagedList>
    </section>
  )
}
