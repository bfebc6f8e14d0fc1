import type { Balance, Transaction } from '../../../sdk/src/index.ts'
import { command } from '../command.ts'
import { UsageError } from '../exit-codes.ts'
import { listCommand } from '../lists.ts'
import { members, table } from '../words.ts'
import { namedValues, TRANSACTION_FILTERS, transactionQuery } from './transaction-filters.ts'

const TYPES = ['deposit', 'payout', 'transfer'] as const
const CREATE_FIELDS = [
  'account-id',
  'destination-account-id',
  'destination',
  'reference',
  'unique-reference',
  'description',
]

/** Of what was typed, what belongs into the body: not the options of the program itself. */
function fieldsOf(values: Readonly<Record<string, unknown>>, names: readonly string[]) {
  const given = names.filter((name) => values[name] !== undefined)
  return Object.fromEntries(given.map((name) => [name.replaceAll('-', '_'), values[name]]))
}

export const moneyCommands = [
  command({
    name: 'balances',
    summary: 'what there is, by currency',
    async run(context) {
      const balances = await (await context.client()).balances.list()
      context.answer(balances, () =>
        table<Balance>(balances.data, [
          { title: 'currency', value: (row) => row.currency },
          { title: 'available', value: (row) => row.available, right: true },
          { title: 'posted', value: (row) => row.posted, right: true },
          { title: 'pending in', value: (row) => row.pending_in, right: true },
          { title: 'pending out', value: (row) => row.pending_out, right: true },
        ]),
      )
    },
  }),

  listCommand<Transaction>({
    name: 'transactions list',
    summary: 'list transactions',
    path: '/v1/transactions',
    filters: TRANSACTION_FILTERS,
    queryOf: transactionQuery,
    columns: [
      { title: 'id', value: (row) => row.id },
      { title: 'type', value: (row) => row.type },
      { title: 'status', value: (row) => row.status },
      { title: 'amount', value: (row) => row.amount, right: true },
      { title: 'currency', value: (row) => row.currency },
      { title: 'created', value: (row) => row.created_at },
    ],
  }),

  command({
    name: 'transactions get',
    summary: 'show a transaction',
    takes: ['ID'],
    async run(context, { args: [id = ''] }) {
      const transaction = await (await context.client()).transactions.get(id)
      context.answer(transaction, () => members(transaction))
    },
  }),

  command({
    name: 'transactions create',
    summary: 'create a deposit, payout or transfer',
    takes: ['TYPE', 'AMOUNT', 'CURRENCY'],
    options: {
      'account-id': {
        type: 'string',
        value: 'acc_…',
        summary: 'the main account of the currency by default',
      },
      'destination-account-id': { type: 'string', value: 'acc_…', summary: 'where a transfer goes' },
      destination: { type: 'string', summary: 'where a payout goes' },
      reference: { type: 'string', summary: 'your own reference; simulate:… picks a test case' },
      'unique-reference': {
        type: 'boolean',
        summary: 'refuse when the account has one with this reference that asked so too',
      },
      description: { type: 'string', summary: 'words for people' },
      'idempotency-key': {
        type: 'string',
        value: 'KEY',
        summary: 'the same key again moves no money again; random by default',
      },
    },
    details: `countersign transactions create deposit 10.00 USD --idempotency-key order-1001`,
    async run(context, { args: [type = '', amount = '', currency = ''], values }) {
      const known = TYPES.find((each) => each === type)
      if (!known) throw new UsageError(`TYPE is one of ${TYPES.join(', ')}.`)
      const { 'idempotency-key': idempotencyKey } = values
      const transaction = await (
        await context.client()
      ).transactions.create(
        {
          type: known,
          amount,
          currency: currency.toUpperCase(),
          ...fieldsOf(values, CREATE_FIELDS),
        },
        idempotencyKey === undefined ? {} : { idempotencyKey },
      )
      context.answer(transaction, () => members(transaction))
    },
  }),

  command({
    name: 'transactions edit',
    summary: 'change description and metadata',
    takes: ['ID'],
    options: {
      description: { type: 'string', summary: 'words for people; an empty text takes it away' },
      metadata: {
        type: 'string',
        multiple: true,
        value: 'NAME=VALUE',
        summary: 'may be repeated; replaces all of it',
      },
    },
    async run(context, { args: [id = ''], values: { description, metadata } }) {
      if (description === undefined && metadata.length === 0)
        throw new UsageError('Say what changes: --description, --metadata.')
      const transaction = await (
        await context.client()
      ).transactions.update(id, {
        ...(description === undefined ? {} : { description: description || null }),
        ...(metadata.length > 0 ? { metadata: Object.fromEntries(namedValues(metadata)) } : {}),
      })
      context.answer(transaction, () => members(transaction))
    },
  }),

  command({
    name: 'transactions cancel',
    summary: 'cancel a transaction that has not completed',
    takes: ['ID'],
    async run(context, { args: [id = ''] }) {
      const transaction = await (await context.client()).transactions.cancel(id)
      context.answer(transaction, () => members(transaction))
    },
  }),

  command({
    name: 'transactions refund',
    summary: 'give a completed deposit back, or a part of it',
    takes: ['ID'],
    options: {
      amount: { type: 'string', value: '4.00', summary: 'all that is left by default' },
      reference: { type: 'string', summary: 'your own reference' },
      description: { type: 'string', summary: 'words for people' },
      'idempotency-key': {
        type: 'string',
        value: 'KEY',
        summary: 'the same key again refunds no second time; random by default',
      },
    },
    details: `countersign transactions refund txn_… --amount 4.00 --idempotency-key refund-1001`,
    async run(context, { args: [id = ''], values }) {
      const { 'idempotency-key': idempotencyKey } = values
      const input = fieldsOf(values, ['amount', 'reference', 'description'])
      const transaction = await (
        await context.client()
      ).transactions.refund(id, input, idempotencyKey === undefined ? {} : { idempotencyKey })
      context.answer(transaction, () => members(transaction))
    },
  }),
]
