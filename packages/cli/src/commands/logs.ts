import type { TransactionLogRow } from '../../../sdk/src/index.ts'
import { command, type Options } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { watch } from '../event-stream.ts'
import { styleFor, type Style } from '../io.ts'
import { listCommand, queryOf } from '../lists.ts'
import { json, members, printable } from '../words.ts'

const FILTERS = {
  'api-key-id': { type: 'string', value: 'key_…', summary: 'of one key' },
  method: { type: 'string', summary: 'such as POST' },
  path: { type: 'string', summary: 'the whole path' },
  'path-contains': { type: 'string', summary: 'part of the path' },
  status: { type: 'string', value: 'N', summary: 'one status' },
  'status-class': {
    type: 'string',
    choices: ['2xx', '3xx', '4xx', '5xx', 'forwarded'],
    summary: 'only those',
  },
  code: { type: 'string', summary: 'of one problem, such as signature-invalid' },
} as const satisfies Options

/** Rows that a resumed stream repeats lie within its last five seconds. */
const SEEN_MAX = 5_000

export const logCommands = [
  listCommand<TransactionLogRow>({
    name: 'logs list',
    summary: 'list requests made with the workspace’s keys',
    path: '/v1/transaction-logs',
    filters: FILTERS,
    columns: [
      { title: 'created', value: (row) => row.created_at },
      { title: 'status', value: statusWord },
      { title: 'method', value: (row) => row.method },
      { title: 'path', value: (row) => row.path },
      { title: 'code', value: (row) => row.code },
      { title: 'ms', value: (row) => row.duration_ms.toFixed(1), right: true },
      { title: 'id', value: (row) => row.id },
    ],
  }),

  command({
    name: 'logs get',
    summary: 'show one request with what was sent and answered',
    takes: ['REQUEST_ID'],
    async run(context, { args: [id = ''] }) {
      const log = await (await context.client()).transactionLogs.get(id)
      context.answer(log, () => members(log))
    },
  }),

  command({
    name: 'logs tail',
    summary: 'show requests as they arrive, until Ctrl-C',
    options: FILTERS,
    details: `Reconnects by itself and goes on behind the last row it showed. With --json: a row a line.`,
    async run(context, { values }) {
      const { io } = context
      const style = styleFor(io, context.env)
      const query = new URLSearchParams(queryOf(values, FILTERS)).toString()
      const seen = new Set<string>()
      let isFirst = true
      const stream = watch(`/v1/transaction-logs/stream${query && `?${query}`}`, {
        credentials: await context.credentials(),
        signal: io.signal,
        onOpen: () => {
          io.err(isFirst ? 'Watching. Ctrl-C ends it.\n' : 'Connected again.\n')
          isFirst = false
        },
        onLost: (why) => io.err(`Connection lost: ${printable(why)}. Trying again …\n`),
      })
      for await (const { event, data } of stream) {
        if (event !== 'transaction_log') continue
        const row = JSON.parse(data) as TransactionLogRow
        // A forwarded request comes again with its outcome.
        const name = `${row.id} ${row.status}`
        if (seen.has(name)) continue
        seen.add(name)
        if (seen.size > SEEN_MAX) seen.delete(seen.values().next().value ?? '')
        io.out(context.json ? `${json(row)}\n` : line(row, style))
      }
      return EXIT.interrupted
    },
  }),
]

function statusWord({ status, outcome }: TransactionLogRow): number | string {
  return outcome === 'forwarded' ? 'forwarded, no outcome yet' : status
}

function line(row: TransactionLogRow, style: Style): string {
  const colour = row.status < 400 ? 'green' : row.status < 500 ? 'yellow' : 'red'
  const words = [
    style('dim', row.created_at),
    style(colour, String(statusWord(row))),
    printable(row.method).padEnd(6),
    printable(row.path),
    ...(row.code === null ? [] : [style(colour, printable(row.code))]),
    ...(row.request_count > 1 ? [`and ${row.request_count - 1} more like it`] : []),
    style('dim', `${row.duration_ms.toFixed(1)} ms  ${row.id}`),
  ]
  return `${words.join('  ')}\n`
}
