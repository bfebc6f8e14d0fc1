import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect } from 'react'

/** A list that is read page by page. */
export type PagedQuery = Pick<
  UseInfiniteQueryResult<InfiniteData<unknown>>,
  | 'data'
  | 'dataUpdatedAt'
  | 'error'
  | 'fetchNextPage'
  | 'hasNextPage'
  | 'isError'
  | 'isFetchNextPageError'
  | 'isFetching'
  | 'isFetchingNextPage'
  | 'isPending'
  | 'isSuccess'
  | 'refetch'
>

/** So many pages an address brings back; who goes further goes on by hand. */
export const PAGES_MAX = 20

/**
 * Reads on in a list. In the URL `?pages=3` says how far, and brings as many back, one after the other.
 * @param isInUrl for the one list that the page is about
 * @returns what reads one more page
 */
export function usePages(list: PagedQuery, isInUrl: boolean): () => void {
  const { pages = 1 } = useSearch({ strict: false })
  const navigate = useNavigate()
  const { hasNextPage, isFetching, isError, fetchNextPage } = list
  const shown = list.data?.pages.length ?? 0
  const wanted = Number(pages)
  const goesOn = isInUrl && shown > 0 && shown < wanted && hasNextPage && !isFetching && !isError
  useEffect(() => {
    if (goesOn) void fetchNextPage() // its failure shows under the list
  }, [goesOn, fetchNextPage])
  return () => {
    void fetchNextPage() // likewise
    if (!isInUrl) return
    const search = (before: object) => ({ ...before, pages: Math.min(shown + 1, PAGES_MAX) })
    void navigate({ to: '.', search, replace: true, resetScroll: false } as never)
  }
}
