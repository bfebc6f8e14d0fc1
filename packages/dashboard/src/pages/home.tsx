import { CheckCircledIcon, CircleIcon } from '@radix-ui/react-icons'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { TransactionLog } from '../api-types.ts'
import { LogStatusBadge } from '../components/badges.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { Failed, LoadingRows, PageHead } from '../components/states.tsx'
import { Time } from '../components/time.tsx'
import { apiKeysQuery } from '../keys.ts'
import { useLogs } from '../logs.ts'
import { useMode } from '../mode.ts'
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
  const failed = [keys, logs, accepted].find((query) => query.isError)
  const keyMade = (keys.data?.pages[0]?.data.length ?? 0) > 0
  // Without an answer the step stays open; the overview does not fail for it.
  const webhookAdded = useQuery(endpointsQuery(mode)).data?.data.some(({ listener }) => !listener) ?? false
  const requestMade = acceptedRows.length > 0
  return (
    <>
      <PageHead title="Home" lead={`Signed in as ${firstName}. This is ${me.workspace.name}.`} />
      {failed ? (
        <Failed what="The overview" error={failed.error} onRetry={() => void failed.refetch()} />
      ) : keys.isPending || logs.isPending || accepted.isPending ? (
        <LoadingRows rows={8} />
      ) : (
        <div className="stack-wide">
          <FirstSteps keyMade={keyMade} requestMade={requestMade} webhookAdded={webhookAdded} />
          {rows.length > 0 && <RecentRequests rows={rows} />}
        </div>
      )}
    </>
  )
}

type FirstStepsProps = { keyMade: boolean; requestMade: boolean; webhookAdded: boolean }

/** Ticks itself from facts: nobody has to say that a step is done. */
function FirstSteps({ keyMade, requestMade, webhookAdded }: FirstStepsProps) {
  return (
    <section className="card card-pad" aria-label="First steps">
      <h2>First steps</h2>
      <p className="second">Three steps from a key to the first webhook. They tick themselves.</p>
      <ol className="steps">
        <Step
          done={keyMade}
          title="Create an API key"
          action={<LinkButton to="/api-keys/new">Create API Key</LinkButton>}
        >
          A Public Key that names you and a Secret Key that signs. Half a minute.
        </Step>
        <Step
          done={requestMade}
          title="Send a signed request"
          action={
            <LinkButton to="/api-keys" variant="default" disabled={!keyMade}>
              Open API Keys
            </LinkButton>
          }
        >
          Every key has code for curl and TypeScript, and a page that waits for your request.
        </Step>
        <Step
          done={webhookAdded}
          title="Add a webhook"
          action={
            <LinkButton to="/webhooks/new" variant="default">
              Add Webhook
            </LinkButton>
          }
        >
          A URL of yours that hears of each event, signed, as it happens.
        </Step>
      </ol>
    </section>
  )
}

type StepProps = { done: boolean; title: string; action: ReactNode; children: ReactNode }

function Step({ done, title, action, children }: StepProps) {
  return (
    <li data-done={done || undefined}>
      {done ? <CheckCircledIcon aria-label="Done" /> : <CircleIcon aria-label="To do" />}
      <div>
        <h3>{title}</h3>
        <p className="second">{children}</p>
      </div>
      {!done && action}
    </li>
  )
}

function RecentRequests({ rows }: { rows: TransactionLog[] }) {
  return (
    <section>
      <div className="row" style={{ justifyContent: 'space-between', marginBottom: 10 }}>
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
