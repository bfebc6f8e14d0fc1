import { Link } from '@tanstack/react-router'
import type { OperatorWorkspace } from '../api-types.ts'
import { ApprovalBadge, Badge } from '../components/badges.tsx'
import { FilterBar, SelectFilter, TextFilter } from '../components/filter-fields.tsx'
import { OperatorOnly } from '../components/operator-only.tsx'
import { NoMatch, PagedList } from '../components/paged-list.tsx'
import { Empty, PageHead } from '../components/states.tsx'
import { Day } from '../components/time.tsx'
import { WORKSPACES } from '../operator.ts'
import { useFilters } from '../use-filters.ts'
import { useList } from '../use-list.ts'

/** Every workspace of the platform. */
export function OperatorWorkspacesPage() {
  return (
    <OperatorOnly>
      <PageHead title="Workspaces" lead="The customers of this platform, the newest first" />
      <Workspaces />
    </OperatorOnly>
  )
}

function Workspaces() {
  const { filters, set, isFiltered, clear } = useFilters(['search', 'suspended'] as const)
  const state = useList<OperatorWorkspace>({ path: WORKSPACES, query: filters })
  return (
    <div className="stack">
      <FilterBar isFiltered={isFiltered} onClear={clear}>
        <TextFilter
          label="Search"
          placeholder="Name, owner or id"
          icon
          value={filters.search}
          onChange={(search) => set({ search })}
        />
        <SelectFilter
          label="State"
          placeholder="Any state"
          options={[
            { value: 'true', label: 'Suspended' },
            { value: 'false', label: 'Not suspended' },
          ]}
          value={filters.suspended}
          onChange={(suspended) => set({ suspended })}
        />
      </FilterBar>
      <PagedList
        state={state}
        what="The workspaces"
        inUrl
        empty={
          isFiltered ? (
            <NoMatch what="workspace" onClear={clear} />
          ) : (
            <Empty title="No workspaces yet">Whoever signs up makes one.</Empty>
          )
        }
      >
        {(rows) => (
          <div className="table-frame">
            <table className="table">
              <thead>
                <tr>
                  <th>Name</th>
                  <th>Owners</th>
                  <th className="num">Members</th>
                  <th>Fiat</th>
                  <th>Crypto</th>
                  <th>Created</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <Row key={row.id} workspace={row} />
                ))}
              </tbody>
            </table>
          </div>
        )}
      </PagedList>
    </div>
  )
}

function Row({ workspace }: { workspace: OperatorWorkspace }) {
  const { id, name, legal_name: legalName, owners, activations } = workspace
  return (
    <tr>
      <td>
        <span className="row">
          <Link to="/operator/workspaces/$workspaceId" params={{ workspaceId: id }} className="lead">
            {name}
            {legalName && legalName !== name && <span className="quiet"> · {legalName}</span>}
          </Link>
          {workspace.suspended && <Badge tone="bad">Suspended</Badge>}
        </span>
      </td>
      <td data-label="Owners">
        <span>
          {owners[0]}
          {owners.length > 1 && <span className="quiet"> and {owners.length - 1} more</span>}
        </span>
      </td>
      <td data-label="Members" className="num">
        {workspace.member_count}
      </td>
      <td data-label="Fiat">
        <ApprovalBadge status={activations.fiat} />
      </td>
      <td data-label="Crypto">
        <ApprovalBadge status={activations.crypto} />
      </td>
      <td data-label="Created">
        <Day at={workspace.created_at} />
      </td>
    </tr>
  )
}
