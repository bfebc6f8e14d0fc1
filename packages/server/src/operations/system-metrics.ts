import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import { counter, gauge, type Metric } from './exposition.ts'
import { readDatabase, readLedgerProof, readQueues, type LoopState } from './queries.ts'

const LAG_RESOLUTION_MS = 20

/** Of this process: memory, time, event loop, the pool of its database connections. */
export function processMetrics(database: Database): () => Metric[] {
  const lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS })
  lag.enable()
  return () => {
    const { rss, heapUsed, heapTotal, external } = process.memoryUsage()
    const { user, system } = process.cpuUsage()
    const { totalCount, idleCount, waitingCount } = database.pool
    const seconds = (percentile: number) =>
      Math.max(0, lag.percentile(percentile) / 1e6 - LAG_RESOLUTION_MS) / 1000
    const lags = [50, 99].map((percentile) => ({
      value: seconds(percentile),
      labels: { quantile: String(percentile / 100) },
    }))
    lag.reset()
    return [
      gauge('process_resident_memory_bytes', 'Memory of this process.', rss),
      gauge('process_start_time_seconds', 'When this process began.', Date.now() / 1000 - process.uptime()),
      counter('process_cpu_seconds_total', 'Processor time of this process.', (user + system) / 1e6),
      gauge('nodejs_heap_size_used_bytes', 'Memory of JavaScript objects.', heapUsed),
      gauge('nodejs_heap_size_total_bytes', 'Memory that is set aside for them.', heapTotal),
      gauge('nodejs_external_memory_bytes', 'Memory of buffers.', external),
      {
        name: 'countersign_event_loop_lag_seconds',
        help: 'How late the event loop comes round, since the scrape before.',
        type: 'gauge',
        samples: lags,
      },
      {
        name: 'countersign_database_connections',
        help: 'Connections of this process to PostgreSQL, and requests that wait for one.',
        type: 'gauge',
        samples: [
          { value: totalCount - idleCount, labels: { state: 'busy' } },
          { value: idleCount, labels: { state: 'idle' } },
          { value: waitingCount, labels: { state: 'wanted' } },
        ],
      },
    ]
  }
}

/** What is the same whichever process is asked: queues, ledger, reconciliation. Scrape one, or take the maximum. */
export async function sharedMetrics({
  database,
  clock,
}: {
  database: Database
  clock: Clock
}): Promise<Metric[]> {
  const now = clock.now()
  const queues = await readQueues(database.pool, new Date(now))
  const facts = await readDatabase(database.pool)
  const proof = await readLedgerProof(database.pool)
  const age = (at: Date | null): number | null => (at === null ? null : (now - at.getTime()) / 1000)
  return [
    gauge(
      'countersign_webhooks_waiting',
      'Deliveries that wait, counted up to 100 000.',
      queues.webhooksWaiting,
    ),
    gauge(
      'countersign_webhooks_lag_seconds',
      'Since when the oldest delivery could have gone out; what a breaker holds back does not count.',
      queues.webhooksLateSeconds,
    ),
    {
      name: 'countersign_webhook_breakers',
      help: 'Endpoints whose breaker is open, or lets one probe through.',
      type: 'gauge',
      samples: [
        { value: queues.breakersOpen, labels: { state: 'open' } },
        { value: queues.breakersHalfOpen, labels: { state: 'half_open' } },
      ],
    },
    gauge(
      'countersign_webhook_endpoints_failing',
      'Endpoints that answer nothing but failures.',
      queues.endpointsFailing,
    ),
    gauge(
      'countersign_settlements_due',
      'Transactions that a rail is to be asked about, up to 100 000.',
      queues.settlementsDue,
    ),
    gauge(
      'countersign_settle_lag_seconds',
      'Since when the oldest of them is due.',
      queues.settleLateSeconds,
    ),
    {
      name: 'countersign_mail',
      help: 'Mails that wait, have failed, or are held for an operator to read.',
      type: 'gauge',
      samples: [
        { value: queues.mailWaiting, labels: { state: 'pending' } },
        { value: queues.mailFailed, labels: { state: 'failed' } },
        { value: queues.mailHeld, labels: { state: 'held' } },
      ],
    },
    counter(
      'countersign_ledger_entries_total',
      'Entries written, by the statistics of PostgreSQL.',
      facts.entriesWritten,
    ),
    counter(
      'countersign_ledger_transactions_total',
      'Transactions written, by the same.',
      facts.transactionsWritten,
    ),
    gauge(
      'countersign_ledger_discrepancies',
      'Open discrepancies of the ledger: anything but 0 is an emergency.',
      proof.openDiscrepancies,
    ),
    gauge('countersign_reconciliation_age_seconds', 'Since the last proof of the ledger.', age(proof.lastAt)),
    gauge(
      'countersign_full_reconciliation_age_seconds',
      'Since the last proof of all of it.',
      age(proof.lastFullAt),
    ),
    gauge(
      'countersign_full_reconciliation_every_seconds',
      'How long after its beginning the next proof of all of it begins: by then a change of an old entry is found.',
      proof.fullEverySeconds,
    ),
    gauge('countersign_database_size_bytes', 'The database on disk.', facts.sizeBytes),
    gauge(
      'countersign_database_server_connections',
      'Connections to PostgreSQL, of everybody.',
      facts.connections,
    ),
    gauge('countersign_database_server_connections_max', 'How many it takes.', facts.connectionsMax),
  ]
}

