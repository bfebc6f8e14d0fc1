import type { Database } from '../database/database.ts'
import type { ListedRow, Series } from './record.ts'
import { seriesKey, upsertSeries, type KnownSeries } from './write-rows.ts'

// About 300 bytes each. Past this the oldest half is asked for again when needed.
const SERIES_REMEMBERED_MAX = 100_000

export type SeriesCache = {
  /** The series of each row, on record for the row's day before the row itself is written. */
  idsFor(rows: readonly ListedRow[]): Promise<number[]>
}

/** Remembers which series exist, so that a batch asks the database only for what is new today. */
export function createSeriesCache(database: Database): SeriesCache {
  const known = new Map<string, KnownSeries>()

  return {
    async idsFor(rows) {
      const keys = keysOf(rows)
      const missing = missingSeries(known, rows, keys)
      if (missing.length > 0) {
        if (known.size + missing.length > SERIES_REMEMBERED_MAX) forgetOldest(known)
        for (const [key, series] of await upsertSeries(database, missing)) known.set(key, series)
      }
      return keys.map((key) => (known.get(key) as KnownSeries).id)
    },
  }
}

/** Rows of one series share it: then they share its key as well. */
function keysOf(rows: readonly ListedRow[]): string[] {
  let latest: Series | null = null
  let key = ''
  return rows.map(({ series }) => {
    if (series !== latest) {
      latest = series
      key = seriesKey(series)
    }
    return key
  })
}

type Missing = { key: string; series: Series; firstDay: number; lastDay: number }

function missingSeries(
  known: ReadonlyMap<string, KnownSeries>,
  rows: readonly ListedRow[],
  keys: readonly string[],
): Missing[] {
  const missing = new Map<string, Missing>()
  for (const [index, row] of rows.entries()) {
    const key = keys[index] as string
    const { day } = row
    const one = known.get(key)
    if (one && one.firstDay <= day && one.lastDay >= day) continue
    const other = missing.get(key)
    if (!other) missing.set(key, { key, series: row.series, firstDay: day, lastDay: day })
    else {
      other.firstDay = Math.min(other.firstDay, day)
      other.lastDay = Math.max(other.lastDay, day)
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
