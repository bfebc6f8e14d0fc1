import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import type { TransactionLogDetail } from '../api-types.ts'
import { apiKeyQuery } from '../keys.ts'
import { problemIn } from '../logged-problem.ts'
import { LogStatusBadge, ModeBadge } from './badges.tsx'
import { BaseComparison } from './base-comparison.tsx'
import { Chip } from './chip.tsx'
import { Fact, Facts } from './facts.tsx'
import { IdLink } from './id-link.tsx'
import { LoggedMessages } from './logged-messages.tsx'
import { ObjectLink } from './object-link.tsx'
import { Note, PageHead } from './states.tsx'
import { ExactTime, milliseconds } from './time.tsx'

// With the programs that a copy is made of, which nobody needs to read a row.
const RequestActions = lazy(() => import('./request-actions.tsx'))

/**
 * One request: what became of it, what is known of it, what was sent and answered.
 * @param level of its heading: 1 on a page of its own, 2 beside the list
 */
export function RequestDetail({ log, level }: { log: TransactionLogDetail; level: 1 | 2 }) {
  return (
    <>
      <PageHead
        level={level}
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
      <Suspense fallback={<div className="request-actions" aria-busy="true" />}>
        <RequestActions log={log} />
      </Suspense>
      <RequestFacts log={log} />
      <LoggedMessages log={log} />
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
          {key.data && <Chip value={key.data.public_key} what="Public Key" bare />}
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
              <IdLink
                key={eventId}
                to="/events/$eventId"
                params={{ eventId }}
                value={eventId}
                what="event id"
              />
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
