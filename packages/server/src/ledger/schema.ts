import { z } from 'zod'
import { timestampInput } from '../http/pagination.ts'
import { storable } from '../http/storable-text.ts'
import { AMOUNT_TEXT_MAX } from './currencies.ts'

const METADATA_KEYS_MAX = 50
const METADATA_BYTES_MAX = 16_384

export const text = (charactersMax: number) =>
  z.string().min(1).max(charactersMax).refine(storable, 'must not hold NUL or half a surrogate pair')
const id = (prefix: string) =>
  z
    .string()
    .max(64)
    .meta({ example: `${prefix}_01kasqf0000000000000000001` })
const currencyType = z.enum(['fiat', 'crypto'])
const mode = z.enum(['test', 'production'])
const time = z.string().meta({ format: 'date-time', example: '2025-11-23T12:00:00.000Z' })
const money = (description: string) => z.string().meta({ description, example: '10.00' })

export const TRANSACTION_TYPES = ['deposit', 'payout', 'transfer', 'refund', 'return', 'correction'] as const
export const TRANSACTION_STATUSES = [
  'pending',
  'processing',
  'completed',
  'failed',
  'canceled',
  'expired',
] as const

const metadataValue = z.union([
  z.string().max(500).refine(storable, 'must not hold NUL or half a surrogate pair'),
  z.number(),
  z.boolean(),
  z.null(),
])
const metadata = z
  .record(
    z.string().min(1).max(40).refine(storable, 'must not hold NUL or half a surrogate pair'),
    metadataValue,
  )
  .refine(
    (value) => Object.keys(value).length <= METADATA_KEYS_MAX,
    `must hold at most ${METADATA_KEYS_MAX} keys`,
  )
  .refine(
    (value) => Buffer.byteLength(JSON.stringify(value)) <= METADATA_BYTES_MAX,
    'must be at most 16 KiB of JSON',
  )
  .meta({
    description: 'Your own facts: up to 50 names with texts, numbers, booleans or null.',
    example: { order: 'A-1' },
  })

export const Currency = z
  .object({
    code: z.string().meta({ description: 'ISO 4217 for fiat, the ticker for crypto.', example: 'USD' }),
    name: z.string().meta({ example: 'US Dollar' }),
    type: currencyType,
    decimals: z
      .int()
      .meta({ description: 'How many digits an amount may have after the point.', example: 2 }),
    numeric_code: z
      .string()
      .nullable()
      .meta({ description: 'Three digits of ISO 4217; null for crypto.', example: '840' }),
  })
  .meta({ id: 'Currency' })
export const currencyListQuery = z.object({ type: currencyType.optional() })
// The catalogue is short and closed, so it always comes whole: a page would only hide currencies.
export const CurrencyList = z.object({ data: z.array(Currency), next_cursor: z.null() })

export const createTransactionBody = z
  .object({
    type: z.enum(['deposit', 'payout', 'transfer']),
    amount: z
      .string({ error: 'must be a decimal string such as "10.00", not a number' })
      .max(AMOUNT_TEXT_MAX)
      .meta({ description: 'Decimal string with at most the decimals of the currency.', example: '10.00' }),
    currency: z.string().max(12).meta({ example: 'USD' }),
    account_id: id('acc').nullish().meta({ description: 'The main account of the currency when absent.' }),
    destination_account_id: id('acc').nullish().meta({ description: 'Transfers: where the money goes.' }),
    destination: text(500)
      .nullish()
      .meta({ description: 'Payouts: where the money goes. Free text in Test Mode.' }),
    reference: text(200).nullish().meta({ description: 'Your own name for it.', example: 'order-1001' }),
    unique_reference: z
      .boolean()
      .nullish()
      .meta({
        description:
          'Refuse this (409 reference-taken) when a transaction of the account that was created with unique_reference ' +
          'has the same reference, whatever became of it.',
        example: true,
      }),
    description: text(500).nullish(),
    metadata: metadata.nullish(),
    effective_at: timestampInput
      .nullish()
      .meta({ description: 'The moment the money counts for, where that is not now.' }),
    mode: mode.optional().meta({ description: 'Members only: outranks Countersign-Mode.' }),
  })
  .meta({ id: 'CreateTransaction' })
export type CreateTransactionBody = z.infer<typeof createTransactionBody>

// Strict: an amount or a status in it would otherwise seem to be changed.
export const updateTransactionBody = z
  .strictObject({
    description: text(500).nullish().meta({ description: 'Null takes it away.' }),
    metadata: metadata
      .nullish()
      .meta({ description: 'Replaces all of it; null takes it away.', example: { order: 'A-1' } }),
  })
  .meta({ id: 'UpdateTransaction' })
export type UpdateTransactionBody = z.infer<typeof updateTransactionBody>

