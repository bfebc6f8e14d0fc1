import { Button } from '@mantine/core'
import { PlusIcon } from '@radix-ui/react-icons'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Account, Balance } from '../api-types.ts'
import { AccountTable } from '../components/account-table.tsx'
import { AddAccount } from '../components/add-account.tsx'
import { Amount } from '../components/amount.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { FilterBar, SelectFilter, TextFilter } from '../components/filter-fields.tsx'
import { CurrencyFilter, CurrencyTypeFilter, MetadataFilter } from '../components/money-filters.tsx'
import { NoMatch, PagedList } from '../components/paged-list.tsx'
import { Loaded } from '../components/loaded.tsx'
import { Empty, PageHead } from '../components/states.tsx'
import { CURRENCY_TYPE_NAMES } from '../key-words.ts'
import { withMetadataFilter } from '../metadata.ts'
import { MODE_NAMES, useMode } from '../mode.ts'
import { ACCOUNT_FILTER_NAMES, ACCOUNTS, balancesQuery } from '../money.ts'
import { useFilters } from '../use-filters.ts'
import { useList } from '../use-list.ts'

export function BalancesPage() {
  const mode = useMode()
  const [adding, setAdding] = useState(false)
  const balances = useQuery(balancesQuery(mode))
  const rows = balances.data?.data ?? []
  return (
    <>
      <PageHead
        title="Balances"
        lead="What you hold per currency, and the accounts behind it"
        action={
          mode === 'test' && (
            <Button leftSection={<PlusIcon />} onClick={() => setAdding(true)}>
              Add account
            </Button>
          )
        }
      />
      <Loaded query={balances} what="The balances">
        {() =>
          rows.length === 0 ? (
            <Empty
              title={`No balances in ${MODE_NAMES[mode]} yet`}
              action={<LinkButton to="/transactions">Go to Transactions</LinkButton>}
            >
              The first transaction in a currency makes its main account, and its balance shows here.
            </Empty>
          ) : (
            <div className="stack-wide">
              <BalanceTable rows={rows} />
              <Accounts />
            </div>
          )
        }
      </Loaded>
      {adding && <AddAccount onClose={() => setAdding(false)} />}
    </>
  )
}

function BalanceTable({ rows }: { rows: Balance[] }) {
  return (
    <div className="table-frame">
      <table className="table">
        <thead>
          <tr>
            <th>Currency</th>
            <th>Currency Type</th>
            <th className="num">Posted</th>
            <th className="num">Pending in</th>
            <th className="num">Pending out</th>
            <th className="num">Available</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.currency}>
              <td>
                <strong className="lead">{row.currency}</strong>
              </td>
              <td data-label="Currency Type">
                <span>{CURRENCY_TYPE_NAMES[row.currency_type]}</span>
              </td>
              <td data-label="Posted" className="num nowrap">
                <Amount value={row.posted} />
              </td>
              <td data-label="Pending in" className="num nowrap">
                <Amount value={row.pending_in} />
              </td>
              <td data-label="Pending out" className="num nowrap">
                <Amount value={row.pending_out} />
              </td>
              <td data-label="Available" className="num nowrap strong">
                <Amount value={row.available} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Accounts() {
  const { filters, set, isFiltered, clear } = useFilters(ACCOUNT_FILTER_NAMES)
  const state = useList<Account>({ path: ACCOUNTS, query: withMetadataFilter(filters), live: true })
  return (
    <section className="stack-tight">
      <h2>Accounts</h2>
      <FilterBar isFiltered={isFiltered} onClear={clear}>
        <TextFilter label="Name" value={filters.name} onChange={(name) => set({ name })} />
        <CurrencyFilter value={filters.currency} onChange={(currency) => set({ currency })} />
        <CurrencyTypeFilter
          value={filters.currency_type}
          onChange={(currency_type) => set({ currency_type })}
        />
        <SelectFilter
          label="Kind"
          placeholder="Main and others"
          options={[
            { value: 'true', label: 'Main accounts' },
            { value: 'false', label: 'Other accounts' },
          ]}
          value={filters.is_main}
          onChange={(is_main) => set({ is_main })}
        />
        <MetadataFilter value={filters.metadata} onChange={(metadata) => set({ metadata })} />
      </FilterBar>
      <PagedList
        state={state}
        what="The accounts"
        inUrl
        empty={isFiltered ? <NoMatch what="account" onClear={clear} /> : null}
      >
        {(rows) => <AccountTable rows={rows} />}
      </PagedList>
    </section>
  )
}
