import type { Readable } from 'node:stream'
import { GAP, openLiveStream, type Allowance } from '../http/live-stream.ts'
import type { Place } from './live-queries.ts'
import type { LiveRows } from './live-rows.ts'

const ROWS_RESUMED_MAX = 1_000
// What is told at once waits in memory until it is read, for each reader: of more than this the newest, after a gap.
const CHARACTERS_AT_ONCE_MAX = 4 * 1024 * 1024

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
  // As one piece: a reader is measured by what it left of the pieces before, and not by how much there is to tell.
  const sendAll = (rows: readonly Row[], atMs: number, hasGap = false) => {
    const texts: string[] = []
    let isGap = hasGap
    let left = CHARACTERS_AT_ONCE_MAX
    for (const row of rows.toReversed()) {
      if (!fits(row) || repeated.delete(stateOf(row))) continue
      const text = write(row, atMs)
      left -= text.length
      isGap ||= left < 0
      if (left < 0) break
      texts.push(text)
    }
    if (isGap) texts.push(GAP)
    if (texts.length > 0) stream.send(texts.toReversed().join(''))
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
      sendAll(rows, nowMs, isGap)
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
