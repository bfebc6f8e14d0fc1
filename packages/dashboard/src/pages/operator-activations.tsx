import { Button } from '@mantine/core'
import { CheckCircledIcon, CircleIcon } from '@radix-ui/react-icons'
import { useState } from 'react'
import type { OperatorActivation } from '../api-types.ts'
import { ApprovalBadge } from '../components/badges.tsx'
import { Chip } from '../components/chip.tsx'
import { DecideActivation } from '../components/decide-activation.tsx'
import { FilterBar, SelectFilter, TextFilter } from '../components/filter-fields.tsx'
import { OperatorOnly } from '../components/operator-only.tsx'
import { PagedList } from '../components/paged-list.tsx'
import { Empty, PageHead } from '../components/states.tsx'
import { ExactTime } from '../components/time.tsx'
import { CURRENCY_TYPE_NAMES } from '../key-words.ts'
import { ACTIVATIONS, type Decision } from '../operator.ts'
import { useFilters } from '../use-filters.ts'
import { useList } from '../use-list.ts'

const STATUSES = [
  { value: 'approved', label: 'Approved' },
  { value: 'self-approved', label: 'Self-approved' },
  { value: 'refused', label: 'Refused' },
  { value: 'revoked', label: 'Revoked' },
  { value: 'all', label: 'All' },
]

/** Who asks for Production Mode, the longest waiting first. */
export function OperatorActivationsPage() {
  return (
    <OperatorOnly>
      <PageHead
        title="Activation queue"
        lead="Workspaces that ask for Production Mode, the longest waiting first"
      />
      <Queue />
    </OperatorOnly>
  )
}

function Queue() {
  const { filters, set, isFiltered, clear } = useFilters(['status', 'workspace_id'] as const)
  const state = useList<OperatorActivation>({ path: ACTIVATIONS, query: filters, live: true })
  return (
    <div className="stack read-width">
      <FilterBar isFiltered={isFiltered} onClear={clear}>
        <SelectFilter
          label="Status"
          placeholder="Requested"
          options={STATUSES}
          value={filters.status}
          onChange={(status) => set({ status })}
        />
        <TextFilter
          label="Workspace id"
          placeholder="Workspace id: wks_…"
          value={filters.workspace_id}
          onChange={(workspace_id) => set({ workspace_id })}
        />
      </FilterBar>
      <PagedList
        state={state}
        what="The queue"
        inUrl
        empty={
          <Empty title={isFiltered ? 'None with these filters' : 'Nobody is waiting'}>
            When a workspace requests activation, it appears here with its checklist.
          </Empty>
        }
      >
        {(rows) =>
          rows.map((row) => <Request key={`${row.workspace.id} ${row.currency_type}`} activation={row} />)
        }
      </PagedList>
    </div>
  )
}

function Request({ activation }: { activation: OperatorActivation }) {
  const [decision, setDecision] = useState<Decision>()
  const { approval, workspace } = activation
  const isApproved = approval.status === 'approved' || approval.status === 'self-approved'
  return (
    <article className="card card-pad stack">
      <div className="row">
        <h2>
          {workspace.name} · {CURRENCY_TYPE_NAMES[activation.currency_type]}
        </h2>
        <ApprovalBadge status={approval.status} />
        <Chip value={workspace.id} what="workspace id" />
      </div>
      <p className="second small">
        {approval.requested_at && (
          <>
            Requested <ExactTime at={approval.requested_at} />
          </>
        )}
        {approval.decided_at && (
          <>
            {' '}
            Decided <ExactTime at={approval.decided_at} />
          </>
        )}
      </p>
      {approval.reason && <p>Reason: {approval.reason}</p>}
      <ul className="checks">
        {activation.items
          .filter(({ code }) => code !== 'approval')
          .map((item) => (
            <li key={item.code} data-done={item.done || undefined}>
              {item.done ? <CheckCircledIcon aria-label="Done" /> : <CircleIcon aria-label="To do" />}
              <span>
                <strong>{item.title}.</strong> <span className="second">{item.detail}</span>
              </span>
            </li>
          ))}
      </ul>
      <div className="row" style={{ justifyContent: 'flex-end' }}>
        {isApproved ? (
          <Button variant="default" c="var(--bad)" onClick={() => setDecision('revoke')}>
            Revoke
          </Button>
        ) : (
          <>
            {approval.status === 'requested' && (
              <Button variant="default" onClick={() => setDecision('refuse')}>
                Refuse
              </Button>
            )}
            <Button onClick={() => setDecision('approve')}>Approve</Button>
          </>
        )}
      </div>
      {decision && (
        <DecideActivation
          activation={activation}
          decision={decision}
          onClose={() => setDecision(undefined)}
        />
      )}
    </article>
  )
}
