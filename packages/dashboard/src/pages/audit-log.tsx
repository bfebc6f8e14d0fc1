import type { AuditEntry } from '../api-types.ts'
import { AUDIT_ACTIONS, AUDIT_FILTER_NAMES, AUDIT_LOG } from '../audit-log.ts'
import { CopyButton, shortened } from '../components/chip.tsx'
import { FileLinks } from '../components/file-links.tsx'
import { FilterBar, SelectFilter, TextFilter, TimeFilter } from '../components/filter-fields.tsx'
import { NoMatch, PagedList } from '../components/paged-list.tsx'
import { Empty, PageHead } from '../components/states.tsx'
import { Time } from '../components/time.tsx'
import { useMe } from '../session.ts'
import { useFilters } from '../use-filters.ts'
import { useList } from '../use-list.ts'

const FIELDS_SHOWN = 3

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
        <FilterBar isFiltered={isFiltered} onClear={clear}>
          <SelectFilter
            label="Action"
            placeholder="Any action"
            options={AUDIT_ACTIONS.map((action) => ({ value: action, label: action }))}
            value={filters.action}
            onChange={(action) => set({ action })}
            searchable
          />
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
          {(rows) => <EntryTable rows={rows} onFilter={set} />}
        </PagedList>
      </div>
    </>
  )
}

type EntryTableProps = {
  rows: AuditEntry[]
  onFilter: (change: { actor_id?: string; target_id?: string }) => void
}

function EntryTable({ rows, onFilter }: EntryTableProps) {
  return (
    <div className="table-frame">
      <table className="table dense">
        <thead>
          <tr>
            <th>Action</th>
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
                  isId
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

/** What narrows the list to itself. */
function Narrowing({
  id,
  shown,
  isId,
  onNarrow,
}: {
  id: string | null
  shown: string
  isId?: boolean
  onNarrow: (id: string) => void
}) {
  if (id === null) return <span>{shown}</span>
  return (
    <span className="chip" data-bare>
      <button type="button" className="link-button" title={`Only ${shown}`} onClick={() => onNarrow(id)}>
        {isId ? <code>{shortened(shown, 14, 4)}</code> : shown}
      </button>
      <CopyButton value={id} what="id" />
    </span>
  )
}

type Changed = { name: string; was?: unknown; is?: unknown }

/** Each field that changed, before and after; of something new, the first few and the rest on demand. */
function Change({ entry }: { entry: AuditEntry }) {
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
