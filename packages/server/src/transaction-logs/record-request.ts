import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import type { Log } from '../log.ts'
import { problem } from '../problems.ts'
import { createLane, type Lane } from './lane.ts'
import { createLiveRequests, type LiveRequests } from './live-requests.ts'
import { createRefusalLimit } from './limit-refusals.ts'
import { ensurePartitions } from './partitions.ts'
import type { LogRow } from './queries.ts'
import { createPages, type Pages } from './pages.ts'
import { payloadLine } from './payload-line.ts'
import { listedRow, type ListedRow, type RequestRecord } from './record.ts'
import { createSeriesCache } from './series-cache.ts'
import { writeRows, type WaitingRow } from './write-rows.ts'

export type { RequestRecord } from './record.ts'

export type RequestLogDeps = { database: Database; clock: Clock; log: Log; live?: LiveRequests }

export type RequestLog = {
  /** Puts a read's row into the next batch; at most 200 ms of them can be lost to a kill. When full: dropped and counted. */
  record(record: RequestRecord): void
  /**
   * Resolves when the row is committed. Rows that wait at the same time share a commit.
   * @throws Problem `service-unavailable` when the queue is full or the database did not take it in 5 s
   */
  recordDurably(record: RequestRecord): Promise<void>
  /** A refusal before a valid signature: at most 600 a minute for a key, the rest as one counted row. */
  recordRefusal(record: RequestRecord): void
  /** Resolves when everything recorded so far is committed, or given up. */
  flush(): Promise<void>
  /** Writes what waits, within 10 s, and stops. */
  close(): Promise<void>
  /** Rows that wait to be committed. */
  readonly waiting: number
  /** Rows that were lost since the start: the queue was full, or the database refused the row itself. */
  readonly dropped: number
  live: LiveRequests
}

const READ_DELAY_MS = 100
// This process lays out one batch while Postgres takes in the other: one after the other was half as fast.
const READ_WRITERS_MAX = 2
const ROWS_PER_BATCH_MAX = 1_000
const BATCH_BYTES_MAX = 8 * 1024 * 1024
const WAITING_ROWS_MAX = 20_000
const WAITING_BYTES_MAX = 64 * 1024 * 1024
const DURABLE_TIMEOUT_MS = 5_000
const CLOSE_TIMEOUT_MS = 10_000
const REFUSALS_CHECK_MS = 5_000
const RETRY_FIRST_MS = 50
const RETRY_MAX_MS = 2_000
// What a row costs beside its line: the objects that it is listed by.
const LISTED_BYTES = 500

type Done = (error?: Error) => void
type Entry = WaitingRow & { bytes: number; done: Done | null }

/** The writer of the Transaction Logs. One for each process. */
export function createRequestLog(deps: RequestLogDeps): RequestLog {
  const live = deps.live ?? createLiveRequests(null)
  const refusals = createRefusalLimit()
  const stopped = new AbortController()
  const state = { dropped: 0, reported: 0 }
  const pages = createPages()
  const write = createBatchWriter({ ...deps, live, pages, state, stopped: stopped.signal })
  // Two lanes, so that a changing request never waits behind a batch of reads.
  const limits = { rowsMax: ROWS_PER_BATCH_MAX, bytesMax: BATCH_BYTES_MAX }
  const reads: Lane<Entry> = createLane({
    ...limits,
    delayMs: READ_DELAY_MS,
    writersMax: READ_WRITERS_MAX,
    write,
  })
  const changes: Lane<Entry> = createLane({ ...limits, delayMs: 0, writersMax: 1, write })

  /** Laid out at once, so that nothing of a request has to be held on to until its batch is written. */
  function waiting(record: RequestRecord, requestCount: number, done: Done | null): Entry {
    const listed = listedRow(record, requestCount)
    const line = pages.add(payloadLine(listed.uuid, record))
    return { listed, line, bytes: LISTED_BYTES + line.end - line.start, done }
  }

  function enqueue(
    lane: Lane<Entry>,
    { record, requestCount }: { record: RequestRecord; requestCount: number },
    done: Done | null = null,
  ): void {
    if (stopped.signal.aborted || lane.rows >= WAITING_ROWS_MAX || lane.bytes >= WAITING_BYTES_MAX) {
      state.dropped += 1
      return done?.(unavailable('the queue is full'))
    }
    try {
      lane.push(waiting(record, requestCount, done))
    } catch (err) {
      state.dropped += 1
      deps.log.error({ err, request_id: record.id }, 'a row of the Transaction Logs was refused')
      done?.(err as Error)
    }
  }

  function writeCounts(): void {
    for (const count of refusals.drain()) enqueue(reads, count)
  }

  const timer = setInterval(() => {
    if (refusals.isDue(deps.clock.now())) writeCounts()
    if (state.dropped === state.reported) return
    deps.log.error({ count: state.dropped - state.reported }, 'rows of the Transaction Logs were lost')
    state.reported = state.dropped
  }, REFUSALS_CHECK_MS)
  timer.unref()

  return {
    record: (record) => enqueue(reads, { record, requestCount: 1 }),
    recordDurably: (record) =>
      new Promise((resolve, reject) => {
        const timeout = setTimeout(
          () => reject(unavailable('the row was not committed in time')),
          DURABLE_TIMEOUT_MS,
        )
        const done = (error?: Error) => {
          clearTimeout(timeout)
          if (error) reject(error)
          else resolve()
        }
        enqueue(changes, { record, requestCount: 1 }, done)
      }),
    recordRefusal(record) {
      if (refusals.admit(record)) enqueue(reads, { record, requestCount: 1 })
    },
    async flush() {
      writeCounts()
      await Promise.all([reads.flush(), changes.flush()])
    },
    async close() {
      clearInterval(timer)
      const late = setTimeout(() => stopped.abort(), CLOSE_TIMEOUT_MS)
      await this.flush()
      clearTimeout(late)
      stopped.abort()
      live.close()
    },
    get waiting() {
      return reads.rows + changes.rows
    },
    get dropped() {
      return state.dropped
    },
    live,
  }
}

