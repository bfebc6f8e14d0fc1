import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { usePages, type PagedQuery } from '../use-pages.ts'
import { Outdated } from './loaded.tsx'
import { Empty, Failed, FormError, LoadingTable } from './states.tsx'

type PagedListProps<Item> = {
  state: { list: PagedQuery; rows: Item[] }
  /** What failed, when it fails: "Webhook Logs". */
  what: string
  /** Rows of the place that it holds while it loads: as many as there usually are. */
  usually?: number
  /** The page is about this list: how far it was read is kept in the URL. */
  inUrl?: boolean
  empty: ReactNode
  children: (rows: Item[]) => ReactNode
}

/** Loading, failed, empty or full, and the way to more rows. What is there stays when a later look fails. */
export function PagedList<Item>({
  state: { list, rows },
  what,
  usually = 10,
  inUrl = false,
  empty,
  children,
}: PagedListProps<Item>) {
  const readOn = usePages(list, inUrl)
  return (
    <>
      {list.isPending && <LoadingTable rows={usually} />}
      {list.isError && rows.length === 0 && (
        <Failed what={what} error={list.error} onRetry={() => void list.refetch()} />
      )}
      {list.isSuccess && rows.length === 0 && empty}
      {rows.length > 0 && (
        <>
          {list.isError && !list.isFetchNextPageError && <Outdated query={list} what={what} />}
          {children(rows)}
        </>
      )}
      {list.isFetchNextPageError && <FormError error={list.error} />}
      {list.hasNextPage && (
        <div className="table-foot">
          <Button variant="default" loading={list.isFetchingNextPage} onClick={readOn}>
            Show more
          </Button>
        </div>
      )}
    </>
  )
}

/** A filtered list without rows: the filters are the reason, so they are the way out. */
export function NoMatch({ what, onClear }: { what: string; onClear: () => void }) {
  return (
    <Empty
      title={`No ${what} matches these filters`}
      action={
        <Button variant="default" onClick={onClear}>
          Clear all filters
        </Button>
      }
    >
      Take a filter away, or widen it.
    </Empty>
  )
}
