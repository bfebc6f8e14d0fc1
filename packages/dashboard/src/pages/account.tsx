import { Button } from '@mantine/core'
import { Pencil1Icon } from '@radix-ui/react-icons'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import type { Account, Entry } from '../api-types.ts'
import { AccountStatement } from '../components/account-statement.tsx'
import { Amount } from '../components/amount.tsx'
import { BackLink } from '../components/back-link.tsx'
import { ModeBadge } from '../components/badges.tsx'
import { Chip } from '../components/chip.tsx'
import { EditAccount } from '../components/edit-account.tsx'
import { EntryTable } from '../components/entry-table.tsx'
import { Fact, Facts, MetadataFacts } from '../components/facts.tsx'
import { FileLinks } from '../components/file-links.tsx'
import { FilterBar, TextFilter, TimeFilter } from '../components/filter-fields.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { NoMatch, PagedList } from '../components/paged-list.tsx'
import { Loaded } from '../components/loaded.tsx'
import { Empty, PageHead } from '../components/states.tsx'
import { ExactTime } from '../components/time.tsx'
import { useMode } from '../mode.ts'
import { accountQuery, ACCOUNTS, ENTRY_FILTER_NAMES } from '../money.ts'
import { accountName } from '../money-words.ts'
import { useFilters } from '../use-filters.ts'
import { useList } from '../use-list.ts'

export function AccountPage() {
  const { accountId } = useParams({ from: '/inside/balances/$accountId' })
  const account = useQuery({ ...accountQuery(useMode(), accountId), refetchInterval: 5_000 })
  return (
    <div className="stack">
      <BackLink to="/balances">Balances</BackLink>
      <Loaded query={account} what="This account" rows={10} isPage>
        {(data) => <AccountDetail account={data} />}
      </Loaded>
    </div>
  )
}

function AccountDetail({ account }: { account: Account }) {
  const [editing, setEditing] = useState(false)
  const { currency } = account
  return (
    <>
      <PageHead
        title={accountName(account)}
        lead={account.is_main && `The account that transactions in ${currency} use when they name none.`}
        action={
          <div className="row">
            <LinkButton to="/transactions" search={{ account_id: account.id }} variant="default">
              Its transactions
            </LinkButton>
            {account.mode === 'test' && (
              <Button variant="default" leftSection={<Pencil1Icon />} onClick={() => setEditing(true)}>
                Edit
              </Button>
            )}
          </div>
        }
      />
      <Facts>
        <Fact name="Available">
          <strong>
            <Amount value={account.available} currency={currency} />
          </strong>
        </Fact>
        <Fact name="Posted">
          <Amount value={account.posted} currency={currency} />
        </Fact>
        <Fact name="Pending in">
          <Amount value={account.pending_in} currency={currency} />
        </Fact>
        <Fact name="Pending out">
          <Amount value={account.pending_out} currency={currency} />
        </Fact>
        <Fact name="Account id">
          <Chip value={account.id} what="account id" />
        </Fact>
        <Fact name="Mode">
          <ModeBadge mode={account.mode} />
        </Fact>
        <Fact name="Created">
          <ExactTime at={account.created_at} />
        </Fact>
        <MetadataFacts metadata={account.metadata} />
      </Facts>
      {editing && <EditAccount account={account} onClose={() => setEditing(false)} />}
      <AccountStatement account={account} />
      <Entries account={account} />
    </>
  )
}

function Entries({ account }: { account: Account }) {
  const { filters, set, isFiltered, clear } = useFilters(ENTRY_FILTER_NAMES)
  const path = `${ACCOUNTS}/${account.id}/entries`
  const entries = useList<Entry>({ path, query: filters, live: true })
  return (
    <section className="stack-tight">
      <h2>Entries</h2>
      <FilterBar isFiltered={isFiltered} onClear={clear}>
        <TextFilter
          label="Transaction id"
          value={filters.transaction_id}
          onChange={(transaction_id) => set({ transaction_id })}
        />
        <TimeFilter filters={filters} onChange={set} />
      </FilterBar>
      <PagedList
        state={entries}
        what="The entries"
        inUrl
        empty={
          isFiltered ? (
            <NoMatch what="entry" onClear={clear} />
          ) : (
            <Empty title="No entries yet">The first transaction on this account books one.</Empty>
          )
        }
      >
        {(rows) => <EntryTable rows={rows} without="account" />}
      </PagedList>
      {entries.rows.length > 0 && (
        <FileLinks
          path={`${ACCOUNTS}/${account.id}/entries/export`}
          query={filters}
          what={isFiltered ? 'these entries' : 'all entries'}
        />
      )}
    </section>
  )
}
