import { useQueries } from '@tanstack/react-query'
import { call } from '../api.ts'
import type { Entry, List, Transaction } from '../api-types.ts'
import { ACCOUNTS } from '../money.ts'
import { EntryTable } from './entry-table.tsx'
import { Failed, LoadingRows, Note } from './states.tsx'

/** What the transaction booked on your accounts; the other side of each entry is the platform's own account. */
export function TransactionEntries({ transaction }: { transaction: Transaction }) {
  const { id, mode, status, account_id: from, destination_account_id: to } = transaction
  const accounts = to ? [from, to] : [from]
  const lists = useQueries({
    queries: accounts.map((account) => ({
      // The status is part of the key, because every step books its own entries.
      queryKey: [ACCOUNTS, mode, 'entries', account, id, status],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        call<List<Entry>>('GET', `${ACCOUNTS}/${account}/entries`, {
          signal,
          mode,
          query: { transaction_id: id, limit: 100 },
        }),
    })),
  })
  const failed = lists.find((list) => list.isError && !list.data)
  if (failed) {
    return <Failed what="The entries" error={failed.error} onRetry={() => void failed.refetch()} />
  }
  if (lists.some((list) => list.isPending)) return <LoadingRows rows={2} />
  const rows = lists.flatMap((list) => list.data?.data ?? [])
  rows.sort((one, other) => one.created_at.localeCompare(other.created_at) || one.version - other.version)
  if (rows.length === 0) return <Note>Nothing is booked yet.</Note>
  return <EntryTable rows={rows} without="transaction" />
}
