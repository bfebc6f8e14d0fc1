import type { AuditEntry, PlatformAuditEntry } from '../api-types.ts'
import { CopyButton, shortened } from './chip.tsx'
import { Time } from './time.tsx'

const FIELDS_SHOWN = 3

export type AuditNarrowing = { actor_id?: string; target_id?: string; workspace_id?: string }

type AuditTableProps = {
  rows: readonly (AuditEntry | PlatformAuditEntry)[]
  /** Of several workspaces: each row says which. */
  showsWorkspace?: boolean
  onFilter: (change: AuditNarrowing) => void
}

/** Who changed what, from where; actors and targets narrow the list to themselves. */
export function AuditTable({ rows, showsWorkspace, onFilter }: AuditTableProps) {
  return (
    <div className="table-frame">
      <table className="table dense">
        <thead>
          <tr>
            <th>Action</th>
            {showsWorkspace && <th>Workspace</th>}
            <th>By</th>
            <th>Target</th>
            <th>Change</th>
            <th>Address</th>
            <th>Time</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <td>
                <code className="lead">{row.action}</code>
              </td>
              {showsWorkspace && (
                <td data-label="Workspace">
                  <Narrowing
                    id={('workspace_id' in row && row.workspace_id) || null}
                    shown={('workspace_id' in row && row.workspace_id) || 'Platform'}
                    onNarrow={(workspace_id) => onFilter({ workspace_id })}
                  />
                </td>
              )}
              <td data-label="By">
                <Narrowing
                  id={row.actor.id}
                  shown={row.actor.label}
                  onNarrow={(actor_id) => onFilter({ actor_id })}
                />
              </td>
              <td data-label="Target">
                <Narrowing
                  id={row.target.id}
                  shown={row.target.id}
                  onNarrow={(target_id) => onFilter({ target_id })}
                />
              </td>
              <td data-label="Change">
                <Change entry={row} />
              </td>
              <td data-label="Address">{row.ip ?? '–'}</td>
              <td data-label="Time">
                <Time at={row.created_at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

type NarrowingProps = { id: string | null; shown: string; onNarrow: (id: string) => void }

/** What narrows the list to itself. */
function Narrowing({ id, shown, onNarrow }: NarrowingProps) {
  if (id === null) return <span>{shown}</span>
  return (
    <span className="chip" data-bare>
      <button type="button" className="link-button" title={`Only ${shown}`} onClick={() => onNarrow(id)}>
        {id === shown ? <code>{shortened(shown, 9)}</code> : shown}
      </button>
      <CopyButton value={id} what="id" />
    </span>
  )
}

type Changed = { name: string; was?: unknown; is?: unknown }

/** Each field that changed, before and after; of something new, the first few and the rest on demand. */
function Change({ entry }: { entry: Pick<AuditEntry, 'before' | 'after'> }) {
  const before = entry.before ?? {}
  const after = entry.after ?? {}
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .map((name): Changed => ({ name, was: before[name], is: after[name] }))
    // What something new does not have says nothing.
    .filter(({ was, is }) => !isNothing(was) || !isNothing(is))
    // Long lists, such as all the scopes of a new key, stand behind the rest.
    .sort((one, other) => Number(isLong(one)) - Number(isLong(other)))
  if (changed.length === 0) return <span className="quiet">–</span>
  const short = changed.filter((field) => !isLong(field)).length
  const shownMax = Math.min(FIELDS_SHOWN, Math.max(short, 1))
  const rest = changed.slice(shownMax)
  return (
    <div className="small change">
      {changed.slice(0, shownMax).map((field) => (
        <ChangedField key={field.name} {...field} />
      ))}
      {rest.length > 0 && (
        <details>
          <summary>{rest.length} more</summary>
          {rest.map((field) => (
            <ChangedField key={field.name} {...field} />
          ))}
        </details>
      )}
    </div>
  )
}

function ChangedField({ name, was, is }: Changed) {
  return (
    <div className="break">
      <span className="quiet">{name}</span> {was !== undefined && said(was)}
      {was !== undefined && is !== undefined && ' → '}
      {is !== undefined && said(is)}
    </div>
  )
}

const isLong = ({ was, is }: Changed): boolean =>
  was === undefined && Array.isArray(is) && is.length > FIELDS_SHOWN

const isNothing = (value: unknown): boolean => value === undefined || value === null

function said(value: unknown): string {
  if (value === null) return 'none'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(said).join(', ')
  return typeof value === 'string' ? value : JSON.stringify(value)
}
