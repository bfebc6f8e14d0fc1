import type { Balance, Transaction } from '../../../sdk/src/index.ts'
import { command } from '../command.ts'
import { UsageError } from '../exit-codes.ts'
import { listCommand } from '../lists.ts'
import { members, table } from '../words.ts'
import { TRANSACTION_FILTERS, transactionQuery } from './transaction-filters.ts'

const TYPES = ['deposit', 'payout', 'transfer'] as const

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
      const { 'idempotency-key': idempotencyKey, ...given } = values
      const fields = Object.entries(given).filter(([, value]) => value !== undefined)
      const transaction = await (
        await context.client()
      ).transactions.create(
        {
          type: known,
          amount,
          currency: currency.toUpperCase(),
          ...Object.fromEntries(fields.map(([name, value]) => [name.replaceAll('-', '_'), value])),
        },
        idempotencyKey === undefined ? {} : { idempotencyKey },
      )
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
      const { 'idempotency-key': idempotencyKey, ...input } = values
      const transaction = await (
        await context.client()
      ).transactions.refund(id, input, idempotencyKey === undefined ? {} : { idempotencyKey })
      context.answer(transaction, () => members(transaction))
    },
  }),
]
