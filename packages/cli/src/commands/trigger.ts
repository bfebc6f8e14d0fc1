import type { Countersign, Transaction } from '../../../sdk/src/index.ts'
import { command } from '../command.ts'
import { members } from '../words.ts'

/** References that make the simulator do what an event tells of (docs/test-mode.md). */
const RECIPES: Readonly<Record<string, string | null>> = {
  'transaction.created': null,
  'transaction.completed': null,
  'balance.updated': null,
  'transaction.failed': 'simulate:declined',
  'transaction.expired': 'simulate:expired',
  'transaction.canceled': 'simulate:pending',
}

export const trigger = command({
  name: 'trigger',
  summary: 'make an event of a type happen in Test Mode',
  takes: ['EVENT_TYPE'],
  options: { example: { type: 'boolean', summary: 'publish the example of the catalogue instead' } },
  details: `Events of transactions and balances come from a real test deposit, so that what they name can be fetched; all
others are the example of the catalogue ("events types" lists it). They go to every endpoint and listener that wants
the type.`,
  async run(context, { args: [type = ''], values }) {
    const client = await context.client()
    if (Object.hasOwn(RECIPES, type) && !values.example) {
      const transaction = await deposit(client, type)
      context.answer({ event_type: type, transaction_id: transaction.id }, () =>
        members({ event_type: type, transaction_id: transaction.id }),
      )
      return
    }
    const event = await client.request<{ event_id: string }>('POST', '/v1/test/events', {
      body: { event_type: type },
    })
    context.answer({ event_type: type, ...event }, () => members({ event_type: type, ...event }))
  },
})

async function deposit(client: Countersign, type: string): Promise<Transaction> {
  const me = await client.me()
  const reference = RECIPES[type] ?? null
  const transaction = await client.transactions.create({
    type: 'deposit',
    amount: '10.00',
    currency: me.currency_type === 'crypto' ? 'USDC' : 'USD',
    description: `countersign trigger ${type}`,
    ...(reference === null ? {} : { reference }),
  })
  return type === 'transaction.canceled' ? client.transactions.cancel(transaction.id) : transaction
}
