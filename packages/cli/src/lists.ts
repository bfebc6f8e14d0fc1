import type { Page } from '../../sdk/src/index.ts'
import { command, type Command, type Options } from './command.ts'
import { printable, table, type Column } from './words.ts'

/** What every list takes. */
export const PAGE_OPTIONS = {
  limit: { type: 'string', value: 'N', summary: 'rows of a page, 1 to 100; 20 by default' },
  cursor: { type: 'string', value: 'CURSOR', summary: 'the page after, as the one before names it' },
  'created-after': { type: 'string', value: 'TIME', summary: 'RFC 3339, such as 2026-01-31T00:00:00Z' },
  'created-before': { type: 'string', value: 'TIME', summary: 'RFC 3339' },
} as const satisfies Options

/** Options as the API names them: `--currency-type` is `currency_type`. */
export function queryOf(values: Readonly<Record<string, unknown>>, options: Options): Record<string, string> {
  return Object.fromEntries(
    Object.keys(options).flatMap((name) => {
      const value = values[name]
      return typeof value === 'string' ? [[name.replaceAll('-', '_'), value]] : []
    }),
  )
}

/** A command that prints one page of a list. */
export function listCommand<Row>(spec: {
  name: string
  summary: string
  path: string
  filters?: Options
  /** Where a filter is not simply a parameter of its name. */
  queryOf?(values: Readonly<Record<string, unknown>>): Record<string, string>
  columns: readonly Column<Row>[]
}): Command {
  const options: Options = { ...spec.filters, ...PAGE_OPTIONS }
  return command({
    name: spec.name,
    summary: spec.summary,
    options,
    async run(context, { values }) {
      const client = await context.client()
      const query = { ...queryOf(values, options), ...spec.queryOf?.(values) }
      const page = await client.request<Page<Row>>('GET', spec.path, { query, signal: context.io.signal })
      context.answer(page, () => table(page.data, spec.columns))
      if (page.next_cursor !== null && !context.json)
        context.io.err(`More: --cursor ${printable(page.next_cursor)}\n`)
    },
  })
}
