import type { Readable } from 'node:stream'
import { GAP, openLiveStream, type Allowance } from '../http/live-stream.ts'
import type { Place } from './live-queries.ts'
import type { LiveRows } from './live-rows.ts'

const ROWS_RESUMED_MAX = 1_000

export type RowStream<Row> = {
  place: Place
  /** Whether the caller may see a row and asks for it. */
  fits(row: Row): boolean
  /** Names a row in one of its states: what was told is not told again. */
  stateOf(row: Row): string
  /** One event of the stream. */
  write(row: Row, atMs: number): string
  /** Where a reader left off: a time that an earlier stream named; undefined begins now. */
  afterMs: number | undefined
}

/**
 * Server-sent events: every row that fits, from now on, or from a little before `afterMs`, when it is new and whenever
 * it changes. An event `gap` says that more was missed than the stream repeats: the list has it. Ends when the key or
 * session does.
 * @throws Problem `limit-reached`
 */
export async function streamRows<Row>(
  live: LiveRows<Row>,
  isAllowed: Allowance,
  { place, fits, stateOf, write, afterMs }: RowStream<Row>,
): Promise<Readable> {
  let isReady = false
  let early: [readonly Row[], number][] = []
  let unsubscribe = () => {}
  const stream = openLiveStream(isAllowed, () => unsubscribe())
  const repeated = new Set<string>()
  const sendAll = (rows: readonly Row[], atMs: number) => {
    for (const row of rows) if (fits(row) && !repeated.delete(stateOf(row))) stream.send(write(row, atMs))
  }
  try {
    // Subscribed before the database is read, so that no row falls between the two.
    unsubscribe = await live.subscribe(place, {
      onRows(rows, atMs) {
        if (isReady) sendAll(rows, atMs)
        else early.push([rows, atMs])
      },
      onGap: () => stream.send(GAP),
      onBroken: () => stream.end(),
    })
    if (afterMs !== undefined) {
      const { rows, isGap, nowMs } = await live.since(place, afterMs, ROWS_RESUMED_MAX)
      if (isGap) stream.send(GAP)
      sendAll(rows, nowMs)
      for (const row of rows) repeated.add(stateOf(row))
    }
    for (const [rows, atMs] of early) sendAll(rows, atMs)
    early = []
    isReady = true
    stream.ready()
    if (stream.readable.destroyed) unsubscribe()
    return stream.readable
  } catch (error) {
    stream.readable.destroy()
    throw error
  }
}
