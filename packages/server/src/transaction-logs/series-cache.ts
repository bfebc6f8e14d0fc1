import type { Database } from '../database/database.ts'
import type { PreparedRow } from './record.ts'
import { seriesKey, upsertSeries, type KnownSeries } from './write-rows.ts'

// About 300 bytes each. Past this the oldest half is asked for again when needed.
const SERIES_REMEMBERED_MAX = 100_000

export type SeriesCache = {
  /** The series of each row, on record for the row's day before the row itself is written. */
  idsFor(rows: readonly PreparedRow[]): Promise<number[]>
}

/** Remembers which series exist, so that a batch asks the database only for what is new today. */
export function createSeriesCache(database: Database): SeriesCache {
  const known = new Map<string, KnownSeries>()

  return {
    async idsFor(rows) {
      const keys = rows.map(seriesKey)
      const missing = missingSeries(known, rows, keys)
      if (missing.length > 0) {
        if (known.size + missing.length > SERIES_REMEMBERED_MAX) forgetOldest(known)
        for (const [key, series] of await upsertSeries(database, missing)) known.set(key, series)
      }
      return keys.map((key) => (known.get(key) as KnownSeries).id)
    },
  }
}

type Missing = { key: string; row: PreparedRow; firstDay: number; lastDay: number }

function missingSeries(
  known: ReadonlyMap<string, KnownSeries>,
  rows: readonly PreparedRow[],
  keys: readonly string[],
): Missing[] {
  const missing = new Map<string, Missing>()
  for (const [index, row] of rows.entries()) {
    const key = keys[index] as string
    const series = known.get(key)
    if (series && series.firstDay <= row.day && series.lastDay >= row.day) continue
    const other = missing.get(key)
    if (!other) missing.set(key, { key, row, firstDay: row.day, lastDay: row.day })
    else {
      other.firstDay = Math.min(other.firstDay, row.day)
      other.lastDay = Math.max(other.lastDay, row.day)
    }
  }
  return [...missing.values()]
}

function forgetOldest(known: Map<string, KnownSeries>): void {
  for (const key of known.keys()) {
    if (known.size <= SERIES_REMEMBERED_MAX / 2) return
    known.delete(key)
  }
}
