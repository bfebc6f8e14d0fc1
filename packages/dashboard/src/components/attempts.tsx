import { useState } from 'react'
import type { WebhookAttempt } from '../api-types.ts'
import { curlCommand } from '../curl-command.ts'
import { readJson } from '../json-lines.ts'
import { attemptOutcome } from '../webhook-words.ts'
import { Badge, HttpStatusBadge } from './badges.tsx'
import { TextCopyButton } from './chip.tsx'
import { Fact } from './facts.tsx'
import { MessageBlock } from './logged-message.tsx'
import { ExactTime, milliseconds } from './time.tsx'
import { VerifySignature } from './verify-signature.tsx'

/** Every HTTP try, the newest first and open. */
export function Attempts({ attempts }: { attempts: WebhookAttempt[] }) {
  if (attempts.length === 0) return null
  return (
    <section className="stack-tight">
      <h2>Attempts</h2>
      <ol className="attempts">
        {attempts.toReversed().map((attempt, index) => (
          <Attempt key={attempt.number} attempt={attempt} isNewest={index === 0} />
        ))}
      </ol>
    </section>
  )
}

function Attempt({ attempt, isNewest }: { attempt: WebhookAttempt; isNewest: boolean }) {
  const [open, setOpen] = useState(isNewest)
  return (
    <li className="card">
      <button
        type="button"
        className="attempt-head"
        aria-expanded={open}
        onClick={() => setOpen((before) => !before)}
      >
        <strong>Attempt {attempt.number}</strong>
        {attempt.status_code === null ? (
          <Badge tone="bad">No answer</Badge>
        ) : (
          <HttpStatusBadge status={attempt.status_code} />
        )}
        <span className="second grow">{attemptOutcome(attempt)}</span>
        <span className="quiet nowrap">{milliseconds(attempt.duration_ms)}</span>
      </button>
      {open && <AttemptDetail attempt={attempt} />}
    </li>
  )
}

function AttemptDetail({ attempt }: { attempt: WebhookAttempt }) {
  const { request, response } = attempt
  return (
    <div className="attempt-body stack">
      <dl className="facts">
        <Fact name="Time">
          <ExactTime at={attempt.at} />
        </Fact>
        <Fact name="URL">
          <code>{request.url}</code>
        </Fact>
        <Fact name="Address dialled">
          {attempt.remote_address ? (
            <code>{attempt.remote_address}</code>
          ) : (
            <span className="quiet">None</span>
          )}
        </Fact>
        <Fact name="Timings">
          <Timings attempt={attempt} />
        </Fact>
        {attempt.error && (
          <Fact name="Error">
            <code>{attempt.error}</code> {attempt.error_detail}
          </Fact>
        )}
      </dl>
      <div className="side-by-side">
        <section className="stack-tight" aria-label="Request">
          <div className="row ends">
            <h3>Request</h3>
            <TextCopyButton value={curlCommand(request)}>Copy as curl</TextCopyButton>
          </div>
          <MessageBlock title="Headers" text={headerLines(request.headers)} empty="No headers." />
          <MessageBlock
            title="Body"
            text={request.body}
            json={readJson(request.body) ?? undefined}
            empty="No body."
            note={`${size(request.body)}, copied byte for byte`}
          />
        </section>
        <section className="stack-tight" aria-label="Response">
          <h3>Response</h3>
          {response ? (
            <>
              <MessageBlock title="Headers" text={headerLines(response.headers)} empty="No headers." />
              <MessageBlock
                title={response.body_encoding === 'base64' ? 'Body (base64)' : 'Body'}
                text={response.body}
                json={response.body_encoding === 'utf8' ? (readJson(response.body) ?? undefined) : undefined}
                empty="No body."
                note={response.body_truncated ? 'first 64 KiB' : undefined}
              />
            </>
          ) : (
            <p className="quiet">There was none.</p>
          )}
        </section>
      </div>
      <VerifySignature attempt={attempt} />
    </div>
  )
}

const headerLines = (headers: readonly string[][]) =>
  headers.map(([name, value]) => `${name}: ${value}`).join('\n')

const size = (text: string) => `${new TextEncoder().encode(text).length.toLocaleString('en')} bytes`

/** Where the time went, in the order in which it went. */
function Timings({ attempt: { timings } }: { attempt: WebhookAttempt }) {
  const steps = [
    { name: 'DNS', value: timings.dns_ms },
    { name: 'TCP', value: timings.connect_ms },
    { name: 'TLS', value: timings.tls_ms },
    { name: 'first byte', value: timings.first_byte_ms },
  ].filter(({ value }) => value !== null)
  if (steps.length === 0) return <span className="quiet">None measured</span>
  return (
    <span className="row timings">
      {steps.map(({ name, value }) => (
        <span key={name}>
          <span className="quiet">{name}</span> {milliseconds(value ?? 0)}
        </span>
      ))}
    </span>
  )
}
