import { Select, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { Account, Statement } from '../api-types.ts'
import { useMode } from '../mode.ts'
import { TRANSACTION_TYPE_NAMES } from '../money-words.ts'
import { ownTimeZone, statementQuery, TIME_ZONE_OPTIONS, STATEMENT_FILTER_NAMES } from '../reports.ts'
import { useFilters } from '../use-filters.ts'
import { Amount } from './amount.tsx'
import { Fact, Facts } from './facts.tsx'
import { FileLinks } from './file-links.tsx'
import { Loaded } from './loaded.tsx'
import { Empty } from './states.tsx'
import { Day } from './time.tsx'

/** What an account held at the beginning and the end of a range of days, and what was posted between. */
export function AccountStatement({ account }: { account: Account }) {
  const { filters: range, set } = useFilters(STATEMENT_FILTER_NAMES)
  const statement = useQuery(statementQuery(useMode(), account.id, range))
  return (
    <section className="stack-tight">
      <h2>Statement</h2>
      <div className="row">
        <TextInput
          type="date"
          label="From"
          value={range.from ?? ''}
          onChange={(event) => set({ from: event.currentTarget.value || undefined })}
        />
        <TextInput
          type="date"
          label="Until, not included"
          value={range.to ?? ''}
          onChange={(event) => set({ to: event.currentTarget.value || undefined })}
        />
        <Select
          label="Time zone"
          data={TIME_ZONE_OPTIONS}
          value={range.time_zone ?? ownTimeZone()}
          onChange={(time_zone) => set({ time_zone: time_zone ?? undefined })}
          allowDeselect={false}
          searchable
        />
      </div>
      <Loaded query={statement} what="The statement" rows={4}>
        {(data) => <StatementDetail statement={data} />}
      </Loaded>
      <FileLinks
        path={`/v1/accounts/${account.id}/statement/export`}
        query={{ ...range, time_zone: range.time_zone ?? ownTimeZone() }}
        what="the statement"
      />
    </section>
  )
}

function StatementDetail({ statement }: { statement: Statement }) {
  const { currency, opening, closing } = statement
  return (
    <>
      <Facts>
        <Fact name="Opening balance">
          <Amount value={opening.posted} currency={currency} />
        </Fact>
        <Fact name={`In (${statement.total_in.count})`}>
          <Amount value={statement.total_in.sum} currency={currency} />
        </Fact>
        <Fact name={`Out (${statement.total_out.count})`}>
          <Amount value={statement.total_out.sum} currency={currency} />
        </Fact>
        {statement.fees.count > 0 && (
          <Fact name={`Fees (${statement.fees.count})`}>
            <Amount value={statement.fees.sum} currency={currency} />
          </Fact>
        )}
        <Fact name="Closing balance">
          <strong>
            <Amount value={closing.posted} currency={currency} />
          </strong>
        </Fact>
      </Facts>
      {statement.data.length === 0 ? (
        <Empty title="Nothing was posted in these days">Choose a longer range.</Empty>
      ) : (
        <div className="table-frame">
          <table className="table dense">
            <thead>
              <tr>
                <th>Time</th>
                <th>Transaction</th>
                <th>Reference</th>
                <th className="num">Amount</th>
                <th className="num">Balance</th>
              </tr>
            </thead>
            <tbody>
              {statement.data.map((line) => (
                <tr key={line.version}>
                  <td>
                    <Day at={line.created_at} />
                  </td>
                  <td data-label="Transaction">
                    {line.type === 'fee' ? 'Fee' : TRANSACTION_TYPE_NAMES[line.type]}
                  </td>
                  <td data-label="Reference">{line.reference ?? line.description ?? '–'}</td>
                  <td data-label="Amount" className="num nowrap">
                    <Amount value={line.amount} currency={currency} />
                  </td>
                  <td data-label="Balance" className="num nowrap">
                    <Amount value={line.balance} currency={currency} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {statement.next_cursor !== null && (
        <p className="quiet small">The first 100 lines. The files below hold all of them.</p>
      )}
    </>
  )
}