function unavailable(internal: string): Error {
  return problem('service-unavailable', {
    internal: `Transaction Logs: ${internal}`,
    headers: { 'retry-after': '2' },
  })
}

type BatchDeps = Omit<RequestLogDeps, 'live'> & {
  live: LiveRequests
  pages: Pages
  state: { dropped: number }
  stopped: AbortSignal
}

/** Writes a batch, however long the database is away; never throws. */
function createBatchWriter(deps: BatchDeps): (entries: readonly Entry[]) => Promise<void> {
  const series = createSeriesCache(deps.database)

  function settle({ listed, line, done }: Entry, error?: Error): void {
    deps.pages.free(line)
    if (error) deps.state.dropped += 1
    else deps.live.publish(listed.series.workspaceId, listed.series.mode, () => logRow(listed))
    done?.(error)
  }

  async function commit(batch: readonly Entry[]): Promise<void> {
    const rows = batch.map(({ listed }) => listed)
    for (let attempt = 0; ; attempt += 1) {
      try {
        await writeRows(deps.database, batch, await series.idsFor(rows))
        for (const one of batch) settle(one)
        return
      } catch (error) {
        const fault = faultOf(error)
        if (fault === 'row') return isolate(batch, error as Error)
        if (fault === 'partition' && attempt === 0) await createDays(rows)
        else if (deps.stopped.aborted)
          return batch.forEach((one) => settle(one, unavailable('the server stopped')))
        else await pause(attempt, error)
      }
    }
  }

  /** One row that the database will never take must not hold up the others. */
  async function isolate(batch: readonly Entry[], error: Error): Promise<void> {
    const [only] = batch
    if (batch.length === 1 && only) {
      // Committed by an earlier attempt whose answer was lost on the way.
      if (codeOf(error) === UNIQUE_VIOLATION) return settle(only)
      deps.log.error({ err: error, request_id: only.listed.id }, 'a row of the Transaction Logs was refused')
      return settle(only, error)
    }
    const half = Math.ceil(batch.length / 2)
    await commit(batch.slice(0, half))
    await commit(batch.slice(half))
  }

  async function createDays(rows: readonly ListedRow[]): Promise<void> {
    const days = new Set(rows.map(({ day }) => day))
    await ensurePartitions(deps.database, [...days]).catch((err: unknown) =>
      deps.log.error({ err }, 'a day of the Transaction Logs could not be made'),
    )
  }

  async function pause(attempt: number, err: unknown): Promise<void> {
    if (attempt === 0) deps.log.error({ err }, 'the Transaction Logs cannot be written; trying again')
    const ms = Math.min(RETRY_FIRST_MS * 2 ** attempt, RETRY_MAX_MS)
    await delay(ms, undefined, { signal: deps.stopped }).catch(() => {})
  }

  return commit
}

const UNIQUE_VIOLATION = '23505'
// What Postgres answers when no partition takes a row.
const CHECK_VIOLATION = '23514'

/** Whether a failure lies in a row, in a missing partition, or in the database itself, which will be back. */
function faultOf(error: unknown): 'row' | 'partition' | 'database' {
  const code = codeOf(error)
  if (code === CHECK_VIOLATION) return 'partition'
  // 22: a value that its column cannot hold; 23: a constraint; 54: a limit of Postgres, such as an index entry's size.
  return /^(?:2[23]|54)/.test(code) ? 'row' : 'database'
}

function codeOf(error: unknown): string {
  const code: unknown = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}

function logRow({ id, series, path, durationMs, ip, likelyCauseCode, requestCount }: ListedRow): LogRow {
  const { apiKeyId, mode, currencyType, method, pattern, status, code } = series
  return {
    id,
    durationMs,
    ip,
    likelyCauseCode,
    requestCount,
    apiKeyId,
    mode,
    currencyType,
    method,
    path: path ?? pattern,
    status,
    code,
  }
}
