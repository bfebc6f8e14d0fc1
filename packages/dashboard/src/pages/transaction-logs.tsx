import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import type { TransactionLog } from '../api-types.ts'
import { LogStatusBadge } from '../components/badges.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { LogFilterBar } from '../components/log-filter-bar.tsx'
import { NoMatch, PagedList } from '../components/paged-list.tsx'
import { Empty, PageHead } from '../components/states.tsx'
import { milliseconds, Time } from '../components/time.tsx'
import { LOG_FILTER_NAMES, useLogs, type LogFilters } from '../logs.ts'
import { MODE_NAMES, useMode } from '../mode.ts'

export function TransactionLogsPage() {
  const mode = useMode()
  const search = useSearch({ from: '/inside/transaction-logs' })
  const filters = Object.fromEntries(LOG_FILTER_NAMES.map((name) => [name, search[name]])) as LogFilters
  const filtered = LOG_FILTER_NAMES.some((name) => filters[name] !== undefined)
  const logs = useLogs(filters, { live: true })
  return (
    <>
      <PageHead
        title="Transaction Logs"
        lead="Every API request made with your keys"
        action={
          <LinkButton to="/signature-debugger" variant="default">
            Signature debugger
          </LinkButton>
        }
      />
      <div className="stack">
        <LogFilterBar />
        <PagedList
          state={logs}
          what="Transaction Logs"
          empty={<NoRows filtered={filtered} mode={MODE_NAMES[mode]} />}
        >
          {(rows) => <LogTable rows={rows} />}
        </PagedList>
      </div>
    </>
  )
}

function NoRows({ filtered, mode }: { filtered: boolean; mode: string }) {
  const navigate = useNavigate()
  if (filtered) return <NoMatch what="request" onClear={() => void navigate({ to: '/transaction-logs' })} />
  return (
    <Empty
      title={`No requests in ${mode} yet`}
      action={<LinkButton to="/api-keys">Go to API Keys</LinkButton>}
    >
      Sign a request with a key and it appears here within seconds, accepted or refused.
    </Empty>
  )
}

function LogTable({ rows }: { rows: TransactionLog[] }) {
  const navigate = useNavigate()
  return (
    <div className="table-frame">
      <table className="table dense logs">
        <thead>
          <tr>
            <th>Request</th>
            <th>Status</th>
            <th>Problem</th>
            <th className="num">Duration</th>
            <th>Address</th>
            <th>Time</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={row.id}
              data-href
              // The link in the first cell is the way for keyboards; the rest of the row helps the mouse.
              onClick={() =>
                void navigate({ to: '/transaction-logs/$requestId', params: { requestId: row.id } })
              }
            >
              <td>
                <Link
                  to="/transaction-logs/$requestId"
                  params={{ requestId: row.id }}
                  className="lead"
                  onClick={(event) => event.stopPropagation()}
                >
                  <code>
                    <span className="method">{row.method}</span> {row.path}
                  </code>
                </Link>
              </td>
              <td data-label="Status">
                <LogStatusBadge log={row} />
              </td>
              <td data-label="Problem" data-empty={row.code === null || undefined}>
                {row.code ? (
                  <Problem code={row.code} cause={row.likely_cause_code} />
                ) : (
                  <span className="quiet" aria-label="None">
                    –
                  </span>
                )}
              </td>
              <td data-label="Duration" className="num nowrap">
                {milliseconds(row.duration_ms)}
              </td>
              <td data-label="Address" className="hide-narrow">
                <code>{row.ip}</code>
              </td>
              <td data-label="Time">
                <Time at={row.created_at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** The problem and, where one is known, why: `signature-invalid query-reordered`. */
function Problem({ code, cause }: { code: string; cause: string | null }) {
  const isTold = cause !== null && cause !== code && cause !== 'unknown'
  return (
    <span>
      <code>{code}</code> {isTold && <code className="quiet">{cause}</code>}
    </span>
  )
}
