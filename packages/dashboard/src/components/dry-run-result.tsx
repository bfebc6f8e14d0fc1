import { Skeleton } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ApiKey, ApiKeyDryRun, DryRunApiKey } from '../api-types.ts'
import { dryRunQuery, SUGGESTION_DAYS_DEFAULT } from '../key-use.ts'
import { FormError, Note } from './states.tsx'
import { Time } from './time.tsx'

const ROWS_SHOWN = 8

type DryRunResultProps = {
  apiKey: ApiKey
  limits: DryRunApiKey
  /** How far back it looks, where `limits` begin at another time than usual. */
  days?: number
}

/** What other limits would have refused of the requests on record, before anybody applies them. */
export function DryRunResult({ apiKey, limits, days = SUGGESTION_DAYS_DEFAULT }: DryRunResultProps) {
  const run = useQuery({ ...dryRunQuery(apiKey.id, limits), placeholderData: keepPreviousData })
  if (run.isError) return <FormError error={run.error} shown={['ip_allowlist']} />
  if (!run.data) return <Skeleton height={44} aria-busy="true" />
  const { refused_count: refused, undecided_count: undecided } = run.data
  return (
    <div className="stack-tight" aria-live="polite" data-stale={run.isPlaceholderData || undefined}>
      <Note tone={refused > 0 ? 'soon' : 'good'}>{verdict(run.data, days)}</Note>
      {refused > 0 && <RefusedTable apiKey={apiKey} run={run.data} />}
      {undecided > 0 && (
        <p className="small quiet">
          Of {requests(undecided)} the logs do not tell: they went to other services of the platform, or hand
          scopes on to other keys.
        </p>
      )}
    </div>
  )
}

const requests = (count: number) => (count === 1 ? '1 request' : `${count.toLocaleString('en')} requests`)

function verdict(run: ApiKeyDryRun, days: number): string {
  const { read, refused_count: refused, is_exact: isExact } = run
  if (read.request_count === 0)
    return `No request of the last ${days} days is on record, so nothing can be tried.`
  const of = read.is_complete
    ? `Of ${requests(read.request_count)} of the last ${days} days`
    : `Of the last ${days} days’ requests, of which the newest ${read.request_count.toLocaleString('en')} were read`
  if (refused === 0) return `${of}, ${isExact ? 'none' : 'none of these'} would have been refused.`
  return `${of}, ${isExact ? '' : 'at least '}${refused.toLocaleString('en')} would have been refused:`
}

const WHY = {
  'key-disabled': () => 'The key is disabled',
  'ip-not-allowed': () => 'Address not allowed',
  'scope-missing': (scopes: readonly string[]) => `Lacks ${scopes.join(', ')}`,
}

function RefusedTable({ apiKey, run }: { apiKey: ApiKey; run: ApiKeyDryRun }) {
  const more = run.refused.length - ROWS_SHOWN + run.refused_left_off
  return (
    <>
      <div className="table-frame">
        <table className="table" aria-label="Requests that would have been refused">
          <thead>
            <tr>
              <th>Route</th>
              <th>Address</th>
              <th>Why</th>
              <th className="number">Requests</th>
              <th>The last</th>
            </tr>
          </thead>
          <tbody>
            {run.refused.slice(0, ROWS_SHOWN).map((row) => (
              <tr key={`${row.code} ${row.method} ${row.path_pattern} ${row.ip}`}>
                <td style={{ overflowWrap: 'anywhere' }}>
                  <code className="lead">
                    {row.method} {row.path_pattern}
                  </code>
                </td>
                <td data-label="Address">
                  <code>{row.ip ?? 'unknown'}</code>
                </td>
                <td data-label="Why">
                  <span>{WHY[row.code](row.scopes)}</span>
                </td>
                <td data-label="Requests" className="number">
                  <span>{row.request_count.toLocaleString('en')}</span>
                </td>
                <td data-label="The last">
                  <Link
                    to="/transaction-logs/$requestId"
                    params={{ requestId: row.last_request_id }}
                    search={{ mode: apiKey.mode }}
                    className="link"
                  >
                    <Time at={row.last_at} />
                  </Link>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {more > 0 && <p className="small quiet">and {more} more routes and addresses</p>}
    </>
  )
}
