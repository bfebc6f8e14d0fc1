import type { CountsSource } from './histogram.ts'
import type { FilterValues } from './query-language.ts'

export type ListedRow = { id: string; created_at: string }

/** A log of the API as an explorer needs it: its list, with `/stream`, `/export` and `/histogram` below its path. */
export type ExplorerSource<Row extends ListedRow> = {
  path: string
  /** One row, and many, in words. */
  one: string
  many: string
  /** The filters of the list, named as the API names them; the URL holds the same. */
  filterNames: readonly string[]
  /** Filters that the API would refuse, which only an address typed by hand can hold, are not sent. */
  sendable(filters: FilterValues): FilterValues
  /** The filter that names a single row, where there is one: then there is nothing to count or to wait for. */
  onlyRow?: string
  /** The name of its events in the stream. */
  event: string
  /** A filter that a row may come to fit, or leave: what comes live is held against it here. */
  moving?: { filter: string; of(row: Row): string }
  /** Where in the stream a list begins whose newest row is this; without a row, before everything. */
  placeOf(newest: Row | undefined): string
  counts: CountsSource
}
