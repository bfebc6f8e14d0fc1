import type { Readable } from 'node:stream'
import type { Clock } from '../clock.ts'
import type { Executor } from '../database/database.ts'
import { GAP, openLiveStream, type Allowance } from '../http/live-stream.ts'
import { idTime } from '../ids.ts'
import type { LiveRequests } from './live-requests.ts'
import { logView, matchesFilter } from './log-view.ts'
import { listLogs, type LogFilter, type LogRow } from './queries.ts'
import { PASSED_ON } from './record.ts'

const ROWS_RESUMED_MAX = 1_000
// Rows become visible in the order of commits, which is not quite that of ids: a resumed view starts a
// little earlier and may repeat rows; their ids tell.
const RESUME_OVERLAP_MS = 5_000
// A request has its id from its start and its row at its end, 30 s later at most: a slow one is looked for so far back.
const SLOWEST_REQUEST_MS = 35_000

export type StreamDeps = { executor: Executor; live: LiveRequests; clock: Clock; isAllowed: Allowance }

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
  let isReady = false
  const early: LogRow[] = []
  const eventOf = eventWriter()
  // Subscribed before the database is read, so that no row falls between the two.
  const unsubscribe = deps.live.subscribe(filter.workspaceId, filter.mode, {
    onRow(row) {
      if (!matchesFilter(row, filter)) return
      if (isReady) stream.send(eventOf(row))
      else early.push(row)
    },
    onGap: () => stream.end(),
  })
  const stream = openLiveStream(deps.isAllowed, unsubscribe)
  try {
    const { rows: missed, isGap } =
      afterId === undefined ? { rows: [], isGap: false } : await rowsSince(deps, filter, afterId)
    if (isGap) stream.send(GAP)
    const seen = new Map(missed.map((row) => [row.id, row.status]))
    const isNews = ({ id, status }: LogRow) =>
      !seen.has(id) || (seen.get(id) === PASSED_ON && status !== PASSED_ON)
    for (const row of [...missed, ...early.filter(isNews)]) stream.send(eventOf(row))
    isReady = true
    stream.ready()
    return stream.readable
  } catch (error) {
    stream.readable.destroy()
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
