import { PlusIcon } from '@radix-ui/react-icons'
import { Link, useNavigate } from '@tanstack/react-router'
import type { Transaction } from '../api-types.ts'
import { Amount } from '../components/amount.tsx'
import { TransactionBadge } from '../components/badges.tsx'
import { Chip } from '../components/chip.tsx'
import { FileLinks } from '../components/file-links.tsx'
import { FilterBar, SelectFilter, TextFilter, TimeFilter } from '../components/filter-fields.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { MetadataFilter, MoneyFilters } from '../components/money-filters.tsx'
import { NoMatch, PagedList } from '../components/paged-list.tsx'
import { Empty, PageHead } from '../components/states.tsx'
import { Time } from '../components/time.tsx'
import { withMetadataFilter } from '../metadata.ts'
import { MODE_NAMES, useMode } from '../mode.ts'
import { TRANSACTION_FILTER_NAMES, TRANSACTIONS } from '../money.ts'
import { TRANSACTION_STATUSES, TRANSACTION_TYPE_NAMES } from '../money-words.ts'
import { useFilters } from '../use-filters.ts'
import { useList } from '../use-list.ts'

const TYPES = Object.keys(TRANSACTION_TYPE_NAMES) as Transaction['type'][]
export function TransactionsPage() {
  const mode = useMode()
  const { filters, isFiltered, clear } = useFilters(TRANSACTION_FILTER_NAMES)
  const query = withMetadataFilter(filters)
  const transactions = useList<Transaction>({ path: TRANSACTIONS, query, live: true })
  // In Production Mode money moves by signed request only.
  const create = mode === 'test' && (
    <LinkButton to="/transactions/new" leftSection={<PlusIcon />}>
      New transaction
    </LinkButton>
  )
  return (
    <>
      <PageHead
        title="Transactions"
        lead="Deposits, payouts, transfers, refunds and returns"
        action={create}
      />
      <div className="stack">
        <TransactionFilterBar />
        <PagedList
          state={transactions}
          what="Transactions"
          inUrl
          empty={
            isFiltered ? (
              <NoMatch what="transaction" onClear={clear} />
            ) : (
              <Empty title={`No transactions in ${MODE_NAMES[mode]} yet`} action={create}>
                {mode === 'test'
                  ? 'Send a signed POST /v1/transactions, or make one here: it completes in about a second.'
                  : 'They are made by signed requests: POST /v1/transactions with a production key.'}
              </Empty>
            )
          }
        >
          {(rows) => <TransactionTable rows={rows} />}
        </PagedList>
        {transactions.rows.length > 0 && (
          <FileLinks path={`${TRANSACTIONS}/export`} query={query} what="these transactions" />
        )}
      </div>
    </>
  )
}

/** What is looked for now and then. */
const MORE = [
  { name: 'account_id', label: 'Account id' },
  { name: 'destination_account_id', label: 'To account id' },
  { name: 'request_id', label: 'Request id' },
  { name: 'linked_transaction_id', label: 'Belongs to id' },
  { name: 'failure_code', label: 'Failure code' },
  { name: 'description_contains', label: 'Description' },
] as const

function TransactionFilterBar() {
  const { filters, set, isFiltered, clear } = useFilters(TRANSACTION_FILTER_NAMES)
  const { metadata, completed_after, completed_before, effective_after, effective_before } = filters
  const times = [completed_after, completed_before, effective_after, effective_before]
  const isMoreSet = [metadata, ...times, ...MORE.map(({ name }) => filters[name])].some(
    (value) => value !== undefined,
  )
  const more = (
    <>
      {MORE.map(({ name, label }) => (
        <TextFilter
          key={name}
          label={label}
          value={filters[name]}
          onChange={(value) => set({ [name]: value })}
        />
      ))}
      <MetadataFilter value={metadata} onChange={(value) => set({ metadata: value })} />
      <TimeFilter of="completed" filters={filters} onChange={set} />
      <TimeFilter of="effective" filters={filters} onChange={set} />
    </>
  )
  return (
    <FilterBar isFiltered={isFiltered} onClear={clear} more={more} isMoreSet={isMoreSet}>
      <MoneyFilters filters={filters} set={set} types={TYPES} />
      <SelectFilter
        label="Status"
        placeholder="Any status"
        options={TRANSACTION_STATUSES}
        value={filters.status}
        onChange={(status) => set({ status })}
      />
      <TextFilter label="Reference" value={filters.reference} onChange={(reference) => set({ reference })} />
      <TimeFilter of="created" filters={filters} onChange={set} />
    </FilterBar>
  )
}

function TransactionTable({ rows }: { rows: Transaction[] }) {
  const navigate = useNavigate()
  return (
    <div className="table-frame">
      <table className="table dense">
        <thead>
          <tr>
            <th>Transaction</th>
            <th className="num">Amount</th>
            <th>Status</th>
            <th>Reference</th>
            <th>Id</th>
            <th>Time</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={row.id}
              data-href
              // The link in the first cell is the way for keyboards; the rest of the row helps the mouse.
              onClick={() =>
                void navigate({ to: '/transactions/$transactionId', params: { transactionId: row.id } })
              }
            >
              <td>
                <Link
                  to="/transactions/$transactionId"
                  params={{ transactionId: row.id }}
                  className="lead"
                  onClick={(event) => event.stopPropagation()}
                >
                  {TRANSACTION_TYPE_NAMES[row.type]}
                </Link>
              </td>
              <td data-label="Amount" className="num nowrap">
                <Amount value={row.amount} currency={row.currency} />
              </td>
              <td data-label="Status">
                <TransactionBadge status={row.status} />
              </td>
              <td data-label="Reference" data-empty={row.reference === null || undefined}>
                {row.reference ? (
                  <span className="cut">{row.reference}</span>
                ) : (
                  <span className="quiet" aria-label="None">
                    –
                  </span>
                )}
              </td>
              <td data-label="Id" className="hide-narrow">
                <Chip value={row.id} what="transaction id" bare />
              </td>
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
