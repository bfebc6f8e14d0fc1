import type { Transaction } from './api-types.ts'

export type Metadata = Transaction['metadata']
/** `was`: the value as it is stored, which may be a number, a boolean or null. */
export type MetadataRow = { name: string; value: string; was?: Metadata[string] }

export const METADATA_ROWS_MAX = 50

export const metadataRows = (metadata: Metadata): MetadataRow[] =>
  Object.entries(metadata).map(([name, was]) => ({ name, value: String(was), was }))

/** The rows as the API takes them. A value that nobody touched keeps its type; whatever is typed is a text. */
export function readMetadata(rows: readonly MetadataRow[]): Metadata {
  return Object.fromEntries(
    rows
      .filter(({ name }) => name.trim() !== '')
      .map(({ name, value, was }) => [
        name.trim(),
        was !== undefined && String(was) === value ? was : value.trim(),
      ]),
  )
}

/** A filter as it is typed, `order=A-1`, as the API takes it; null for what is none. */
export function metadataFilter(text: string): { [name: `metadata[${string}]`]: string } | null {
  const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  return name.trim() === '' ? null : { [`metadata[${name.trim()}]`]: value.trim() }
}

/** The filters of a page as its list is asked for them. */
export function withMetadataFilter({
  metadata,
  ...filters
}: Record<string, string | undefined>): Record<string, string | undefined> {
  return { ...filters, ...(metadata === undefined ? null : metadataFilter(metadata)) }
}
