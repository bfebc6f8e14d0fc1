import type { Account, Statement, SummaryReport } from '../../../sdk/src/index.ts'
import { command, type Context, type Options } from '../command.ts'
import { listCommand, queryOf } from '../lists.ts'
import { table } from '../words.ts'
import { TRANSACTION_FILTERS, transactionQuery } from './transaction-filters.ts'

const PERIOD = {
  from: { type: 'string', value: 'DAY', summary: 'such as 2025-11-01, or a moment; 30 days back by default' },
  to: {
    type: 'string',
    value: 'DAY',
    summary: 'the first day that is no longer in it; after today by default',
  },
  'time-zone': { type: 'string', value: 'ZONE', summary: 'such as Europe/Berlin; UTC by default' },
} as const satisfies Options
const FORMAT = {
  format: { type: 'string', choices: ['csv', 'ndjson'], summary: 'ndjson by default' },
} as const satisfies Options
const CREATED = {
  'created-after': { type: 'string', value: 'TIME', summary: 'RFC 3339' },
  'created-before': { type: 'string', value: 'TIME', summary: 'RFC 3339' },
} as const satisfies Options
const GROUPS = {
  'group-by': {
    type: 'string',
    value: 'NAMES',
    summary: 'day, week or month, type, status, currency, with commas; day by default',
  },
  'time-field': {
    type: 'string',
    choices: ['created_at', 'completed_at', 'effective_at'],
    summary: 'which time counts; created_at by default',
  },
} as const satisfies Options

export const reportCommands = [
  command({
    name: 'reports summary',
    summary: 'count and sum transactions, in a time zone',
    options: { ...PERIOD, ...GROUPS, ...TRANSACTION_FILTERS },
    details: `countersign reports summary --from 2025-11-01 --to 2025-12-01 --time-zone Europe/Berlin --group-by week,type`,
    async run(context, { values }) {
      const client = await context.client()
      const query = { ...queryOf(values, { ...PERIOD, ...GROUPS }), ...transactionQuery(values) }
      const report = await client.request<SummaryReport>('GET', '/v1/reports/summary', {
        query,
        signal: context.io.signal,
      })
      context.answer(report, () =>
        table(report.data, [
          { title: 'period', value: (row) => row.period },
          { title: 'type', value: (row) => row.type },
          { title: 'status', value: (row) => row.status },
          { title: 'currency', value: (row) => row.currency },
          { title: 'count', value: (row) => row.count, right: true },
          { title: 'completed', value: (row) => row.completed.sum, right: true },
          { title: 'pending', value: (row) => row.pending.sum, right: true },
          { title: 'unsuccessful', value: (row) => row.unsuccessful.sum, right: true },
        ]),
      )
    },
  }),

  listCommand<Account>({
    name: 'accounts list',
    summary: 'list accounts with their balances',
    path: '/v1/accounts',
    filters: {
      currency: { type: 'string', summary: 'such as USD' },
      name: { type: 'string', summary: 'exactly' },
    },
    columns: [
      { title: 'id', value: (row) => row.id },
      { title: 'name', value: (row) => row.name },
      { title: 'available', value: (row) => row.available, right: true },
      { title: 'posted', value: (row) => row.posted, right: true },
      { title: 'currency', value: (row) => row.currency },
    ],
  }),

  command({
    name: 'accounts statement',
    summary: 'opening balance, what was posted, closing balance',
    takes: ['ID'],
    options: {
      ...PERIOD,
      limit: { type: 'string', value: 'N', summary: 'lines of a page, 1 to 100; 20 by default' },
      cursor: { type: 'string', value: 'CURSOR', summary: 'the page after, as the one before names it' },
    },
    async run(context, { args: [id = ''], values }) {
      const client = await context.client()
      const statement = await client.accounts.statement(
        id,
        queryOf(values, { ...PERIOD, limit: NAMED, cursor: NAMED }),
        {
          signal: context.io.signal,
        },
      )
      context.answer(statement, () => statementWords(statement))
      if (statement.next_cursor !== null && !context.json)
        context.io.err(`More: --cursor ${statement.next_cursor}\n`)
    },
  }),

  command({
    name: 'accounts export',
    summary: 'every entry of an account as a file',
    takes: ['ID'],
    options: { ...FORMAT, ...CREATED },
    details: `countersign accounts export acc_… --format csv > entries.csv`,
    run: (context, { args: [id = ''], values }) =>
      download(
        context,
        `/v1/accounts/${idIn(id)}/entries/export`,
        queryOf(values, { ...FORMAT, ...CREATED }),
      ),
  }),

  command({
    name: 'accounts export-statement',
    summary: 'the statement of an account as a file',
    takes: ['ID'],
    options: { ...FORMAT, ...PERIOD },
    run: (context, { args: [id = ''], values }) =>
      download(
        context,
        `/v1/accounts/${idIn(id)}/statement/export`,
        queryOf(values, { ...FORMAT, ...PERIOD }),
      ),
  }),

  command({
    name: 'transactions export',
    summary: 'every transaction that fits as a file',
    options: { ...FORMAT, ...CREATED, ...TRANSACTION_FILTERS },
    details: `countersign transactions export --format csv --created-after 2025-11-01T00:00:00Z > november.csv`,
    run: (context, { values }) =>
      download(context, '/v1/transactions/export', {
        ...queryOf(values, { ...FORMAT, ...CREATED }),
        ...transactionQuery(values),
      }),
  }),
]

const NAMED = { type: 'string', summary: '' } as const

/** @throws TypeError for an id that is none, before it could name another path */
function idIn(id: string): string {
  if (!/^[A-Za-z0-9_-]+$/.test(id)) throw new TypeError(`"${id}" is not an id.`)
  return id
}

/** Prints a file as it arrives, byte for byte. */
async function download(context: Context, path: string, query: Record<string, string>): Promise<void> {
  const client = await context.client()
  const decoder = new TextDecoder()
  const file = await client.download(path, { query, signal: context.io.signal })
  for await (const bytes of file as ReadableStream<Uint8Array> & AsyncIterable<Uint8Array>)
    context.io.out(decoder.decode(bytes, { stream: true }))
  context.io.out(decoder.decode())
}

function statementWords(statement: Statement): string {
  const balance = (kind: string, at: string, amount: string) => ({
    created_at: at,
    transaction_id: kind,
    type: null,
    reference: null,
    amount: null,
    balance: amount,
  })
  const lines = [
    balance('opening balance', statement.from, statement.opening.posted),
    ...statement.data,
    ...(statement.next_cursor === null
      ? [balance('closing balance', statement.to, statement.closing.posted)]
      : []),
  ]
  return table(lines, [
    { title: 'created', value: (row) => row.created_at },
    { title: 'transaction', value: (row) => row.transaction_id },
    { title: 'type', value: (row) => row.type },
    { title: 'reference', value: (row) => row.reference },
    { title: 'amount', value: (row) => row.amount, right: true },
    { title: 'balance', value: (row) => row.balance, right: true },
  ])
}
