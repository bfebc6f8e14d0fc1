import { useInfiniteQuery } from '@tanstack/react-query'
import { call } from './api.ts'
import type { List } from './api-types.ts'
import { useMode } from './mode.ts'

const PAGE_ITEMS = 50
const REFRESH_MS = 5_000

type ListOptions = {
  path: string
  /** Filters by the names of the API. */
  query?: Record<string, string | undefined>
  /** Items of one page, where a page shows only the newest few. */
  itemsMax?: number
  /** Lists of a growing log refresh themselves while only their first page is shown. */
  live?: boolean
}

/** One list of the API in the mode of the page, page by page, newest first. */
export function useList<Item>({ path, query = {}, itemsMax = PAGE_ITEMS, live }: ListOptions) {
  const mode = useMode()
  const list = useInfiniteQuery({
    queryKey: [path, mode, 'list', query, itemsMax],
    queryFn: ({ signal, pageParam }) =>
      call<List<Item>>('GET', path, {
        signal,
        mode,
        query: { ...query, limit: itemsMax, cursor: pageParam },
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    // The rows stay while a filter changes, but never those of the other mode.
    placeholderData: (rows, before) => (before?.queryKey[1] === mode ? rows : undefined),
    // Later pages stay where they are, because nothing may move under the reader.
    refetchInterval: (state) => live && (state.state.data?.pages.length ?? 1) === 1 && REFRESH_MS,
  })
  return { list, rows: list.data?.pages.flatMap((page) => page.data) ?? [] }
}

export type ListState<Item> = ReturnType<typeof useList<Item>>
