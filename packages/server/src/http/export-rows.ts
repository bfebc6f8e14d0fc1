import { csvLine } from './csv.ts'

export const EXPORT_ROWS_MAX = 1_000_000
const ROWS_PER_PAGE = 1_000

type Cell = string | number | boolean | null | undefined

export type ExportSource<Row, Column extends string> = {
  format: 'ndjson' | 'csv'
  columns: readonly Column[]
  /** The rows after one, or the first ones; fewer than the limit are the last. */
  pageAfter(last: Row | undefined, limit: number): Promise<readonly Row[]>
  /** A row as the API shows it. */
  view(row: Row): Record<Column, Cell>
}

/** Every row as text, in pieces of a thousand: memory does not grow with the export. */
export async function* exportRows<Row, Column extends string>({
  format,
  columns,
  pageAfter,
  view,
}: ExportSource<Row, Column>): AsyncGenerator<string> {
  const line = (row: Record<Column, Cell>) =>
    format === 'ndjson' ? `${JSON.stringify(row)}\n` : csvLine(columns.map((column) => row[column]))
  if (format === 'csv') yield csvLine(columns)
  let last: Row | undefined
  for (let rows = 0; rows < EXPORT_ROWS_MAX; rows += ROWS_PER_PAGE) {
    const page = await pageAfter(last, ROWS_PER_PAGE)
    if (page.length > 0) yield page.map((row) => line(view(row))).join('')
    if (page.length < ROWS_PER_PAGE) return
    last = page.at(-1)
  }
}
