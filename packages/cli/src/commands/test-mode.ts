import type { Countersign, TestCase, TestClock } from '../../../sdk/src/index.ts'
import { command } from '../command.ts'
import { UsageError } from '../exit-codes.ts'
import { members, table } from '../words.ts'

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }

type Reason = NonNullable<Parameters<Countersign['test']['fail']>[1]>
const reasonOptions = {
  code: { type: 'string', value: 'CODE', summary: 'why; "test cases" lists the codes' },
  message: { type: 'string', summary: 'in place of the usual words' },
} as const

/** `test …`: what exists in Test Mode only. */
export const testModeCommands = [
  command({
    name: 'test cases',
    summary: 'what the simulator does on purpose, and for which amount or reference',
    async run(context) {
      const cases = await (await context.client()).test.cases()
      context.answer(cases, () =>
        table<TestCase>(cases.data, [
          { title: 'amount', value: (row) => row.amount, right: true },
          { title: 'reference', value: (row) => row.reference },
          { title: 'what happens', value: (row) => row.description },
        ]),
      )
    },
  }),

  command({
    name: 'test settle',
    summary: 'complete a transaction now',
    takes: ['ID'],
    async run(context, { args: [id = ''] }) {
      const transaction = await (await context.client()).test.settle(id)
      context.answer(transaction, () => members(transaction))
    },
  }),

  command({
    name: 'test fail',
    summary: 'fail a transaction now',
    takes: ['ID'],
    options: reasonOptions,
    async run(context, { args: [id = ''], values }) {
      const transaction = await (await context.client()).test.fail(id, reasonOf(values))
      context.answer(transaction, () => members(transaction))
    },
  }),

  command({
    name: 'test return',
    summary: 'let a completed transaction come back',
    takes: ['ID'],
    options: reasonOptions,
    details: 'Answers with the new transaction that is linked to it.',
    async run(context, { args: [id = ''], values }) {
      const transaction = await (await context.client()).test.return(id, reasonOf(values))
      context.answer(transaction, () => members(transaction))
    },
  }),

  command({
    name: 'test clock',
    summary: 'show the test clock, or set it forward, stop it, let it run, set it back',
    options: {
      advance: { type: 'string', value: 'TIME', summary: 'forward by 90s, 10m, 2h or 3d' },
      freeze: { type: 'string', value: 'TIME', summary: 'stop it at a time ahead, or "now"' },
      run: { type: 'boolean', summary: 'let it run again' },
      back: { type: 'boolean', summary: "set it back to the server's" },
    },
    details: `countersign test clock --advance 2d

What is due by the clock happens before the answer. It moves settlements, delays, expiries and returns; keys,
signatures, webhook retries and what is written down keep to the server's clock.`,
    async run(context, { values }) {
      const given = [values.advance, values.freeze, values.run || undefined, values.back || undefined]
      if (given.filter((one) => one !== undefined).length > 1)
        throw new UsageError('One of --advance, --freeze, --run and --back at a time.')
      const seconds = values.advance === undefined ? null : secondsOf(values.advance)
      const clock = await moved((await context.client()).test, { ...values, seconds })
      context.answer(clock, () => members(clock))
    },
  }),

  command({
    name: 'test reset',
    summary: 'delete the test data of the workspace',
    options: { yes: { type: 'boolean', summary: 'do not ask' } },
    details: `Accounts, transactions, entries, events and deliveries of Test Mode go, listeners end and the test clock is set back.
API keys, webhook endpoints, Transaction Logs and Production Mode stay.`,
    async run(context, { values }) {
      if (!values.yes) {
        if (!context.io.isInteractive) throw new UsageError('Deletes all test data. Say --yes.')
        const typed = await context.io.ask('This deletes all test data. Type "reset" to go on: ', {
          secret: false,
        })
        if (typed.trim() !== 'reset') throw new UsageError('Nothing was deleted.')
      }
      const reset = await (await context.client()).test.reset()
      context.answer(reset, () => members(reset))
    },
  }),
]

function reasonOf({ code, message }: { code: string | undefined; message: string | undefined }): Reason {
  return {
    // The server knows the codes, and lists them where it refuses one.
    ...(code === undefined ? {} : { code: code as NonNullable<Reason['code']> }),
    ...(message === undefined ? {} : { message }),
  }
}

function secondsOf(text: string): number {
  const [, count = '', unit = 's'] = /^(\d{1,9})([smhd])?$/.exec(text) ?? []
  const seconds = Number(count) * (UNIT_SECONDS[unit] ?? Number.NaN)
  if (count === '' || !(seconds > 0)) throw new UsageError('TIME is such as 90s, 10m, 2h or 3d.')
  return seconds
}

async function moved(
  test: Countersign['test'],
  asked: { seconds: number | null; freeze: string | undefined; run: boolean; back: boolean },
): Promise<TestClock> {
  if (asked.seconds !== null) return test.advanceClock(asked.seconds)
  if (asked.freeze !== undefined)
    return test.freezeClock(asked.freeze === 'now' ? (await test.clock()).now : asked.freeze)
  if (asked.run) return test.freezeClock(null)
  return asked.back ? test.resetClock() : test.clock()
}
