import { Readable } from 'node:stream'
import type { Clock } from '../clock.ts'
import type { Executor } from '../database/database.ts'
import { idTime } from '../ids.ts'
import type { LiveRequests } from './live-requests.ts'
import { logView, matchesFilter } from './log-view.ts'
import { listLogs, type LogFilter, type LogRow } from './queries.ts'
import { PASSED_ON } from './record.ts'

const HEARTBEAT_MS = 10_000
const ALIVE_CHECK_MS = 1_000
const ROWS_RESUMED_MAX = 1_000
// Rows become visible in the order of commits, which is not quite that of ids: a resumed view starts a
// little earlier and may repeat rows; their ids tell.
const RESUME_OVERLAP_MS = 5_000
// A request has its id from its start and its row at its end, 30 s later at most: a slow one is looked for so far back.
const SLOWEST_REQUEST_MS = 35_000
const GAP = 'event: gap\ndata: {}\n\n'
// A reader this far behind is cut off; it resumes where it was.
const UNREAD_BYTES_MAX = 1024 * 1024

export type StreamDeps = {
  executor: Executor
  live: LiveRequests
  clock: Clock
  /** Whether the key or session that opened the stream still holds. */
  isAllowed(): boolean | Promise<boolean>
}

/**
 * Server-sent events: every matching row from now on, or from just before `afterId`. Each event's id is
 * the request id. A row that another service completed comes again with its outcome. A comment goes out every 10 s.
 * An event `gap` says that more was missed than the stream repeats: the list has it.
 * Ends when the key or session does.
 */
export async function streamLogs(
  deps: StreamDeps,
  { filter, afterId }: { filter: LogFilter; afterId: string | undefined },
): Promise<Readable> {
  let ready = false
  let ended = false
  const early: LogRow[] = []
  const eventOf = eventWriter()
  const stream = new Readable({ read() {}, highWaterMark: UNREAD_BYTES_MAX })
  const send = (text: string) => {
    if (stream.destroyed || ended) return
    // Ending it would wait for a reader who does not read.
    if (ready && stream.readableLength > UNREAD_BYTES_MAX) stream.destroy()
    else stream.push(text)
  }
  const end = () => {
    if (stream.destroyed) return
    // Who has not read to the end by the next look is cut off.
    if (ended) stream.destroy()
    else stream.push(null)
    ended = true
  }
  // Subscribed before the database is read, so that no row falls between the two.
  const unsubscribe = deps.live.subscribe(filter.workspaceId, filter.mode, {
    onRow(row) {
      if (!matchesFilter(row, filter)) return
      if (ready) send(eventOf(row))
      else early.push(row)
    },
    // The reader opens it again after its last row, and what was missed comes from the database.
    onGap: () => end(),
  })
  const timers = [
    setInterval(() => send(': still here\n\n'), HEARTBEAT_MS),
    setInterval(() => {
      // It never throws.
      void isStillAllowed(deps).then((allowed) => {
        if (!allowed) end()
      })
    }, ALIVE_CHECK_MS),
  ]
  stream.once('close', () => {
    unsubscribe()
    for (const timer of timers) clearInterval(timer)
  })
  try {
    send('retry: 1000\n: connected\n\n')
    const { rows: missed, isGap } =
      afterId === undefined ? { rows: [], isGap: false } : await rowsSince(deps, filter, afterId)
    if (isGap) send(GAP)
    const seen = new Map(missed.map((row) => [row.id, row.status]))
    const isNews = ({ id, status }: LogRow) =>
      !seen.has(id) || (seen.get(id) === PASSED_ON && status !== PASSED_ON)
    for (const row of [...missed, ...early.filter(isNews)]) send(eventOf(row))
    ready = true
    return stream
  } catch (error) {
    stream.destroy()
    throw error
  }
}

/** What came after a row, and since a little before it; a gap where that is more than is repeated. */
async function rowsSince(
  deps: StreamDeps,
  filter: LogFilter,
  afterId: string,
): Promise<{ rows: LogRow[]; isGap: boolean }> {
  const afterMs = idTime(afterId)
  const newest = await listLogs(
    deps.executor,
    { ...filter, createdAfter: new Date(afterMs - SLOWEST_REQUEST_MS) },
    { limit: ROWS_RESUMED_MAX, nowMs: deps.clock.now() },
  )
  const oldest = newest.at(-1)
  const isGap =
    newest.length === ROWS_RESUMED_MAX &&
    oldest !== undefined &&
    idTime(oldest.id) > afterMs - RESUME_OVERLAP_MS
  return { rows: newest.filter((row) => row.id !== afterId).reverse(), isGap }
}

/** When nobody can tell (the database is away), the stream ends too; its owner may open it again. Never throws. */
async function isStillAllowed(deps: StreamDeps): Promise<boolean> {
  try {
    return await deps.isAllowed()
  } catch {
    return false
  }
}

/** An outcome that comes late names no id: a reader who connects again would begin back there. */
function eventWriter(): (row: LogRow) => string {
  let newestMs = 0
  return (row) => {
    const rowMs = idTime(row.id)
    newestMs = Math.max(newestMs, rowMs)
    const id = rowMs < newestMs - RESUME_OVERLAP_MS ? '' : `id: ${row.id}\n`
    return `${id}event: transaction_log\ndata: ${JSON.stringify(logView(row))}\n\n`
  }
}