export const refundBody = z
  .object({
    amount: z
      .string({ error: 'must be a decimal string such as "10.00", not a number' })
      .max(AMOUNT_TEXT_MAX)
      .nullish()
      .meta({ description: 'What goes back; all that is left when absent.', example: '4.00' }),
    reference: text(200).nullish().meta({ description: 'Your own name for it.', example: 'refund-1001' }),
    description: text(500).nullish(),
    metadata: metadata.nullish(),
  })
  .meta({ id: 'RefundTransaction' })
export type RefundBody = z.infer<typeof refundBody>

export const Transaction = z
  .object({
    id: id('txn'),
    type: z.enum(TRANSACTION_TYPES),
    status: z.enum(TRANSACTION_STATUSES),
    amount: money('Decimal string with all decimals of the currency.'),
    currency: z.string().meta({ example: 'USD' }),
    currency_type: currencyType,
    mode,
    account_id: id('acc'),
    destination_account_id: id('acc').nullable(),
    destination: z.string().nullable(),
    reference: z.string().nullable(),
    description: z.string().nullable(),
    metadata: z.record(z.string(), metadataValue),
    linked_transaction_id: id('txn')
      .nullable()
      .meta({ description: 'The transaction this one refunds, returns or corrects.' }),
    refunded: money('What refunds and returns took back of it, those under way included.'),
    fee: money(
      'What it costs when it completes: out of a deposit, on top of what leaves. Not given back by a refund.',
    ),
    failure: z.object({ code: z.string(), message: z.string() }).nullable(),
    sequence: z.int().meta({ description: 'Counts the transactions of this workspace and mode.' }),
    request_id: z
      .string()
      .nullable()
      .meta({ description: 'The request that created it: its row in Transaction Logs.' }),
    effective_at: time,
    created_at: time,
    updated_at: time,
    completed_at: time.nullable(),
    expires_at: time.nullable().meta({
      description:
        'When its hold is let go if nobody has settled it; null where that does not happen by itself.',
    }),
    announced_amount: money(
      'Of a deposit, where another amount came than was announced: what was. `amount` is what was booked.',
    ).nullable(),
  })
  .meta({ id: 'Transaction' })
export type Transaction = z.infer<typeof Transaction>

export const createAccountBody = z
  .object({
    currency: z.string().max(12).meta({ example: 'USD' }),
    name: text(100).nullish(),
    metadata: metadata.nullish(),
  })
  .meta({ id: 'CreateAccount' })

// Strict: a currency or a balance in it would otherwise seem to be changed.
export const updateAccountBody = z
  .strictObject({
    name: text(100).nullish().meta({ description: 'Null takes it away.', example: 'Reserve' }),
    metadata: metadata
      .nullish()
      .meta({ description: 'Replaces all of it; null takes it away.', example: { branch: 'A-1' } }),
  })
  .meta({ id: 'UpdateAccount' })
export type UpdateAccountBody = z.infer<typeof updateAccountBody>

const balanceFields = {
  posted: money('What has been booked.'),
  pending_in: money('Announced and not here yet.'),
  pending_out: money('Held for payouts that are under way.'),
  available: money('What can be spent now: posted less pending_out.'),
}

export const Account = z
  .object({
    id: id('acc'),
    name: z.string().nullable(),
    is_main: z.boolean().meta({ description: 'The account that transactions use when they name none.' }),
    currency: z.string().meta({ example: 'USD' }),
    currency_type: currencyType,
    mode,
    ...balanceFields,
    version: z.int().meta({ description: 'The number of its entries.' }),
    metadata: z.record(z.string(), metadataValue),
    created_at: time,
  })
  .meta({ id: 'Account' })
export type Account = z.infer<typeof Account>

export const Entry = z
  .object({
    account_id: id('acc'),
    version: z.int().meta({ description: '1, 2, 3 … per account, without gaps.' }),
    transaction_id: id('txn'),
    part: z.enum(['amount', 'fee']).meta({ description: 'Of what the transaction moves.' }),
    step: z.enum(['hold', 'post', 'release', 'direct']),
    currency: z.string().meta({ example: 'USD' }),
    posted: money('What it added to posted; negative when it took.'),
    pending_in: money('What it added to pending_in.'),
    pending_out: money('What it added to pending_out.'),
    balance: z.object(balanceFields).meta({ description: 'Of the account, after this entry.' }),
    created_at: time,
  })
  .meta({ id: 'Entry' })
export type Entry = z.infer<typeof Entry>

export const Balance = z
  .object({ currency: z.string().meta({ example: 'USD' }), currency_type: currencyType, ...balanceFields })
  .meta({ id: 'Balance' })
export const balanceListQuery = z.object({
  currency: z.string().max(12).optional(),
  currency_type: currencyType.optional(),
})
// One row per currency that has an account: short, so it comes whole.
export const BalanceList = z.object({ data: z.array(Balance), next_cursor: z.null() })

export const idParams = z.object({ id: z.string().max(64) })
