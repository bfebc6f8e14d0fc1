import { Button } from '@mantine/core'
import { PlusIcon } from '@radix-ui/react-icons'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { List, UnmatchedDeposit } from '../api-types.ts'
import { Amount } from '../components/amount.tsx'
import { UnmatchedBadge } from '../components/badges.tsx'
import { Chip } from '../components/chip.tsx'
import { FilterBar, SelectFilter } from '../components/filter-fields.tsx'
import { OperatorOnly } from '../components/operator-only.tsx'
import { PagedList } from '../components/paged-list.tsx'
import { Empty, Note, PageHead } from '../components/states.tsx'
import { Time } from '../components/time.tsx'
import { MatchDeposit, RecordDeposit, ReturnDeposit } from '../components/unmatched-dialogs.tsx'
import { UNMATCHED } from '../operator.ts'
import { useFilters } from '../use-filters.ts'
import { useList } from '../use-list.ts'

const STATES = [
  { value: 'matched', label: 'Matched' },
  { value: 'returning', label: 'Going back' },
  { value: 'returned', label: 'Sent back' },
  { value: 'all', label: 'All' },
]

/** Money that came without saying whose it is; it lies on an account of the platform until somebody decides. */
export function OperatorUnmatchedPage() {
  const [recording, setRecording] = useState(false)
  return (
    <OperatorOnly>
      <PageHead
        title="Unmatched deposits"
        lead="Money that came without a reference that says whose it is. It stays in the ledger until it is matched or sent back."
        action={
          <Button leftSection={<PlusIcon />} onClick={() => setRecording(true)}>
            Record deposit
          </Button>
        }
      />
      <Deposits onRecord={() => setRecording(true)} />
      {recording && <RecordDeposit onClose={() => setRecording(false)} />}
    </OperatorOnly>
  )
}

type Page = List<UnmatchedDeposit> & { balances?: { currency: string; posted: string; held: string }[] }

function Deposits({ onRecord }: { onRecord: () => void }) {
  const { filters, set, isFiltered, clear } = useFilters(['state'] as const)
  const state = useList<UnmatchedDeposit>({ path: UNMATCHED, query: filters, live: true })
  const [deed, setDeed] = useState<{ kind: 'match' | 'return'; deposit: UnmatchedDeposit }>()
  const balances = (state.list.data?.pages[0] as Page | undefined)?.balances ?? []
  return (
    <div className="stack">
      {balances.length > 0 && (
        <Note>
          On the accounts of unmatched money now:{' '}
          {balances.map(({ currency, posted }, index) => (
            <strong key={currency}>
              {index > 0 && ', '}
              <Amount value={posted} currency={currency} />
            </strong>
          ))}
        </Note>
      )}
      <FilterBar isFiltered={isFiltered} onClear={clear}>
        <SelectFilter
          label="State"
          placeholder="Open"
          options={STATES}
          value={filters.state}
          onChange={(value) => set({ state: value })}
        />
      </FilterBar>
      <PagedList
        state={state}
        what="The unmatched deposits"
        empty={
          <Empty
            title={isFiltered ? 'None in this state' : 'Nothing is unmatched'}
            action={
              <Button variant="default" onClick={onRecord}>
                Record deposit
              </Button>
            }
          >
            Import a bank statement in the settlement queue, or record one by hand.
          </Empty>
        }
      >
        {(rows) => (
          <div className="table-frame">
            <table className="table">
              <thead>
                <tr>
                  <th>Reference</th>
                  <th className="num">Amount</th>
                  <th>Sender</th>
                  <th>Text</th>
                  <th>State</th>
                  <th>Received</th>
                  <th>
                    <span className="visually-hidden">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <Row
                    key={row.id}
                    deposit={row}
                    onMatch={() => setDeed({ kind: 'match', deposit: row })}
                    onReturn={() => setDeed({ kind: 'return', deposit: row })}
                  />
                ))}
              </tbody>
            </table>
          </div>
        )}
      </PagedList>
      {deed?.kind === 'match' && <MatchDeposit deposit={deed.deposit} onClose={() => setDeed(undefined)} />}
      {deed?.kind === 'return' && <ReturnDeposit deposit={deed.deposit} onClose={() => setDeed(undefined)} />}
    </div>
  )
}

type RowProps = { deposit: UnmatchedDeposit; onMatch: () => void; onReturn: () => void }

function Row({ deposit, onMatch, onReturn }: RowProps) {
  const followed = deposit.matched?.transaction_id ?? deposit.return_transaction_id
  return (
    <tr>
      <td>
        <Chip value={deposit.reference} what="reference" />
      </td>
      <td data-label="Amount" className="num">
        <Amount value={deposit.amount} currency={deposit.currency} />
      </td>
      <td data-label="Sender">
        <span>{deposit.sender ?? <span className="quiet">Not told</span>}</span>
      </td>
      <td data-label="Text">
        <span>{deposit.text ?? <span className="quiet">None</span>}</span>
      </td>
      <td data-label="State">
        <span className="stack-tight">
          <span>
            <UnmatchedBadge state={deposit.state} />
          </span>
          {deposit.state !== 'open' && followed && (
            <Link
              to="/operator/settlements/$transactionId"
              params={{ transactionId: followed }}
              className="link small"
            >
              {deposit.matched ? deposit.matched.workspace.name : 'Payout'}
            </Link>
          )}
        </span>
      </td>
      <td data-label="Received">
        <Time at={deposit.received_at} />
      </td>
      <td className="menu">
        {deposit.state === 'open' && (
          <span className="row nowrap-row">
            <Button size="xs" variant="default" onClick={onMatch}>
              Match
            </Button>
            <Button size="xs" variant="default" onClick={onReturn}>
              Send back
            </Button>
          </span>
        )}
      </td>
    </tr>
  )
}
