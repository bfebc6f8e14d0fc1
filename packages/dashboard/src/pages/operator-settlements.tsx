import { Button } from '@mantine/core'
import { useState } from 'react'
import type { Settlement } from '../api-types.ts'
import { Amount } from '../components/amount.tsx'
import { SettlementBadge } from '../components/badges.tsx'
import { Chip } from '../components/chip.tsx'
import { Fact } from '../components/facts.tsx'
import { FilterBar, SelectFilter, TextFilter } from '../components/filter-fields.tsx'
import { OperatorOnly } from '../components/operator-only.tsx'
import { PagedList } from '../components/paged-list.tsx'
import { FailSettlement, Settle, Withdraw } from '../components/settle.tsx'
import { Empty, Note, PageHead } from '../components/states.tsx'
import { ExactTime } from '../components/time.tsx'
import { inFours, TRANSACTION_TYPE_NAMES } from '../money-words.ts'
import { SETTLEMENTS } from '../operator.ts'
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
      />
      <Queue />
    </OperatorOnly>
  )
}

const FILTERS = ['state', 'type', 'currency_type', 'reference_code'] as const

function Queue() {
  const { filters, set, isFiltered, clear } = useFilters(FILTERS)
  const state = useList<Settlement>({ path: SETTLEMENTS, query: filters, live: true })
  const single = state.rows[0]?.payout_approvers === 1
  return (
    <div className="stack read-width">
      {single && (
        <Note tone="soon">
          One person is enough for a payout on this server (PAYOUT_APPROVERS=1). Two is the usual number.
        </Note>
      )}
      <FilterBar isFiltered={isFiltered} onClear={clear}>
        <SelectFilter
          label="State"
          placeholder="Open"
          options={[{ value: 'closed', label: 'Closed' }]}
          value={filters.state}
          onChange={(value) => set({ state: value })}
        />
        <SelectFilter
          label="Type"
          placeholder="Any type"
          options={(['deposit', 'payout', 'refund'] as const).map((value) => ({
            value,
            label: TRANSACTION_TYPE_NAMES[value],
          }))}
          value={filters.type}
          onChange={(type) => set({ type })}
        />
        <SelectFilter
          label="Currency Type"
          placeholder="Fiat and Crypto"
          options={[
            { value: 'fiat', label: 'Fiat' },
            { value: 'crypto', label: 'Crypto' },
          ]}
          value={filters.currency_type}
          onChange={(currency_type) => set({ currency_type })}
        />
        <TextFilter
          label="Reference code"
          placeholder="Reference code"
          value={filters.reference_code}
          onChange={(reference_code) => set({ reference_code })}
        />
      </FilterBar>
      <PagedList
        state={state}
        what="The queue"
        empty={
          <Empty title={isFiltered ? 'None with these filters' : 'Nothing waits'}>
            A production transaction on the manual connection stays pending until somebody settles it here.
          </Empty>
        }
      >
        {(rows) => rows.map((row) => <Item key={row.transaction.id} settlement={row} />)}
      </PagedList>
    </div>
  )
}

function Item({ settlement }: { settlement: Settlement }) {
  const { transaction, workspace } = settlement
  return (
    <article className="card card-pad stack">
      <div className="row">
        <h2>
          {TRANSACTION_TYPE_NAMES[transaction.type]}{' '}
          <Amount value={transaction.amount} currency={transaction.currency} />
        </h2>
        <SettlementBadge state={settlement.state} />
      </div>
      <dl className="facts">
        <Fact name="Workspace">{workspace.name}</Fact>
        <Fact name="Transaction id">
          <Chip value={transaction.id} what="transaction id" />
        </Fact>
        <Fact name="Created">
          <ExactTime at={transaction.created_at} />
        </Fact>
        {transaction.destination && (
          <Fact name="Destination">
            <Chip value={transaction.destination} what="destination" />
          </Fact>
        )}
        {settlement.reference_code && (
          <Fact name="Reference code">
            <Chip
              value={settlement.reference_code}
              display={inFours(settlement.reference_code)}
              what="reference code"
            />
          </Fact>
        )}
        {transaction.reference && <Fact name="Customer’s reference">{transaction.reference}</Fact>}
        {transaction.description && <Fact name="Description">{transaction.description}</Fact>}
        {settlement.reference && (
          <Fact name="Bank reference or hash">
            <Chip value={settlement.reference} what="reference" />
          </Fact>
        )}
        {settlement.approvals.length > 0 && (
          <Fact name="Approved by">
            {settlement.approvals.map(({ by, at }) => (
              <div key={by.id}>
                {by.email} · <ExactTime at={at} />
              </div>
            ))}
          </Fact>
        )}
        {settlement.reason && <Fact name="Why it failed">{settlement.reason}</Fact>}
        {settlement.decided_at && (
          <Fact name="Decided">
            <ExactTime at={settlement.decided_at} />
          </Fact>
        )}
      </dl>
      {(settlement.state === 'waiting' || settlement.state === 'approving') && (
        <Deeds settlement={settlement} />
      )}
    </article>
  )
}

function Deeds({ settlement }: { settlement: Settlement }) {
  const me = useMe()
  const [open, setOpen] = useState<'settle' | 'fail'>()
  const close = () => setOpen(undefined)
  const missing = settlement.approvals_required - settlement.approvals.length
  const isMine = settlement.approvals.some(({ by }) => by.id === me.user.id)
  return (
    <div className="row" style={{ justifyContent: 'flex-end' }}>
      {settlement.state === 'approving' && (
        <span className="small quiet grow">
          {missing === 1 ? 'One more person has to approve.' : `${missing} more people have to approve.`}
        </span>
      )}
      {isMine ? (
        <Withdraw settlement={settlement} />
      ) : (
        <>
          <Button variant="default" onClick={() => setOpen('fail')}>
            Fail
          </Button>
          <Button onClick={() => setOpen('settle')}>{missing > 1 ? 'Approve' : 'Settle'}</Button>
        </>
      )}
      {open === 'settle' && <Settle settlement={settlement} onClose={close} />}
      {open === 'fail' && <FailSettlement settlement={settlement} onClose={close} />}
    </div>
  )
}
