import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { ApiKey, WebhookEndpoint } from '../api-types.ts'
import { EndpointBadge, KeyStatusBadge, ModeBadge } from './badges.tsx'
import { Time } from './time.tsx'

const ROWS_MAX = 5

type NeedsAttentionProps = {
  /** Soonest first. */
  expiring: ApiKey[]
  moreExpiring: boolean
  /** Of the mode of the page, the longest failing first; with those that the server switched off for it. */
  failing: WebhookEndpoint[]
}

/** What breaks soon or is broken now: a few rows of each, then the way to all of them. */
export function NeedsAttention({ expiring, moreExpiring, failing }: NeedsAttentionProps) {
  return (
    <section aria-label="Needs attention">
      <h2 style={{ marginBottom: 10 }}>Needs attention</h2>
      <div className="card">
        {failing.slice(0, ROWS_MAX).map((endpoint) => (
          <Link
            key={endpoint.id}
            to="/webhooks/$endpointId"
            params={{ endpointId: endpoint.id }}
            className="recent"
          >
            <EndpointBadge endpoint={endpoint} />
            <code className="grow address">{endpoint.url}</code>
            <Since>{endpoint.failing_since && <Time at={endpoint.failing_since} />}</Since>
          </Link>
        ))}
        {failing.length > ROWS_MAX && (
          <Link to="/webhooks" className="recent link">
            All {failing.length} failing webhooks
          </Link>
        )}
        {expiring.slice(0, ROWS_MAX).map((key) => (
          <Link key={key.id} to="/api-keys/$keyId" params={{ keyId: key.id }} className="recent">
            <KeyStatusBadge status={key.status} />
            <span className="grow">{key.name}</span>
            <span className="hide-narrow">
              <ModeBadge mode={key.mode} />
            </span>
            <Since>{key.expires_at && <Time at={key.expires_at} />}</Since>
          </Link>
        ))}
        {(moreExpiring || expiring.length > ROWS_MAX) && (
          <Link to="/api-keys" search={{ status: 'expiring' }} className="recent link">
            All expiring API Keys
          </Link>
        )}
      </div>
    </section>
  )
}

const Since = ({ children }: { children: ReactNode }) => <span className="quiet small">{children}</span>
