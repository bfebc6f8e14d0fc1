import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { TextInput } from '@mantine/core'
import type { Summary } from '../api-types.ts'
import { Amount } from '../components/amount.tsx'
import { TransactionBadge } from '../components/badges.tsx'
import { FileLinks } from '../components/file-links.tsx'
import { FilterBar, prefix, SelectFilter, TextFilter } from '../components/filter-fields.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { Loaded } from '../components/loaded.tsx'
import { CurrencyFilter, CurrencyTypeFilter, MetadataFilter } from '../components/money-filters.tsx'
import { Empty, LoadingRows, PageHead } from '../components/states.tsx'
import { withMetadataFilter } from '../metadata.ts'
import { MODE_NAMES, useMode } from '../mode.ts'
import { TRANSACTION_STATUSES, TRANSACTION_TYPE_NAMES } from '../money-words.ts'
import {
  ownTimeZone,
  PERIODS,
  REPORT_FILTER_NAMES,
  SPLITS,
  summaryQuery,
  TIME_FIELDS,
  TIME_ZONE_OPTIONS,
  transactionsBehind,
  type ReportFilters,
} from '../reports.ts'
import { useFilters } from '../use-filters.ts'

// Charts are a third of the whole dashboard: they load after the numbers.
const SummaryChart = lazy(() => import('../components/summary-chart.tsx'))

const optionsOf = (names: Readonly<Record<string, string>>) =>
  Object.entries(names).map(([value, label]) => ({ value, label }))
export function ReportsPage() {
  const mode = useMode()
  const { filters } = useFilters(REPORT_FILTER_NAMES)
  const report = useQuery(summaryQuery(mode, filters))
  return (
    <>
      <PageHead title="Reports" lead="Transactions counted and summed, in the days of your time zone" />
      <div className="stack">
        <ReportFilterBar />
        <Loaded query={report} what="The report" rows={10}>
          {(data) =>
            data.totals.length === 0 ? (
              <Empty
                title={`No transactions in ${MODE_NAMES[mode]} in this range`}
                action={<LinkButton to="/transactions">Go to Transactions</LinkButton>}
              >
                Choose a longer range, or make a transaction: it shows here at once.
              </Empty>
            ) : (
              <Report report={data} filters={filters} />
            )
          }
        </Loaded>
      </div>
    </>
  )
}

function ReportFilterBar() {
  const { filters, set, isFiltered, clear } = useFilters(REPORT_FILTER_NAMES)
  const { type, status, currency_type, account_id, metadata, time_field } = filters
  const more = (
    <>
      <SelectFilter
        label="Type"
        placeholder="Any type"
        options={optionsOf(TRANSACTION_TYPE_NAMES)}
        value={type}
        onChange={(value) => set({ type: value })}
      />
      <SelectFilter
        label="Status"
        placeholder="Any status"
        options={TRANSACTION_STATUSES}
        value={status}
        onChange={(value) => set({ status: value })}
      />
      <CurrencyTypeFilter value={currency_type} onChange={(value) => set({ currency_type: value })} />
      <TextFilter label="Account id" value={account_id} onChange={(value) => set({ account_id: value })} />
      <MetadataFilter value={metadata} onChange={(value) => set({ metadata: value })} />
      <SelectFilter
        label="Time that counts"
        placeholder="When created"
        options={optionsOf(TIME_FIELDS)}
        value={time_field}
        onChange={(value) => set({ time_field: value })}
      />
    </>
  )
  return (
    <FilterBar
      isFiltered={isFiltered}
      onClear={clear}
      more={more}
      isMoreSet={[type, status, currency_type, account_id, metadata, time_field].some(Boolean)}
    >
      <TextInput
        type="date"
        aria-label="From"
        {...prefix('From')}
        value={filters.from ?? ''}
        onChange={(event) => set({ from: event.currentTarget.value || undefined })}
      />
      <TextInput
        type="date"
        aria-label="Until, not included"
        {...prefix('Until')}
        value={filters.to ?? ''}
        onChange={(event) => set({ to: event.currentTarget.value || undefined })}
      />
      <SelectFilter
        label="Periods"
        placeholder="By day"
        options={optionsOf(PERIODS)}
        value={filters.period}
        onChange={(period) => set({ period })}
      />
      <SelectFilter
        label="Split"
        placeholder="All together"
        options={optionsOf(SPLITS)}
        value={filters.by}
        onChange={(by) => set({ by })}
      />
      <CurrencyFilter value={filters.currency} onChange={(currency) => set({ currency })} />
      <SelectFilter
        label="Time zone"
        placeholder={ownTimeZone()}
        options={TIME_ZONE_OPTIONS}
        value={filters.time_zone}
        onChange={(time_zone) => set({ time_zone })}
        searchable
      />
    </FilterBar>
  )
}

function Report({ report, filters }: { report: Summary; filters: ReportFilters }) {
  const behind = transactionsBehind(report, filters)
  return (
    <>
      {report.totals.map(({ currency }) => (
        <section key={currency} className="stack-tight">
          <h2>{currency}</h2>
          <Suspense fallback={<LoadingRows rows={4} />}>
            <SummaryChart report={report} currency={currency} />
          </Suspense>
        </section>
      ))}
      <section className="stack-tight">
        <h2>Figures</h2>
        <SummaryTable report={report} />
      </section>
      <section className="stack-tight">
        <h2>The transactions behind it</h2>
        <Link to="/transactions" search={behind} className="link">
          Open in Transactions
        </Link>
        <FileLinks
          path="/v1/transactions/export"
          query={withMetadataFilter(behind)}
          what="the transactions of this range"
        />
      </section>
    </>
  )
}

function SummaryTable({ report }: { report: Summary }) {
  const isSplit = report.data.some((row) => row.type !== null || row.status !== null)
  const hasFees = report.totals.some(({ fees }) => /[1-9]/.test(fees))
  const total = report.totals.map((row) => ({ ...row, period: null, type: null, status: null }))
  return (
    <div className="table-frame">
      <table className="table dense">
        <thead>
          <tr>
            <th>Period</th>
            {isSplit && <th>Split</th>}
            <th className="num">Count</th>
            <th className="num">Completed</th>
            <th className="num">Pending</th>
            <th className="num">Unsuccessful</th>
            {hasFees && <th className="num">Fees</th>}
          </tr>
        </thead>
        <tbody>
          {[...report.data, ...total].map((row) => (
            <tr key={`${row.period} ${row.type} ${row.status} ${row.currency}`}>
              <td className="nowrap">{row.period ?? <strong>Whole range</strong>}</td>
              {isSplit && (
                <td data-label="Split">
                  {row.type && TRANSACTION_TYPE_NAMES[row.type]}
                  {row.status && <TransactionBadge status={row.status} />}
                  {!row.type && !row.status && 'All'}
                </td>
              )}
              <td data-label="Count" className="num">
                {row.count.toLocaleString('en')}
              </td>
              {(['completed', 'pending', 'unsuccessful'] as const).map((name) => (
                <td
                  key={name}
                  data-label={name.charAt(0).toUpperCase() + name.slice(1)}
                  className="num nowrap"
                >
                  <Amount value={row[name].sum} currency={row.currency} />
                </td>
              ))}
              {hasFees && (
                <td data-label="Fees" className="num nowrap">
                  <Amount value={row.fees} currency={row.currency} />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