export type ApiFacts = {
  keyCache: { readonly size: number; readonly hits: number; readonly misses: number }
  /** Null where Redis holds the nonces. */
  nonceBytes(): number | null
  isVerifying(): boolean
  requestLog: { readonly waiting: number; readonly dropped: number }
}

/** What an API server keeps in memory. */
export function apiMetrics({ keyCache, nonceBytes, isVerifying, requestLog }: ApiFacts): Metric[] {
  return [
    gauge('countersign_key_cache_keys', 'Keys in memory.', keyCache.size),
    {
      name: 'countersign_key_cache_finds_total',
      help: 'Keys that were found in memory, and those that were looked up.',
      type: 'counter',
      samples: [
        { value: keyCache.hits, labels: { result: 'hit' } },
        { value: keyCache.misses, labels: { result: 'miss' } },
      ],
    },
    gauge(
      'countersign_nonce_store_bytes',
      'Memory of live nonces; absent where Redis holds them.',
      nonceBytes(),
    ),
    gauge('countersign_verifying', '1 while signed requests can be accepted.', isVerifying() ? 1 : 0),
    gauge(
      'countersign_log_rows_waiting',
      'Rows of the Transaction Logs that wait to be written.',
      requestLog.waiting,
    ),
    counter(
      'countersign_log_rows_lost_total',
      'Rows of the Transaction Logs that were lost.',
      requestLog.dropped,
    ),
  ]
}

export type WorkerFacts = { loops(): LoopState[]; attempts(): { succeeded: number; failed: number } }

/** What a worker has done. */
export function workerMetrics({ loops, attempts }: WorkerFacts): Metric[] {
  const states = loops()
  const { succeeded, failed } = attempts()
  return [
    {
      name: 'countersign_webhook_attempts_total',
      help: 'Attempts to deliver webhooks by this process.',
      type: 'counter',
      samples: [
        { value: succeeded, labels: { result: 'succeeded' } },
        { value: failed, labels: { result: 'failed' } },
      ],
    },
    {
      name: 'countersign_loop_failures',
      help: 'Failed rounds in a row of each loop.',
      type: 'gauge',
      samples: states.map(({ name, failures }) => ({ value: failures, labels: { loop: name } })),
    },
    {
      name: 'countersign_loop_last_run_timestamp_seconds',
      help: 'When each loop last ended a round.',
      type: 'gauge',
      samples: states.flatMap(({ name, last_run_at: at }) =>
        at === null ? [] : [{ value: Date.parse(at) / 1000, labels: { loop: name } }],
      ),
    },
  ]
}
