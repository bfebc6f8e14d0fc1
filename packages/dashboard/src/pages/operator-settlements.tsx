import { Checkbox } from '@mantine/core'
import { UploadIcon } from '@radix-ui/react-icons'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Settlement } from '../api-types.ts'
import { Amount } from '../components/amount.tsx'
import { SettlementBadge } from '../components/badges.tsx'
import { FileLinks } from '../components/file-links.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { ManySettlements } from '../components/many-settlements.tsx'
import { OperatorOnly } from '../components/operator-only.tsx'
import { PagedList } from '../components/paged-list.tsx'
import { singlePersonWords } from '../components/settle.tsx'
import { SettlementFilterBar } from '../components/settlement-filter-bar.tsx'
import { Empty, Note, PageHead } from '../components/states.tsx'
import { Time } from '../components/time.tsx'
import { inFours, TRANSACTION_TYPE_NAMES } from '../money-words.ts'
import { SETTLEMENT_FILTER_NAMES, SETTLEMENTS } from '../operator.ts'
import { useMe } from '../session.ts'
import { useFilters } from '../use-filters.ts'
import { useList } from '../use-list.ts'

/** What the manual connection has open: money that people move and then confirm here. */
export function OperatorSettlementsPage() {
  return (
    <OperatorOnly>
      <PageHead
        title="Settlement queue"
        lead="Production transactions that wait for an operator, the oldest first"
        action={
          <LinkButton to="/operator/statement" leftSection={<UploadIcon />}>
            Import statement
          </LinkButton>
        }
      />
      <Queue />
    </OperatorOnly>
  )
}

function Queue() {
  const { filters, isFiltered } = useFilters(SETTLEMENT_FILTER_NAMES)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const state = useList<Settlement>({ path: SETTLEMENTS, query: filters, live: selected.size === 0 })
  const single = state.rows[0] && singlePersonWords(state.rows[0])
  // Only what is on the page counts: a filter takes away what it hides.
  const chosen = state.rows.filter((row) => selected.has(row.transaction.id))
  return (
    <div className="stack">
      {single && <Note tone="soon">{single}</Note>}
      <SettlementFilterBar />
      <PagedList
        state={state}
        what="The queue"
        inUrl
        empty={
          <Empty title={isFiltered ? 'None with these filters' : 'Nothing waits'}>
            A production transaction on the manual connection stays pending until somebody settles it here.
          </Empty>
        }
      >
        {(rows) => <QueueTable rows={rows} selected={selected} onSelect={setSelected} />}
      </PagedList>
      {state.rows.length > 0 && <FileLinks path={`${SETTLEMENTS}/export`} query={filters} what="the queue" />}
      {chosen.length > 0 && <ManySettlements settlements={chosen} onClear={() => setSelected(new Set())} />}
    </div>
  )
}

type QueueTableProps = {
  rows: Settlement[]
  selected: ReadonlySet<string>
  onSelect: (selected: ReadonlySet<string>) => void
}

function QueueTable({ rows, selected, onSelect }: QueueTableProps) {
  const me = useMe()
  // What I have approved waits for somebody else.
  const isMine = (row: Settlement) =>
    (row.state === 'waiting' || row.state === 'approving') &&
    !row.approvals.some(({ by }) => by.id === me.user.id)
  const choosable = rows.filter(isMine)
  const ids = choosable.map(({ transaction }) => transaction.id)
  const all = ids.length > 0 && ids.every((id) => selected.has(id))
  const toggle = (id: string) => {
    const next = new Set(selected)
    if (!next.delete(id)) next.add(id)
    onSelect(next)
  }
  return (
    <div className="table-frame">
      <table className="table">
        <thead>
          <tr>
            <th>
              <span className="row">
                <Checkbox
                  size="xs"
                  aria-label="Select all shown transactions"
                  disabled={ids.length === 0}
                  checked={all}
                  indeterminate={!all && ids.some((id) => selected.has(id))}
                  onChange={() => onSelect(new Set(all ? [] : ids))}
                />{' '}
                Transaction
              </span>
            </th>
            <th className="num">Amount</th>
            <th>Workspace</th>
            <th>Code or destination</th>
            <th>State</th>
            <th>Age</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <QueueRow
              key={row.transaction.id}
              settlement={row}
              isSelected={isMine(row) ? selected.has(row.transaction.id) : undefined}
              onToggle={() => toggle(row.transaction.id)}
            />
          ))}
        </tbody>
      </table>
    </div>
  )
}

type QueueRowProps = { settlement: Settlement; isSelected: boolean | undefined; onToggle: () => void }

function QueueRow({ settlement, isSelected, onToggle }: QueueRowProps) {
  const { transaction, workspace, reference_code: code } = settlement
  const name = TRANSACTION_TYPE_NAMES[transaction.type]
  const missing = settlement.approvals_required - settlement.approvals.length
  return (
    <tr>
      <td>
        <span className="row nowrap-row">
          {isSelected !== undefined && (
            <Checkbox
              size="xs"
              aria-label={`Select ${name} ${transaction.amount} ${transaction.currency} of ${workspace.name}, ${transaction.id}`}
              checked={isSelected}
              onChange={onToggle}
            />
          )}
          <Link
            to="/operator/settlements/$transactionId"
            params={{ transactionId: transaction.id }}
            className="lead"
          >
            {name}
            {transaction.reference && <span className="quiet"> · {transaction.reference}</span>}
          </Link>
        </span>
      </td>
      <td data-label="Amount" className="num">
        <Amount value={transaction.amount} currency={transaction.currency} />
      </td>
      <td data-label="Workspace">
        <span>{workspace.name}</span>
      </td>
      <td data-label="Code or destination">
        {transaction.destination ? (
          <span className="cut" title={transaction.destination}>
            {transaction.destination}
          </span>
        ) : code ? (
          <code className="nowrap">{inFours(code)}</code>
        ) : (
          <span className="quiet">None</span>
        )}
      </td>
      <td data-label="State">
        <span className="row">
          <SettlementBadge state={settlement.state} />
          {settlement.state === 'approving' && <span className="small quiet">{missing} more</span>}
        </span>
      </td>
      <td data-label="Age">
        <Time at={transaction.created_at} />
      </td>
    </tr>
  )
}
