import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useMemo, useRef, useState, type ReactNode } from 'react'
import { ColumnChoice } from '../components/column-choice.tsx'
import { Explorer } from '../components/explorer.tsx'
import { FileLinks } from '../components/file-links.tsx'
import { TimeFilter } from '../components/filter-fields.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { LiveRefused, LiveToggle, NewRows } from '../components/live-toggle.tsx'
import { LogHistogram } from '../components/log-histogram.tsx'
import { Loaded } from '../components/loaded.tsx'
import { LogTable } from '../components/log-table.tsx'
import { NoMatch } from '../components/paged-list.tsx'
import { QueryBar } from '../components/query-bar.tsx'
import { RequestDetail } from '../components/request-detail.tsx'
import { Empty, Failed, LoadingRows, PageHead } from '../components/states.tsx'
import { apiKeysQuery } from '../keys.ts'
import { LOG_COLUMNS, readColumns, rememberColumns } from '../log-columns.tsx'
import { logLanguage } from '../log-language.ts'
import { LOG_FILTER_NAMES, logQuery, sendable, TRANSACTION_LOGS } from '../logs.ts'
import { MODE_NAMES, useMode } from '../mode.ts'
import { useFilters } from '../use-filters.ts'
import { LOADED_MAX, useLogRows, WAITING_MAX, type LogRows } from '../use-log-rows.ts'
import { useOpenRow } from '../use-open-row.ts'

export function TransactionLogsPage() {
  const { filters, set, isFiltered, clear } = useFilters(LOG_FILTER_NAMES)
  const body = useRef<HTMLTableSectionElement>(null)
  const live = useLiveChoice(filters)
  const isAtTop = () => (body.current?.getBoundingClientRect().top ?? 0) >= 0
  const logs = useLogRows(filters, { isLive: live.isOn, isAtTop })
  const { rows, pages, tail } = logs
  const { language, keyNames } = useLanguage(rows)
  const [columns, setColumns] = useState(readColumns)
  const shown = useMemo(() => LOG_COLUMNS.filter(({ id }) => columns.includes(id)), [columns])
  const row = useOpenRow(useMemo(() => rows.map(({ id }) => id), [rows]))
  // After a failure somebody asks for more, not the page by itself.
  const mayGoOn = pages.hasNextPage && !pages.isFetching && !pages.isFetchNextPageError
  const showNew = () => {
    tail.show()
    body.current?.closest('table')?.scrollIntoView({ block: 'start' })
  }
  return (
    <Explorer
      row={row}
      what="request"
      panel={(id) => ({ page: `/transaction-logs/${id}`, content: <OpenRequest key={id} id={id} /> })}
    >
      <Head />
      <div className="stack">
        <QueryBar
          language={language}
          filters={filters}
          onChange={set}
          label="Search requests"
          placeholder="status:4xx method:POST key:… path:/v1/… code:… req_…"
        />
        <div className="list-tools">
          <TimeFilter filters={filters} onChange={set} />
          {live.isPossible && <LiveToggle isLive={live.isOn} onChange={live.set} state={tail.state} />}
          <span className="push" />
          <ColumnChoice chosen={columns} onChange={(ids) => setColumns(rememberColumns(ids))} />
          <FileLinks path={`${TRANSACTION_LOGS}/export`} query={sendable(filters)} what="requests" />
        </div>
        {filters.id === undefined && <LogHistogram filters={filters} isLive={live.isOn} onRange={set} />}
        {live.isOn && tail.refusal && <LiveRefused refusal={tail.refusal} onRetry={tail.retry} />}
        <Rows logs={logs} onNew={showNew} empty={<NoRows isFiltered={isFiltered} onClear={clear} />}>
          <LogTable
            rows={rows}
            columns={shown}
            keyNames={keyNames}
            openId={row.id}
            onOpen={row.open}
            onEnd={mayGoOn ? () => void pages.fetchNextPage() : undefined}
            body={body}
          />
        </Rows>
      </div>
    </Explorer>
  )
}

function Head() {
  return (
    <PageHead
      title="Transaction Logs"
      lead="Every API request made with your keys"
      action={
        <LinkButton to="/signature-debugger" variant="default">
          Signature debugger
        </LinkButton>
      }
    />
  )
}

/** Live unless somebody stops it; what ended, or is one request, has no news. */
function useLiveChoice({ created_before: before, id }: { created_before?: string; id?: string }) {
  const [isWanted, set] = useState(true)
  const isPossible = before === undefined && id === undefined
  return { isPossible, isOn: isWanted && isPossible, set }
}

/** What can be typed: the filters, with the keys of the workspace and the problems among the rows. */
function useLanguage(rows: LogRows['rows']) {
  const mode = useMode()
  const { data } = useInfiniteQuery(apiKeysQuery({ deleted: true }))
  const keys = useMemo(() => data?.pages.flatMap((page) => page.data) ?? [], [data])
  const codes = [...new Set(rows.flatMap(({ code }) => code ?? []))].sort().join()
  const language = useMemo(() => {
    const ofMode = keys.filter((key) => key.mode === mode)
    return logLanguage(ofMode, codes === '' ? [] : codes.split(','))
  }, [keys, mode, codes])
  const keyNames = useMemo(() => new Map(keys.map(({ id, name }) => [id, name])), [keys])
  return { language, keyNames }
}

type RowsProps = { logs: LogRows; onNew: () => void; empty: ReactNode; children: ReactNode }

/** Loading, failed, empty or full. */
function Rows({ logs: { pages, rows, tail }, onNew, empty, children }: RowsProps) {
  if (pages.isPending) return <LoadingRows rows={10} />
  if (pages.isError && rows.length === 0)
    return <Failed what="Transaction Logs" error={pages.error} onRetry={() => void pages.refetch()} />
  if (rows.length === 0) return empty
  return (
    <>
      <NewRows words={waitingWords(tail.waitingCount)} onShow={onNew} />
      {children}
      <Foot pages={pages} count={rows.length} />
    </>
  )
}

/** How far the list goes. */
function Foot({ pages, count }: { pages: LogRows['pages']; count: number }) {
  const rows = count.toLocaleString('en')
  return (
    <div className="table-foot" role="status">
      {pages.isFetchingNextPage ? (
        'Loading more…'
      ) : pages.isFetchNextPageError ? (
        <span>
          More could not be loaded.{' '}
          <button type="button" className="link-button" onClick={() => void pages.fetchNextPage()}>
            Try again
          </button>
        </span>
      ) : count >= LOADED_MAX ? (
        `The newest ${rows} are loaded. Narrow the filters, or export all of them.`
      ) : (
        !pages.hasNextPage && `${rows} in all`
      )}
    </div>
  )
}

function waitingWords(count: number): string | null {
  if (count === 0) return null
  return count >= WAITING_MAX
    ? `${WAITING_MAX.toLocaleString('en')}+ new`
    : `${count.toLocaleString('en')} new`
}

function NoRows({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  const mode = useMode()
  if (isFiltered) return <NoMatch what="request" onClear={onClear} />
  return (
    <Empty
      title={`No requests in ${MODE_NAMES[mode]} yet`}
      action={<LinkButton to="/api-keys">Go to API Keys</LinkButton>}
    >
      Sign a request with a key and it appears here within seconds, accepted or refused.
    </Empty>
  )
}

function OpenRequest({ id }: { id: string }) {
  const log = useQuery(logQuery(useMode(), id))
  return (
    <Loaded query={log} what="This request" rows={10}>
      {(data) => <RequestDetail log={data} level={2} />}
    </Loaded>
  )
}
