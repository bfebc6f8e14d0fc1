import { useRef, useState, type ReactNode } from 'react'
import type { ExplorerSource, ListedRow } from '../explorer-source.ts'
import type { Language } from '../query-language.ts'
import type { Columns } from '../row-columns.ts'
import { useFilters } from '../use-filters.ts'
import { LOADED_MAX, useLogRows, WAITING_MAX, type LogRows } from '../use-log-rows.ts'
import type { OpenRow } from '../use-open-row.ts'
import { ColumnChoice } from './column-choice.tsx'
import { CountsChart } from './counts-chart.tsx'
import { Explorer } from './explorer.tsx'
import { FileLinks } from './file-links.tsx'
import { TimeFilter } from './filter-fields.tsx'
import { LiveRefused, LiveToggle, NewRows } from './live-toggle.tsx'
import { LogTable, type RowLead } from './log-table.tsx'
import { NoMatch } from './paged-list.tsx'
import { QueryBar } from './query-bar.tsx'
import { Failed, LoadingRows, PageHead } from './states.tsx'

/** The rows of a log within the filters of the URL, live unless somebody stops it. */
export function useExplorer<Row extends ListedRow>(source: ExplorerSource<Row>) {
  const { filters, set, isFiltered, clear } = useFilters(source.filterNames)
  const body = useRef<HTMLTableSectionElement>(null)
  const [isWanted, setLive] = useState(true)
  const isOneRow = source.onlyRow !== undefined && filters[source.onlyRow] !== undefined
  // What ended, or is one row, has no news.
  const isPossible = filters['created_before'] === undefined && !isOneRow
  const live = { isPossible, isOn: isWanted && isPossible, set: setLive }
  const isAtTop = () => (body.current?.getBoundingClientRect().top ?? 0) >= 0
  const logs = useLogRows(source, filters, { isLive: live.isOn, isAtTop })
  return { source, filters, set, isFiltered, clear, body, isOneRow, live, logs }
}

type LogExplorerProps<Row extends ListedRow> = {
  explorer: ReturnType<typeof useExplorer<Row>>
  /** The name of the page, and what there is. */
  title: string
  about: string
  action?: ReactNode
  language: Language
  placeholder: string
  lead: RowLead<Row>
  columns: Columns<Row>
  row: OpenRow
  /** What the open row shows, and the address of the page that shows it alone. */
  panel: (id: string) => { content: ReactNode; page: string }
  /** While there is nothing, and nothing is filtered. */
  empty: ReactNode
}

/** A log to search: the query, the counts over time, the rows as they come, and the one that is open. */
export function LogExplorer<Row extends ListedRow>(props: LogExplorerProps<Row>) {
  const { explorer, title, about, action, language, placeholder, lead, columns, row, panel, empty } = props
  const { source, filters, set, isFiltered, clear, body, isOneRow, live, logs } = explorer
  const { rows, pages, tail } = logs
  // After a failure somebody asks for more, not the page by itself.
  const mayGoOn = pages.hasNextPage && !pages.isFetching && !pages.isFetchNextPageError
  const showNew = () => {
    tail.show()
    body.current?.closest('table')?.scrollIntoView({ block: 'start' })
  }
  return (
    <Explorer row={row} what={source.one} panel={panel}>
      <PageHead title={title} lead={about} action={action} />
      <div className="stack">
        <QueryBar
          language={language}
          filters={filters}
          onChange={set}
          label={`Search ${source.many}`}
          placeholder={placeholder}
        />
        <div className="list-tools">
          <TimeFilter filters={filters} onChange={set} />
          {live.isPossible && <LiveToggle isLive={live.isOn} onChange={live.set} state={tail.state} />}
          <span className="push" />
          <ColumnChoice columns={columns} />
          <FileLinks path={`${source.path}/export`} query={source.sendable(filters)} what={source.many} />
        </div>
        {!isOneRow && <CountsChart source={source} filters={filters} isLive={live.isOn} onRange={set} />}
        {live.isOn && tail.refusal && <LiveRefused refusal={tail.refusal} onRetry={tail.retry} />}
        <Rows
          logs={logs}
          title={title}
          onNew={showNew}
          empty={isFiltered ? <NoMatch what={source.one} onClear={clear} /> : empty}
        >
          <LogTable
            rows={rows}
            lead={lead}
            columns={columns.shown}
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

type RowsProps<Row extends ListedRow> = {
  logs: LogRows<Row>
  title: string
  onNew: () => void
  empty: ReactNode
  children: ReactNode
}

/** Loading, failed, empty or full. */
function Rows<Row extends ListedRow>({
  logs: { pages, rows, tail },
  title,
  onNew,
  empty,
  children,
}: RowsProps<Row>) {
  if (pages.isPending) return <LoadingRows rows={10} />
  if (pages.isError && rows.length === 0)
    return <Failed what={title} error={pages.error} onRetry={() => void pages.refetch()} />
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
function Foot<Row extends ListedRow>({ pages, count }: { pages: LogRows<Row>['pages']; count: number }) {
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
