import { PlusIcon } from '@radix-ui/react-icons'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import type { Transaction } from '../api-types.ts'
import { Amount } from '../components/amount.tsx'
import { TransactionBadge } from '../components/badges.tsx'
import { Chip } from '../components/chip.tsx'
import { FileLinks } from '../components/file-links.tsx'
import { FilterBar, SelectFilter, TextFilter, TimeFilter } from '../components/filter-fields.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { NoMatch, PagedList } from '../components/paged-list.tsx'
import { Empty, PageHead } from '../components/states.tsx'
import { Time } from '../components/time.tsx'
import { MODE_NAMES, useMode } from '../mode.ts'
import { currenciesQuery, TRANSACTION_FILTER_NAMES, TRANSACTIONS } from '../money.ts'
import { TRANSACTION_TYPE_NAMES } from '../money-words.ts'
import { useFilters } from '../use-filters.ts'
import { useList } from '../use-list.ts'

const TYPES = Object.entries(TRANSACTION_TYPE_NAMES).map(([value, label]) => ({ value, label }))
const STATUSES = ['Pending', 'Processing', 'Completed', 'Failed', 'Canceled', 'Expired'].map((label) => ({
  value: label.toLowerCase(),
  label,
}))

export function TransactionsPage() {
  const mode = useMode()
  const { filters, set, isFiltered, clear } = useFilters(TRANSACTION_FILTER_NAMES)
  const transactions = useList<Transaction>({ path: TRANSACTIONS, query: filters, live: true })
  const currencies = useQuery(currenciesQuery).data?.data ?? []
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
        <FilterBar isFiltered={isFiltered} onClear={clear}>
          <SelectFilter
            label="Type"
            placeholder="Any type"
            options={TYPES}
            value={filters.type}
            onChange={(type) => set({ type })}
          />
          <SelectFilter
            label="Status"
            placeholder="Any status"
            options={STATUSES}
            value={filters.status}
            onChange={(status) => set({ status })}
          />
          <SelectFilter
            label="Currency"
            placeholder="Any currency"
            options={currencies.map(({ code, name }) => ({ value: code, label: `${code} · ${name}` }))}
            value={filters.currency}
            // Amounts are those of a currency.
            onChange={(currency) => set({ currency, amount_min: undefined, amount_max: undefined })}
            searchable
          />
          <TextFilter
            label="Reference"
            value={filters.reference}
            onChange={(reference) => set({ reference })}
          />
          <TextFilter
            label="Request id"
            value={filters.request_id}
            onChange={(request_id) => set({ request_id })}
          />
          <TextFilter
            label="Description"
            value={filters.description_contains}
            onChange={(description_contains) => set({ description_contains })}
          />
          <TextFilter
            label="Failure code"
            value={filters.failure_code}
            onChange={(failure_code) => set({ failure_code })}
          />
          {filters.currency !== undefined && (
            <>
              <TextFilter
                label={`At least, in ${filters.currency}`}
                value={filters.amount_min}
                onChange={(amount_min) => set({ amount_min })}
              />
              <TextFilter
                label={`At most, in ${filters.currency}`}
                value={filters.amount_max}
                onChange={(amount_max) => set({ amount_max })}
              />
            </>
          )}
          <TimeFilter filters={filters} onChange={set} />
        </FilterBar>
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
          <FileLinks path={`${TRANSACTIONS}/export`} query={filters} what="these transactions" />
        )}
      </div>
    </>
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
