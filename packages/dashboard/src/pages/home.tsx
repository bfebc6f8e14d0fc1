import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { TransactionLog } from '../api-types.ts'
import { LogStatusBadge } from '../components/badges.tsx'
import { FirstSteps } from '../components/first-steps.tsx'
import { NeedsAttention } from '../components/needs-attention.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { Empty, Failed, LoadingRows, Note, PageHead } from '../components/states.tsx'
import { Time } from '../components/time.tsx'
import { UsageOverview } from '../components/usage-overview.tsx'
import type { Mode } from '../api.ts'
import { apiKeysQuery, expiringKeysQuery } from '../keys.ts'
import { useLogs } from '../logs.ts'
import { MODE_NAMES, useMode } from '../mode.ts'
import { useMe } from '../session.ts'
import { endpointsQuery } from '../webhooks.ts'

const RECENT_ROWS = 6

export function HomePage() {
  const me = useMe()
  const mode = useMode()
  const keys = useInfiniteQuery(apiKeysQuery({ deleted: true }))
  const { list: logs, rows } = useLogs({}, { itemsMax: RECENT_ROWS })
  const { list: accepted, rows: acceptedRows } = useLogs({ status_class: '2xx' }, { itemsMax: 1 })
  const firstName = me.user.name.split(' ')[0]
  const failed = [keys, logs, accepted].find((query) => query.isError && !query.data)
  const keyMade = (keys.data?.pages[0]?.data.length ?? 0) > 0
  // Without these answers the overview stands; it says what it does not know.
  const endpoints = useQuery(endpointsQuery(mode))
  const expiring = useQuery(expiringKeysQuery)
  const webhookAdded = endpoints.data?.data.some(({ listener }) => !listener) ?? false
  const attention = {
    expiring: soonestFirst(expiring.data?.data ?? [], ({ expires_at: at }) => at),
    moreExpiring: Boolean(expiring.data?.next_cursor),
    failing: soonestFirst(
      // A person may switch one off; what the server switched off is still broken.
      (endpoints.data?.data ?? []).filter((endpoint) =>
        endpoint.enabled ? endpoint.failing_since : endpoint.disabled_reason,
      ),
      ({ failing_since: since, last_failure_at: last }) => since ?? last,
    ),
  }
  const requestMade = acceptedRows.length > 0
  const isUsed = rows.length > 0 || webhookAdded
  return (
    <>
      <PageHead title="Home" lead={`Signed in as ${firstName}. This is ${me.workspace.name}.`} />
      {failed ? (
        <Failed what="The overview" error={failed.error} onRetry={() => void failed.refetch()} />
      ) : [keys, logs, accepted, endpoints, expiring].some((query) => query.isPending) ? (
        <LoadingRows rows={8} />
      ) : (
        <div className="stack-wide">
          {(endpoints.isError || expiring.isError) && (
            <Note tone="soon">
              {endpoints.isError ? 'The webhooks' : 'The expiring API Keys'} could not be loaded: what needs
              attention may be missing here.
            </Note>
          )}
          {attention.expiring.length + attention.failing.length > 0 && <NeedsAttention {...attention} />}
          {isUsed && <UsageOverview />}
          <FirstSteps keyMade={keyMade} requestMade={requestMade} webhookAdded={webhookAdded} />
          {!isUsed && <NothingYet keyMade={keyMade} mode={mode} />}
          {rows.length > 0 && <RecentRequests rows={rows} />}
        </div>
      )}
    </>
  )
}

/** By a time that each of them has. */
function soonestFirst<Item>(items: Item[], timeOf: (item: Item) => string | null): Item[] {
  return [...items].sort((one, other) => (timeOf(one) ?? '').localeCompare(timeOf(other) ?? ''))
}

function NothingYet({ keyMade, mode }: { keyMade: boolean; mode: Mode }) {
  return (
    <Empty
      title={`No requests in ${MODE_NAMES[mode]} yet`}
      action={
        keyMade ? (
          <LinkButton to="/api-keys" variant="default">
            Open API Keys
          </LinkButton>
        ) : (
          // The first steps hold the primary one.
          <LinkButton to="/api-keys/new" variant="default">
            Create API Key
          </LinkButton>
        )
      }
    >
      Requests, errors, latency and webhooks over time show here from the first request that a key signs.
    </Empty>
  )
}

function RecentRequests({ rows }: { rows: TransactionLog[] }) {
  return (
    <section>
      <div className="row ends" style={{ marginBottom: 10 }}>
        <h2>Latest requests</h2>
        <Link to="/transaction-logs" className="link">
          All Transaction Logs
        </Link>
      </div>
      <div className="card">
        {rows.map((row) => (
          <Link
            key={row.id}
            to="/transaction-logs/$requestId"
            params={{ requestId: row.id }}
            className="recent"
          >
            <LogStatusBadge log={row} />
            <code className="grow">
              {row.method} {row.path}
            </code>
            {row.code && <code className="quiet hide-narrow">{row.code}</code>}
            <span className="quiet small">
              <Time at={row.created_at} />
            </span>
          </Link>
        ))}
      </div>
    </section>
  )
}
