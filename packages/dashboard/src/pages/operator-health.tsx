import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { SystemHealth } from '../api-types.ts'
import { Badge } from '../components/badges.tsx'
import { Fact, Facts } from '../components/facts.tsx'
import { Loaded } from '../components/loaded.tsx'
import { OperatorOnly } from '../components/operator-only.tsx'
import { Note, PageHead } from '../components/states.tsx'
import { Time } from '../components/time.tsx'
import { healthQuery } from '../operator.ts'

/** How every server, queue and connection is, refreshed while somebody looks. */
export function OperatorHealthPage() {
  return (
    <OperatorOnly>
      <PageHead title="System health" lead="Every server tells of itself every five seconds." />
      <Health />
    </OperatorOnly>
  )
}

function Health() {
  const health = useQuery(healthQuery)
  return (
    <Loaded query={health} what="The health" rows={16}>
      {(data) => <Report health={data} />}
    </Loaded>
  )
}

function Report({ health }: { health: SystemHealth }) {
  const { attention, servers, rails } = health
  return (
    <div className="stack-wide">
      {attention.length === 0 ? (
        <Note tone="good">Nothing needs attention.</Note>
      ) : (
        <Note tone="bad">
          <strong>Look at this</strong>
          {attention.map((words) => (
            <div key={words}>{words}</div>
          ))}
        </Note>
      )}
      <Database health={health} />
      <Queues health={health} />
      <section className="stack">
        <h2>Servers</h2>
        {servers.map((server) => (
          <Server key={server.id} server={server} />
        ))}
      </section>
      <section className="stack">
        <h2>Payment connections</h2>
        <Facts>
          {rails.map((rail) => (
            <Fact key={rail.currency_type} name={`${rail.name}, ${rail.currency_type}`}>
              <Badge tone={!rail.enabled ? 'off' : rail.healthy ? 'good' : 'bad'}>
                {!rail.enabled ? 'Off' : rail.healthy ? 'Healthy' : 'Not healthy'}
              </Badge>{' '}
              <span className="small quiet">{rail.detail}</span>
            </Fact>
          ))}
        </Facts>
      </section>
    </div>
  )
}

function Database({ health: { database, ledger } }: { health: SystemHealth }) {
  return (
    <section className="stack">
      <h2>Database</h2>
      <Facts>
        <Fact name="PostgreSQL">
          {database.version}, {database.embedded ? 'embedded' : 'DATABASE_URL'}
        </Fact>
        <Fact name="Answers in">{database.latency_ms} ms</Fact>
        <Fact name="Size">{size(database.size_bytes)}</Fact>
        <Fact name="Connections">
          {database.connections} of {database.connections_max}
        </Fact>
        <Fact name="Ledger">
          <Link to="/operator/reconciliation" className="link">
            {ledger.open_discrepancies === 0
              ? 'no discrepancy'
              : `${ledger.open_discrepancies} discrepancies`}
          </Link>
          {ledger.last_at && (
            <span className="small quiet">
              {' '}
              proved <Time at={ledger.last_at} />
            </span>
          )}
        </Fact>
      </Facts>
    </section>
  )
}

function Queues({ health: { queues } }: { health: SystemHealth }) {
  return (
    <section className="stack">
      <h2>Queues</h2>
      <Facts>
        <Fact name="Webhooks that wait">
          {queues.webhooks_waiting.toLocaleString('en')}
          <Late seconds={queues.webhooks_late_seconds} />
        </Fact>
        <Fact name="Endpoints that fail">
          {queues.endpoints_failing}
          {queues.breakers_open > 0 && <span className="small quiet"> · {queues.breakers_open} paused</span>}
        </Fact>
        <Fact name="Transactions to ask about">
          {queues.settlements_due.toLocaleString('en')}
          <Late seconds={queues.settle_late_seconds} />
        </Fact>
        <Fact name="Mail">
          {queues.mail_waiting} to send, {queues.mail_failed} failed
          {queues.mail_held > 0 && (
            <>
              ,{' '}
              <Link to="/operator/mail" className="link">
                {queues.mail_held} held here
              </Link>
            </>
          )}
        </Fact>
      </Facts>
    </section>
  )
}

function Late({ seconds }: { seconds: number }) {
  return <span className="small quiet"> · {seconds < 1 ? 'none late' : `${seconds} s late`}</span>
}

function Server({ server }: { server: SystemHealth['servers'][number] }) {
  const { log_rows: logRows, disk, redis, loops } = server
  return (
    <article className="card card-pad stack">
      <div className="row ends">
        <h3>
          {server.host} <span className="quiet">{server.roles.join(' and ')}</span>
        </h3>
        <Badge tone={server.alive ? 'good' : 'bad'}>{server.alive ? 'Alive' : 'Not heard of'}</Badge>
      </div>
      <dl className="facts">
        <Fact name="Process">
          {server.pid}, since <Time at={server.started_at} />
        </Fact>
        <Fact name="Heard of">
          <Time at={server.seen_at} />
        </Fact>
        <Fact name="Memory">{size(server.memory_bytes)}</Fact>
        <Fact name="Event loop">99 % of turns less than {server.event_loop_lag_ms} ms late</Fact>
        <Fact name="Database connections">
          {server.database_pool.total - server.database_pool.idle} busy, {server.database_pool.waiting} wanted
        </Fact>
        {logRows && (
          <Fact name="Log rows">
            {logRows.waiting} to write, {logRows.lost} lost
          </Fact>
        )}
        {redis !== null && <Fact name="Redis">{redis ? 'answers' : 'away'}</Fact>}
        {disk && (
          <Fact name="Disk of the data folder">
            {size(disk.free_bytes)} of {size(disk.total_bytes)} free
          </Fact>
        )}
      </dl>
      {/* What one that is gone did last says nothing. */}
      {server.alive && loops.length > 0 && <Loops loops={loops} />}
    </article>
  )
}

/** What the loops do, in words. */
const WORK: Record<string, string> = {
  settle: 'Settle transactions',
  reconcile: 'Prove the ledger',
  replay: 'Send webhooks again',
  'check-events': 'Check what events hold',
  expire: 'Expire keys and tell about them',
  failing: 'Tell about failing webhooks',
  listeners: 'End command lines that went away',
  mail: 'Send mail',
  prune: 'Delete what is past its time',
  'prune-people': 'Delete ended sessions and old mail',
  'forget-idempotency-keys': 'Forget Idempotency-Keys',
  'reset-test-data': 'Reset test data',
  usage: 'Add up usage',
  'expire-holds': 'Free the money of holds that ended',
}

function Loops({ loops }: { loops: SystemHealth['servers'][number]['loops'] }) {
  return (
    <section className="stack-tight" aria-label="Work in the background">
      <p className="small quiet">Work in the background, and its last round</p>
      <ul className="timeline card loops">
        {loops.map((loop) => (
          <li key={loop.name}>
            <span className="grow" title={loop.name}>
              {WORK[loop.name] ?? loop.name.replaceAll('-', ' ')}
            </span>
            <Quiet>{loop.last_run_at ? <Time at={loop.last_run_at} /> : 'not yet'}</Quiet>
            {loop.failing_since === null ? (
              <Badge tone="good">Works</Badge>
            ) : (
              <Badge tone="bad">Failed {loop.failures} times</Badge>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Quiet({ children }: { children: ReactNode }) {
  return <span className="quiet">{children}</span>
}

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']

function size(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`
}
