import { useDocumentVisibility } from '@mantine/hooks'
import { useInfiniteQuery, useQueryClient, type InfiniteData } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { call, type Mode, type ProblemError } from './api.ts'
import type { List, TransactionLog } from './api-types.ts'
import { followLogs, type TailState } from './log-tail.ts'
import { sendable, TRANSACTION_LOGS, type LogFilters } from './logs.ts'
import { useMode } from './mode.ts'

const PAGE_ROWS = 100
/** So many rows a page holds at most; who wants more narrows the filters or exports. */
export const LOADED_MAX = 10_000
// What came live is folded into a fresh first page when it is more than this.
const SHOWN_MAX = 2_000
export const WAITING_MAX = 1_000
const FLUSH_MS = 200

type Page = List<TransactionLog>

const keyOf = (mode: Mode, query: LogFilters) => [TRANSACTION_LOGS, mode, 'explorer', query]

/** The requests that fit, newest first: page by page, and live on top of them. */
export function useLogRows(filters: LogFilters, options: { isLive: boolean; isAtTop: () => boolean }) {
  const mode = useMode()
  // One object for as long as it says the same.
  const text = JSON.stringify(sendable(filters))
  const query = useMemo(() => JSON.parse(text) as LogFilters, [text])
  const pages = useInfiniteQuery({
    queryKey: keyOf(mode, query),
    queryFn: ({ signal, pageParam }) =>
      call<Page>('GET', TRANSACTION_LOGS, {
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
  const tail = useTail({ mode, query, isReady, newest: listed[0]?.id, ...options })
  const rows = useMemo(() => merged(listed, tail.shown), [listed, tail.shown])
  return { pages, rows, tail }
}

export type LogRows = ReturnType<typeof useLogRows>

/** Rows of the list with those that came live: each once, in its newest form, newest first. */
export function merged(
  listed: TransactionLog[],
  live: ReadonlyMap<string, TransactionLog>,
): TransactionLog[] {
  if (live.size === 0) return listed
  const rows = new Map(listed.map((row) => [row.id, row]))
  for (const [id, row] of live) rows.set(id, row)
  return [...rows.values()].sort((a, b) => (a.id < b.id ? 1 : -1))
}

type TailInput = {
  mode: Mode
  query: LogFilters
  isReady: boolean
  newest: string | undefined
  isLive: boolean
  isAtTop: () => boolean
}

type Refusal = ProblemError | undefined

/**
 * What arrives while the page is looked at. It shows at once where the reader is at the top; else it waits, counted and
 * bounded, until they are.
 */
function useTail({ mode, query, isReady, newest, isLive, isAtTop }: TailInput) {
  const queryClient = useQueryClient()
  const isVisible = useDocumentVisibility() === 'visible'
  const [state, setState] = useState<TailState>('connecting')
  const [refusal, setRefusal] = useState<Refusal>()
  const [shown, setShown] = useState<ReadonlyMap<string, TransactionLog>>(NONE)
  const [waitingCount, setWaitingCount] = useState(0)
  const [attempt, setAttempt] = useState(0)
  const memory = useRef(newMemory())
  const latest = useRef({ isAtTop, shown })
  useEffect(() => {
    latest.current = { isAtTop, shown }
  })

  /** Begins again at the top: one fresh page in place of everything. What arrives meanwhile stays. */
  const renew = useCallback(async () => {
    const own = memory.current
    if (own.isRenewing) return
    own.isRenewing = true
    own.isOver = false
    const known = [...own.waiting.keys()]
    const page = await call<Page>('GET', TRANSACTION_LOGS, {
      mode,
      query: { ...query, limit: PAGE_ROWS },
    }).catch(() => null)
    own.isRenewing = false
    if (memory.current !== own) return
    if (!page) return void (own.isOver = true)
    for (const id of known) own.waiting.delete(id)
    setWaitingCount(0)
    setShown(NONE)
    // A page that is still on its way would bring all the old ones back.
    await queryClient.cancelQueries({ queryKey: keyOf(mode, query) })
    queryClient.setQueryData<InfiniteData<Page, string | undefined>>(keyOf(mode, query), {
      pages: [page],
      pageParams: [undefined],
    })
  }, [mode, query, queryClient])

  /** Moves what waits into view. */
  const show = useCallback(() => {
    const { waiting, isOver, isRenewing } = memory.current
    if (isRenewing) return
    if (isOver || latest.current.shown.size + waiting.size > SHOWN_MAX) return void renew() // it never throws
    if (waiting.size === 0) return
    const news = [...waiting]
    waiting.clear()
    setShown((before) => new Map([...before, ...news]))
    setWaitingCount(0)
  }, [renew])

  // Another question has another answer.
  useEffect(() => {
    memory.current = newMemory()
    setShown(NONE)
    setWaitingCount(0)
  }, [mode, query])

  useEffect(() => {
    if (!isReady || !isLive || !isVisible) return
    const ending = new AbortController()
    const { waiting } = memory.current
    const flush = setInterval(() => {
      if (waiting.size === 0) return
      if (latest.current.isAtTop()) show()
      else setWaitingCount(memory.current.isOver ? WAITING_MAX : waiting.size)
    }, FLUSH_MS)
    // It never throws.
    void followLogs({
      mode,
      filters: query,
      after: later(memory.current.last, newest),
      signal: ending.signal,
      onRow(row) {
        memory.current.last = later(memory.current.last, row.id)
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
  }, [isReady, isLive, isVisible, mode, query, attempt])

  return { state, refusal, shown, waitingCount, show, retry: () => setAttempt((before) => before + 1) }
}

type Memory = {
  waiting: Map<string, TransactionLog>
  /** More arrived than may wait. */
  isOver: boolean
  isRenewing: boolean
  /** The newest that was seen. */
  last: string | undefined
}

const newMemory = (): Memory => ({ waiting: new Map(), isOver: false, isRenewing: false, last: undefined })

const NONE: ReadonlyMap<string, TransactionLog> = new Map()

const later = (a: string | undefined, b: string | undefined) =>
  a === undefined || (b !== undefined && b > a) ? b : a
