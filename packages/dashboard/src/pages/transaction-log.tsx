import { useQuery } from '@tanstack/react-query'
import { ArrowLeftIcon } from '@radix-ui/react-icons'
import { Link, useParams, useRouter } from '@tanstack/react-router'
import type { TransactionLogDetail } from '../api-types.ts'
import { HttpStatusBadge, ModeBadge } from '../components/badges.tsx'
import { Chip } from '../components/chip.tsx'
import { CodeBlock } from '../components/code-sample.tsx'
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
            <HttpStatusBadge status={log.status} />
          </span>
        }
        lead={<ExactTime at={log.created_at} />}
      />
      {log.code && <ProblemExplained log={log} />}
      <RequestFacts log={log} />
      <div className="side-by-side">
        <LoggedMessageView title="Request" message={log.request} />
        <LoggedMessageView title="Response" message={log.response} />
      </div>
    </>
  )
}

function ProblemExplained({ log }: { log: TransactionLogDetail }) {
  const problem = problemIn(log, log)
  return (
    <>
      <Note tone="bad">
        <strong>{problem.title}.</strong> {problem.detail}
        {problem.likelyCause && (
          <p style={{ marginTop: 6 }}>
            <strong>Likely cause:</strong> {problem.likelyCause}
          </p>
        )}
        {problem.skewSeconds !== undefined && problem.skewSeconds !== 0 && (
          <p style={{ marginTop: 6 }}>The clock of the sender differed by {problem.skewSeconds} s.</p>
        )}
        <p style={{ marginTop: 6 }}>
          <a className="link" href={`/problems/${log.code}`} target="_blank" rel="noreferrer">
            What {log.code} means and how to mend it
          </a>
        </p>
      </Note>
      {problem.signatureBase && (
        <div className="stack-tight">
          <CodeBlock title="Signature base that the server computed" code={problem.signatureBase} />
          <p className="small quiet">
            Lay it beside the text that your code signs. The first byte that differs is the cause.
          </p>
        </div>
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
          {log.secret_version !== null && (
            <span className="quiet">signed with secret version {log.secret_version}</span>
          )}
        </span>
      </Fact>
      <Fact name="Query">{log.query ? <code>{log.query}</code> : <span className="quiet">None</span>}</Fact>
      <Fact name="Duration">{milliseconds(log.duration_ms)}</Fact>
      <Fact name="Address">
        <code>{log.ip}</code>
      </Fact>
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
