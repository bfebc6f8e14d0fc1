import { useQuery, useQueryClient, type InfiniteData } from '@tanstack/react-query'
import { call } from './api.ts'
import type { List } from './api-types.ts'
import { useMode } from './mode.ts'
import type { ListState } from './use-list.ts'

const LOOK_MS = 5_000

type NewsInput<Item> = {
  path: string
  query: Record<string, string | undefined>
  state: ListState<Item>
  isLive: boolean
}

/**
 * Whether a list of which more than the first page is shown has newer items. Nothing moves under the reader:
 * `show` begins again at the top.
 */
export function useNews<Item extends { id: string }>({ path, query, state, isLive }: NewsInput<Item>) {
  const mode = useMode()
  const queryClient = useQueryClient()
  const isLong = (state.list.data?.pages.length ?? 0) > 1
  const head = useQuery({
    queryKey: [path, mode, 'newest', query],
    queryFn: ({ signal }) => call<List<Item>>('GET', path, { signal, mode, query: { ...query, limit: 1 } }),
    enabled: isLive && isLong,
    refetchInterval: LOOK_MS,
  })
  const newest = head.data?.data[0]?.id
  const first = state.rows[0]?.id
  const hasNews = isLive && isLong && newest !== undefined && first !== undefined && newest !== first
  const show = () => {
    queryClient.setQueriesData<InfiniteData<List<Item>>>(
      { queryKey: [path, mode, 'list', query] },
      (before) => before && { pages: before.pages.slice(0, 1), pageParams: before.pageParams.slice(0, 1) },
    )
    scrollTo(0, 0)
    void state.list.refetch() // its failure shows where the list is
  }
  return { hasNews, show }
}
