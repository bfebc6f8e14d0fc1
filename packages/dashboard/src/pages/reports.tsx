import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { TextInput } from '@mantine/core'
import type { Summary } from '../api-types.ts'
import { Amount } from '../components/amount.tsx'
import { TransactionBadge } from '../components/badges.tsx'
import { FileLinks } from '../components/file-links.tsx'
import { FilterBar, prefix, SelectFilter } from '../components/filter-fields.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { Loaded } from '../components/loaded.tsx'
import { Empty, LoadingRows, PageHead } from '../components/states.tsx'
import { MODE_NAMES, useMode } from '../mode.ts'
import { TRANSACTION_TYPE_NAMES } from '../money-words.ts'
import { currenciesQuery } from '../money.ts'
import { ownTimeZone, PERIODS, REPORT_FILTER_NAMES, SPLITS, summaryQuery, TIME_FIELDS } from '../reports.ts'
import { useFilters } from '../use-filters.ts'

// Charts are a third of the whole dashboard: they load after the numbers.
const SummaryChart = lazy(() => import('../components/summary-chart.tsx'))

const optionsOf = (names: Readonly<Record<string, string>>) =>
  Object.entries(names).map(([value, label]) => ({ value, label }))
const ZONES = [...new Set(['UTC', ownTimeZone(), ...Intl.supportedValuesOf('timeZone')])].map((value) => ({
  value,
  label: value.replaceAll('_', ' '),
}))

export function ReportsPage() {
  const mode = useMode()
  const { filters, set, isFiltered, clear } = useFilters(REPORT_FILTER_NAMES)
  const report = useQuery(summaryQuery(mode, filters))
  const currencies = useQuery(currenciesQuery).data?.data ?? []
  return (
    <>
      <PageHead title="Reports" lead="Transactions counted and summed, in the days of your time zone" />
      <div className="stack">
        <FilterBar isFiltered={isFiltered} onClear={clear}>
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
          <SelectFilter
            label="Currency"
            placeholder="Any currency"
            options={currencies.map(({ code, name }) => ({ value: code, label: `${code} · ${name}` }))}
            value={filters.currency}
            onChange={(currency) => set({ currency })}
            searchable
          />
          <SelectFilter
            label="Time that counts"
            placeholder="When created"
            options={optionsOf(TIME_FIELDS)}
            value={filters.time_field}
            onChange={(time_field) => set({ time_field })}
          />
          <SelectFilter
            label="Time zone"
            placeholder={ownTimeZone()}
            options={ZONES}
            value={filters.time_zone}
            onChange={(time_zone) => set({ time_zone })}
            searchable
          />
        </FilterBar>
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
              <Report report={data} />
            )
          }
        </Loaded>
      </div>
    </>
  )
}

function Report({ report }: { report: Summary }) {
  const isByCreated = report.time_field === 'created_at'
  const prefix = isByCreated ? 'created' : report.time_field.replace('_at', '')
  // Ranges of a list leave out both of their bounds; times are whole milliseconds.
  const after = new Date(Date.parse(report.from) - 1).toISOString()
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
        <FileLinks
          path="/v1/transactions/export"
          query={{ [`${prefix}_after`]: after, [`${prefix}_before`]: report.to }}
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
