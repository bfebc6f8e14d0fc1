import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { WebhookEndpoint, WebhookEndpointHealth } from '../api-types.ts'
import { healthQuery } from '../webhooks.ts'
import { Badge } from './badges.tsx'
import { Failed } from './states.tsx'
import { milliseconds, Time } from './time.tsx'

const BREAKERS = {
  closed: { tone: 'good', label: 'Closed', hint: 'Deliveries go out as they come.' },
  open: { tone: 'bad', label: 'Open', hint: 'After many failures in a row deliveries wait; none is lost.' },
  half_open: { tone: 'soon', label: 'Half open', hint: 'The next delivery probes the endpoint.' },
} as const
const LATE_SECONDS = 5

/** How an endpoint is doing: the last day in figures, and what is in its way now. */
export function EndpointHealth({ endpoint }: { endpoint: WebhookEndpoint }) {
  const health = useQuery(healthQuery(endpoint.mode, endpoint.id))
  if (health.isError && !health.data)
    return <Failed what="The health" error={health.error} onRetry={() => void health.refetch()} />
  const shown = health.data
  return (
    <section className="stack-tight" aria-label="Health" aria-busy={health.isPending || undefined}>
      <div className="row ends">
        <h2>Health</h2>
        {shown && <span className="small quiet">{sample(shown)}</span>}
      </div>
      <dl className="card health">
        <Figure name="Success rate">{shown && <SuccessRate health={shown} />}</Figure>
        <Figure name="Latency" hint="Half of the attempts took no longer; 95 % no longer than the second">
          {shown && <Latency health={shown} />}
        </Figure>
        <Figure name="Backlog" hint="Deliveries still to go out, those between two attempts among them">
          {shown && <Backlog health={shown} />}
        </Figure>
        <Figure name="Lag" hint="For how long the oldest delivery has been due">
          {shown && (shown.lag_seconds < LATE_SECONDS ? 'None' : <Warn>{inWords(shown.lag_seconds)}</Warn>)}
        </Figure>
        <Figure name="Circuit breaker" hint={shown && BREAKERS[shown.breaker.state].hint}>
          {shown && (
            <span className="stack-tight">
              <Badge tone={BREAKERS[shown.breaker.state].tone}>{BREAKERS[shown.breaker.state].label}</Badge>
              {shown.breaker.state === 'open' && shown.breaker.next_probe_at && (
                <span className="small quiet">
                  Next probe <Time at={shown.breaker.next_probe_at} />
                </span>
              )}
            </span>
          )}
        </Figure>
        <Figure name="Failing since">
          {shown && (shown.failing_since ? <FailingSince health={shown} /> : 'It is not')}
        </Figure>
      </dl>
    </section>
  )
}

/** The same in a cell of the list. */
export function HealthInShort({ endpoint }: { endpoint: WebhookEndpoint }) {
  const { data: health } = useQuery(healthQuery(endpoint.mode, endpoint.id))
  if (!health) return <span className="quiet">…</span>
  return (
    <span className="stack-tight nowrap">
      {health.success_rate === null ? (
        <span className="quiet">No attempts</span>
      ) : (
        <span>
          {percent(health.success_rate)}
          {health.latency_ms.p50 !== null && (
            <span className="quiet"> · {milliseconds(health.latency_ms.p50)}</span>
          )}
        </span>
      )}
      {health.waiting > 0 && (
        <span className="small quiet">
          <Backlog health={health} /> waiting
          {health.lag_seconds >= LATE_SECONDS && `, ${inWords(health.lag_seconds)} late`}
        </span>
      )}
    </span>
  )
}

function Figure({ name, hint, children }: { name: string; hint?: string; children: ReactNode }) {
  return (
    <div title={hint}>
      <dt>{name}</dt>
      <dd>{children ?? <span className="quiet">…</span>}</dd>
    </div>
  )
}

const Warn = ({ children }: { children: ReactNode }) => <span className="late">{children}</span>

function SuccessRate({ health: { success_rate: rate } }: { health: WebhookEndpointHealth }) {
  if (rate === null) return <span className="quiet">No attempts</span>
  return rate < 0.95 ? <Warn>{percent(rate)}</Warn> : percent(rate)
}

function Latency({ health: { latency_ms: latency } }: { health: WebhookEndpointHealth }) {
  if (latency.p50 === null || latency.p95 === null) return <span className="quiet">No attempts</span>
  return (
    <span className="stack-tight">
      <span>{milliseconds(latency.p50)}</span>
      <span className="small quiet">95 %: {milliseconds(latency.p95)}</span>
    </span>
  )
}

function Backlog({ health }: { health: WebhookEndpointHealth }) {
  return (
    <>
      {health.waiting_capped && 'over '}
      {health.waiting.toLocaleString('en')}
    </>
  )
}

function FailingSince({ health }: { health: WebhookEndpointHealth }) {
  return (
    <span className="stack-tight">
      <Warn>
        <Time at={health.failing_since ?? ''} />
      </Warn>
      <span className="small quiet">
        {health.consecutive_failures.toLocaleString('en')} failures in a row
      </span>
    </span>
  )
}

function sample({ deliveries, attempts }: WebhookEndpointHealth): string {
  if (attempts === 0) return 'Last 24 hours'
  return `Last 24 hours, newest ${deliveries.toLocaleString('en')} deliveries`
}

/** Never rounded up to 100. */
function percent(rate: number): string {
  return `${(Math.floor(rate * 1000) / 10).toLocaleString('en')} %`
}

function inWords(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`
  return `${Math.round(seconds / 3_600)} h`
}
