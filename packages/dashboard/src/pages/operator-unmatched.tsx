import { Button } from '@mantine/core'
import { PlusIcon } from '@radix-ui/react-icons'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { List, UnmatchedDeposit } from '../api-types.ts'
import { Amount } from '../components/amount.tsx'
import { UnmatchedBadge } from '../components/badges.tsx'
import { Chip } from '../components/chip.tsx'
import { FilterBar, SelectFilter } from '../components/filter-fields.tsx'
import { CurrencyFilter } from '../components/money-filters.tsx'
import { OperatorOnly } from '../components/operator-only.tsx'
import { PagedList } from '../components/paged-list.tsx'
import { Empty, Note, PageHead } from '../components/states.tsx'
import { Time } from '../components/time.tsx'
import {
  ApproveMatch,
  MatchDeposit,
  RecordDeposit,
  ReturnDeposit,
  WithdrawMatch,
} from '../components/unmatched-dialogs.tsx'
import { UNMATCHED } from '../operator.ts'
import { useMe } from '../session.ts'
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

type Page = List<UnmatchedDeposit> & {
  balances?: { currency: string; posted: string; held: string }[]
  deposit_approvers?: number
}
type Deed = 'match' | 'approve' | 'withdraw' | 'return'

function Deposits({ onRecord }: { onRecord: () => void }) {
  const { filters, set, isFiltered, clear } = useFilters(['state', 'currency'] as const)
  const state = useList<UnmatchedDeposit>({ path: UNMATCHED, query: filters, live: true })
  const [deed, setDeed] = useState<{ kind: Deed; deposit: UnmatchedDeposit }>()
  const { balances = [], deposit_approvers: people = 2 } =
    (state.list.data?.pages[0] as Page | undefined) ?? {}
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
        <CurrencyFilter value={filters.currency} onChange={(currency) => set({ currency })} />
      </FilterBar>
      <PagedList
        state={state}
        what="The unmatched deposits"
        inUrl
        empty={
          <Empty
            title={isFiltered ? 'None with these filters' : 'Nothing is unmatched'}
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
                  <Row key={row.id} deposit={row} onDeed={(kind) => setDeed({ kind, deposit: row })} />
                ))}
              </tbody>
            </table>
          </div>
        )}
      </PagedList>
      {deed && <DeedDialog {...deed} people={people} onClose={() => setDeed(undefined)} />}
    </div>
  )
}

type DeedDialogProps = { kind: Deed; deposit: UnmatchedDeposit; people: number; onClose: () => void }

function DeedDialog({ kind, people, ...dialog }: DeedDialogProps) {
  switch (kind) {
    case 'match':
      return <MatchDeposit {...dialog} people={people} />
    case 'approve':
      return <ApproveMatch {...dialog} />
    case 'withdraw':
      return <WithdrawMatch {...dialog} />
    case 'return':
      return <ReturnDeposit {...dialog} />
  }
}

/** What can be done with money that is still unmatched. */
function Deeds({ deposit, onDeed }: RowProps) {
  const me = useMe()
  const proposed = deposit.proposed_match
  const isMine = proposed?.approvals.some(({ by }) => by.id === me.user.id)
  const deeds: [Deed, string][] = proposed
    ? [...(isMine ? [] : [['approve', 'Approve'] as [Deed, string]]), ['withdraw', 'Withdraw']]
    : [
        ['match', 'Match'],
        ['return', 'Send back'],
      ]
  return (
    <span className="row nowrap-row">
      {deeds.map(([kind, label]) => (
        <Button key={kind} size="xs" variant="default" onClick={() => onDeed(kind)}>
          {label}
        </Button>
      ))}
    </span>
  )
}

type RowProps = { deposit: UnmatchedDeposit; onDeed: (kind: Deed) => void }

function Row({ deposit, onDeed }: RowProps) {
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
          {deposit.proposed_match && (
            <span className="small quiet">
              For {deposit.proposed_match.workspace_name}, {deposit.proposed_match.approvals.length} of{' '}
              {deposit.proposed_match.approvals_required} have approved
            </span>
          )}
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
      <td className="actions" data-empty={deposit.state !== 'open' || undefined}>
        {deposit.state === 'open' && <Deeds deposit={deposit} onDeed={onDeed} />}
      </td>
    </tr>
  )
}
