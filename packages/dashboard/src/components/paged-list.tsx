import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import type { ListState } from '../use-list.ts'
import { Empty, Failed, LoadingRows } from './states.tsx'

type PagedListProps<Item> = {
  state: ListState<Item>
  /** What failed, when it fails: "Webhook Logs". */
  what: string
  /** Rows of the place that it holds while it loads: as many as there usually are. */
  usually?: number
  empty: ReactNode
  children: (rows: Item[]) => ReactNode
}

/** Loading, failed, empty or full, and the way to more rows. */
export function PagedList<Item>({
  state: { list, rows },
  what,
  usually = 10,
  empty,
  children,
}: PagedListProps<Item>) {
  return (
    <>
      {list.isPending && <LoadingRows rows={usually} cards />}
      {list.isError && rows.length === 0 && (
        <Failed what={what} error={list.error} onRetry={() => void list.refetch()} />
      )}
      {list.isSuccess && rows.length === 0 && empty}
      {rows.length > 0 && children(rows)}
      {list.hasNextPage && (
        <div className="table-foot">
          <Button
            variant="default"
            loading={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
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
      Widen the time range or remove a filter.
    </Empty>
  )
}
