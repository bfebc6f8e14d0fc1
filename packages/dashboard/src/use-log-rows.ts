import { useDocumentVisibility } from '@mantine/hooks'
import { useInfiniteQuery, useQueryClient, type InfiniteData } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { call, type Mode, type ProblemError } from './api.ts'
import type { List } from './api-types.ts'
import type { ExplorerSource, ListedRow } from './explorer-source.ts'
import { followLogs, type TailState } from './log-tail.ts'
import { useMode } from './mode.ts'
import type { FilterValues } from './query-language.ts'

const PAGE_ROWS = 100
/** So many rows a page holds at most; who wants more narrows the filters or exports. */
export const LOADED_MAX = 10_000
// What came live is folded into a fresh first page when it is more than this.
const SHOWN_MAX = 2_000
export const WAITING_MAX = 1_000
const FLUSH_MS = 200

type Pages<Row> = InfiniteData<List<Row>, string | undefined>

const keyOf = (path: string, mode: Mode, query: FilterValues) => [path, mode, 'explorer', query]

/** The rows that fit, newest first: page by page, and live on top of them. */
export function useLogRows<Row extends ListedRow>(
  source: ExplorerSource<Row>,
  filters: FilterValues,
  options: { isLive: boolean; isAtTop: () => boolean },
) {
  const mode = useMode()
  // One object for as long as it says the same.
  const text = JSON.stringify(source.sendable(filters))
  const query = useMemo(() => JSON.parse(text) as FilterValues, [text])
  const pages = useInfiniteQuery({
    queryKey: keyOf(source.path, mode, query),
    queryFn: ({ signal, pageParam }) =>
      call<List<Row>>('GET', source.path, {
        signal,
        mode,
        query: { ...query, limit: PAGE_ROWS, cursor: pageParam },
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page, all) =>
      all.length * PAGE_ROWS >= LOADED_MAX ? undefined : (page.next_cursor ?? undefined),
    placeholderData: (rows, before) => (before?.queryKey[1] === mode ? rows : undefined),
    // The stream brings what is new; all pages are never asked for again.
    staleTime: Infinity,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
  const listed = useMemo(() => pages.data?.pages.flatMap((page) => page.data) ?? [], [pages.data])
  const isReady = pages.data !== undefined && !pages.isPlaceholderData
  const belongs = useBelongs(source, query, { listed, hasMore: pages.hasNextPage })
  const tail = useTail({ source, mode, query, isReady, newest: listed[0], belongs, ...options })
  const rows = useMemo(() => merged(listed, tail.shown, belongs), [listed, tail.shown, belongs])
  return { pages, rows, tail }
}

export type LogRows<Row extends ListedRow> = ReturnType<typeof useLogRows<Row>>

/** Whether a row that came live has a place among those of the list. */
type Belongs<Row> = { fits(row: Row): boolean; isListed(id: string): boolean }

function useBelongs<Row extends ListedRow>(
  { moving }: ExplorerSource<Row>,
  query: FilterValues,
  { listed, hasMore }: { listed: readonly Row[]; hasMore: boolean },
): Belongs<Row> {
  return useMemo(() => {
    const ids = new Set(listed.map(({ id }) => id))
    const wanted = moving && query[moving.filter]
    const after = query['created_after']
    const oldest = hasMore ? listed.at(-1)?.id : undefined
    return {
      isListed: (id) => ids.has(id),
      fits: (row) =>
        (wanted === undefined || moving?.of(row) === wanted) &&
        // An old row that has changed comes with its page.
        (ids.has(row.id) ||
          ((oldest === undefined || row.id > oldest) &&
            (after === undefined || Date.parse(row.created_at) >= Date.parse(after)))),
    }
  }, [moving, query, listed, hasMore])
}

/** Rows of the list with those that came live: each once, in its newest form, newest first, as far as they fit. */
export function merged<Row extends ListedRow>(
  listed: Row[],
  live: ReadonlyMap<string, Row>,
  { fits }: Pick<Belongs<Row>, 'fits'>,
): Row[] {
  if (live.size === 0) return listed
  const rows = new Map(listed.map((row) => [row.id, row]))
  for (const [id, row] of live) {
    if (fits(row)) rows.set(id, row)
    else rows.delete(id)
  }
  return [...rows.values()].sort((a, b) => (a.id < b.id ? 1 : -1))
}

type TailInput<Row extends ListedRow> = {
  source: ExplorerSource<Row>
  mode: Mode
  query: FilterValues
  isReady: boolean
  newest: Row | undefined
  belongs: Belongs<Row>
  isLive: boolean
  isAtTop: () => boolean
}

type Refusal = ProblemError | undefined

/**
 * What arrives while the page is looked at. It shows at once where the reader is at the top; else it waits, counted and
 * bounded, until they are. Rows that are shown already change where they stand.
 */
function useTail<Row extends ListedRow>({
  source,
  mode,
  query,
  isReady,
  newest,
  belongs,
  isLive,
  isAtTop,
}: TailInput<Row>) {
  const queryClient = useQueryClient()
  const isVisible = useDocumentVisibility() === 'visible'
  const [state, setState] = useState<TailState>('connecting')
  const [refusal, setRefusal] = useState<Refusal>()
  const [shown, setShown] = useState<ReadonlyMap<string, Row>>(() => new Map())
  const [waitingCount, setWaitingCount] = useState(0)
  const [attempt, setAttempt] = useState(0)
  const memory = useRef(newMemory<Row>())
  const latest = useRef({ isAtTop, shown, belongs })
  useEffect(() => {
    latest.current = { isAtTop, shown, belongs }
  })

  /** Begins again at the top: one fresh page in place of everything. What arrives meanwhile stays. */
  const renew = useCallback(async () => {
    const own = memory.current
    if (own.isRenewing) return
    own.isRenewing = true
    own.isOver = false
    const known = [...own.waiting.keys()]
    const page = await call<List<Row>>('GET', source.path, {
      mode,
      query: { ...query, limit: PAGE_ROWS },
    }).catch(() => null)
    own.isRenewing = false
    if (memory.current !== own) return
    if (!page) return void (own.isOver = true)
    for (const id of known) own.waiting.delete(id)
    setWaitingCount(0)
    setShown(new Map())
    // A page that is still on its way would bring all the old ones back.
    const queryKey = keyOf(source.path, mode, query)
    await queryClient.cancelQueries({ queryKey })
    queryClient.setQueryData<Pages<Row>>(queryKey, { pages: [page], pageParams: [undefined] })
  }, [source, mode, query, queryClient])

  /** Moves rows that wait into view: all, or those that stand there already. */
  const show = useCallback(
    (which: 'all' | 'changed' = 'all') => {
      const { waiting, isOver, isRenewing } = memory.current
      const { shown: before, belongs: place } = latest.current
      if (isRenewing) return
      if (which === 'all' && (isOver || before.size + waiting.size > SHOWN_MAX)) return void renew() // it never throws
      const news = [...waiting].filter(
        ([id, row]) => which === 'all' || ((place.isListed(id) || before.has(id)) && place.fits(row)),
      )
      if (news.length === 0) return
      for (const [id] of news) waiting.delete(id)
      setShown((rows) => new Map([...rows, ...news]))
      if (which === 'all') setWaitingCount(0)
    },
    [renew],
  )

  // Another question has another answer.
  useEffect(() => {
    memory.current = newMemory()
    setShown(new Map())
    setWaitingCount(0)
  }, [source, mode, query])

  useEffect(() => {
    if (!isReady || !isLive || !isVisible) return
    const ending = new AbortController()
    const { waiting } = memory.current
    const flush = setInterval(() => {
      if (waiting.size === 0) return
      if (latest.current.isAtTop()) return show()
      show('changed')
      setWaitingCount(memory.current.isOver ? WAITING_MAX : waiting.size)
    }, FLUSH_MS)
    // It never throws.
    void followLogs<Row>({
      source,
      mode,
      filters: query,
      after: later(memory.current.last, source.placeOf(newest)),
      signal: ending.signal,
      onRow(row, place) {
        memory.current.last = later(memory.current.last, place)
        const { belongs: own, shown: before } = latest.current
        if (!own.fits(row) && !own.isListed(row.id) && !before.has(row.id)) return void waiting.delete(row.id)
        waiting.set(row.id, row)
        if (waiting.size <= WAITING_MAX) return
        // The newest is kept, so that there is something to show; the rest is in the log.
        waiting.clear()
        waiting.set(row.id, row)
        memory.current.isOver = true
      },
      onGap() {
        if (latest.current.isAtTop())
          void renew() // it never throws
        else memory.current.isOver = true
      },
      onState(next, problem) {
        setState(next)
        setRefusal(problem)
      },
    })
    return () => {
      clearInterval(flush)
      ending.abort()
    }
    // Where it begins is read once; a new first row of the list is no reason to connect anew.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [isReady, isLive, isVisible, source, mode, query, attempt])

  return {
    state,
    refusal,
    shown,
    waitingCount,
    show: () => show(),
    retry: () => setAttempt((before) => before + 1),
  }
}

type Memory<Row> = {
  waiting: Map<string, Row>
  /** More arrived than may wait. */
  isOver: boolean
  isRenewing: boolean
  /** The latest place in the stream that was seen. */
  last: string | undefined
}

const newMemory = <Row>(): Memory<Row> => ({
  waiting: new Map(),
  isOver: false,
  isRenewing: false,
  last: undefined,
})

const later = (a: string | undefined, b: string): string => (a === undefined || b > a ? b : a)
