import { useQuery } from '@tanstack/react-query'
import { ArrowLeftIcon } from '@radix-ui/react-icons'
import { Link, useParams, useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import type { TransactionLogDetail } from '../api-types.ts'
import { BaseComparison } from '../components/base-comparison.tsx'
import { LogStatusBadge, ModeBadge } from '../components/badges.tsx'
import { Chip } from '../components/chip.tsx'
import { Fact, Facts } from '../components/facts.tsx'
import { LoggedMessageView } from '../components/logged-message.tsx'
import { ObjectLink } from '../components/object-link.tsx'
import { Failed, LoadingRows, Note, PageHead } from '../components/states.tsx'
import { ExactTime, milliseconds } from '../components/time.tsx'
import { apiKeyQuery } from '../keys.ts'
import { problemIn } from '../logged-problem.ts'
import { logQuery } from '../logs.ts'
import { useMode } from '../mode.ts'

export function TransactionLogPage() {
  const { requestId } = useParams({ from: '/inside/transaction-logs/$requestId' })
  const log = useQuery(logQuery(useMode(), requestId))
  return (
    <div className="stack">
      <BackToList />
      {log.isPending && <LoadingRows rows={10} />}
      {log.isError && <Failed what="This request" error={log.error} onRetry={() => void log.refetch()} />}
      {log.isSuccess && <RequestDetail log={log.data} />}
    </div>
  )
}

/** Back to the list with its filters when it was left a moment ago, else to the plain list. */
function BackToList() {
  const router = useRouter()
  return (
    <Link
      to="/transaction-logs"
      className="link row"
      style={{ alignSelf: 'flex-start' }}
      onClick={(event) => {
        if (!router.history.canGoBack()) return
        event.preventDefault()
        router.history.back()
      }}
    >
      <ArrowLeftIcon /> Transaction Logs
    </Link>
  )
}

function RequestDetail({ log }: { log: TransactionLogDetail }) {
  return (
    <>
      <PageHead
        title={
          <span className="row">
            <code className="title-code">
              {log.method} {log.path}
            </code>
            <LogStatusBadge log={log} />
          </span>
        }
        lead={<ExactTime at={log.created_at} />}
      />
      {log.request_count > 1 && <CountedRefusals count={log.request_count} />}
      {log.code && <ProblemExplained log={log} />}
      {log.outcome === 'forwarded' && <NoOutcomeYet />}
      <RequestFacts log={log} />
      <div className="side-by-side">
        <LoggedMessageView title="Request" message={log.request} />
        <LoggedMessageView title="Response" message={log.response} />
      </div>
    </>
  )
}

/** Passed on to a service behind a proxy, or to one that asked; it may tell later, or never. */
function NoOutcomeYet() {
  return (
    <Note>
      <strong>The signature held, and the request was passed on to the service that it was meant for.</strong>{' '}
      How that service answered is not known here. It shows as soon as the service tells; the duration until
      then is that of the check.
    </Note>
  )
}

/** A key's refusals past the limit of a minute are counted in one row, of which this is the newest. */
function CountedRefusals({ count }: { count: number }) {
  return (
    <Note tone="soon">
      <strong>This row stands for {count.toLocaleString('en')} refused requests.</strong> The key had so many
      in one minute that the rest were counted, not logged one by one. What you see here is the newest of
      them.
    </Note>
  )
}

function ProblemExplained({ log }: { log: TransactionLogDetail }) {
  const problem = problemIn(log, log)
  const [ownBase, setOwnBase] = useState('')
  return (
    <>
      <Note tone="bad">
        <strong>{problem.title}.</strong> {problem.detail}
        {problem.likelyCause && (
          <p style={{ marginTop: 6 }}>
            <strong>Likely cause:</strong> {problem.likelyCause}
            {problem.remedy && ` ${problem.remedy}`}
          </p>
        )}
        {problem.skewSeconds !== undefined && problem.skewSeconds !== 0 && (
          <p style={{ marginTop: 6 }}>The clock of the sender differed by {problem.skewSeconds} s.</p>
        )}
        <p style={{ marginTop: 6 }}>
          <a className="link" href={`/problems/${log.code}`} target="_blank" rel="noreferrer">
            What {log.code} means and how to mend it
          </a>
          {log.likely_cause_code && (
            <>
              {' · '}
              <Link to="/signature-debugger" search={{ request: log.id }} className="link">
                Open in the signature debugger
              </Link>
            </>
          )}
        </p>
      </Note>
      {problem.signatureBase && (
        <BaseComparison serverBase={problem.signatureBase} text={ownBase} onText={setOwnBase} />
      )}
    </>
  )
}

function RequestFacts({ log }: { log: TransactionLogDetail }) {
  const key = useQuery({ ...apiKeyQuery(log.api_key_id), retry: false })
  return (
    <Facts>
      <Fact name="Request id">
        <Chip value={log.id} what="request id" />
      </Fact>
      <Fact name="Mode">
        <ModeBadge mode={log.mode} />
      </Fact>
      <Fact name="Key">
        <span className="row">
          <Link to="/api-keys/$keyId" params={{ keyId: log.api_key_id }} className="link">
            {key.data?.name ?? log.api_key_id}
          </Link>
          {key.data && <code className="quiet">{key.data.public_key}</code>}
        </span>
      </Fact>
      <Fact name="Signed with">
        <SignedWith version={log.secret_version} current={key.data?.secret_version} />
      </Fact>
      {log.request_count > 1 && <Fact name="Requests">{log.request_count.toLocaleString('en')}</Fact>}
      <Fact name="Query">{log.query ? <code>{log.query}</code> : <span className="quiet">None</span>}</Fact>
      <Fact name="Duration">{milliseconds(log.duration_ms)}</Fact>
      <Fact name="Address">{log.ip ? <code>{log.ip}</code> : <span className="quiet">Unknown</span>}</Fact>
      <Fact name="User agent">{log.user_agent ?? <span className="quiet">None sent</span>}</Fact>
      {log.transaction_id && (
        <Fact name="Transaction">
          <ObjectLink id={log.transaction_id} />
        </Fact>
      )}
      {log.event_ids.length > 0 && (
        <Fact name="Events">
          <span className="stack-tight">
            {log.event_ids.map((eventId) => (
              <Link key={eventId} to="/events/$eventId" params={{ eventId }} className="link">
                <code>{eventId}</code>
              </Link>
            ))}
            <Link to="/webhook-logs" search={{ request_id: log.id }} className="link">
              Their webhooks
            </Link>
          </span>
        </Fact>
      )}
      {log.idempotency_key && (
        <Fact name="Idempotency key">
          <Chip value={log.idempotency_key} what="idempotency key" />
        </Fact>
      )}
    </Facts>
  )
}

/** Which secret signed, and whether it is still the key's newest. */
function SignedWith({ version, current }: { version: number | null; current: number | undefined }) {
  if (version === null) return <span className="quiet">No signature held</span>
  return (
    <>
      Secret version {version}
      {current !== undefined && (
        <span className="quiet">
          {version === current ? ', the newest' : `; version ${current} is the newest`}
        </span>
      )}
    </>
  )
}
