import { command, type Options } from '../command.ts'
import { readBody } from '../read-body.ts'
import { json, printable } from '../words.ts'

/** What a request consists of besides its method and path. */
export const CALL_OPTIONS = {
  body: { type: 'string', short: 'd', value: 'JSON|@FILE|-', summary: 'the body; - reads standard input' },
  'idempotency-key': {
    type: 'string',
    value: 'KEY',
    summary: 'the same key again answers the same, and acts once; random by default',
  },
} as const satisfies Options

/** Sends a signed request and prints what the server answered. */
export const request = command({
  name: 'request',
  summary: 'send a signed request and print the answer',
  takes: ['METHOD', 'PATH'],
  options: CALL_OPTIONS,
  details: `countersign request GET '/v1/transactions?limit=5'
countersign request POST /v1/transactions -d '{"type":"deposit","amount":"10.00","currency":"USD"}'
countersign request POST /v1/transactions -d @payout.json --idempotency-key order-1001`,
  async run(context, { args: [method = '', path = ''], values }) {
    const client = await context.client()
    const body = await readBody(context.io, values.body)
    const answer = await client.request(method.toUpperCase(), path, {
      signal: context.io.signal,
      ...(body === undefined ? {} : { body: JSON.parse(body) as unknown }),
      ...(values['idempotency-key'] === undefined ? {} : { idempotencyKey: values['idempotency-key'] }),
    })
    if (answer === undefined) return
    if (typeof answer === 'string') context.io.out(context.io.isTerminal ? lines(answer) : answer)
    else context.answer(answer, () => `${json(answer, 2)}\n`)
  },
})

/** Text as it came, but for what a terminal would obey. */
function lines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => line.split('\t').map(printable).join('\t'))
    .join('\n')
}
