import { z } from 'zod'
import { pageOf, pageQuery, timestampInput } from '../http/pagination.ts'
import { AMOUNT_TEXT_MAX } from './currencies.ts'
import { Account, Entry, Transaction, TRANSACTION_STATUSES, TRANSACTION_TYPES } from './schema.ts'

const METADATA_FILTERS_MAX = 10

const currencyType = z.enum(['fiat', 'crypto'])
const currency = z.string().max(12).meta({ example: 'USD' })
const id = z.string().max(64)
const amount = z.string().max(AMOUNT_TEXT_MAX).meta({ description: 'Needs `currency`.', example: '10.00' })
/** Free text, of which one letter or digit at least is looked for. */
const words = z
  .string()
  .min(1)
  .max(200)
  .refine((text) => /[^\s!-/:-@[-`{-~]/.test(text), 'must hold a word')
  .refine((text) => !/[\0\p{Surrogate}]/u.test(text), 'must not hold NUL or half a surrogate pair')
const metadataFilter = z
  .record(z.string().min(1).max(40), z.string().max(500))
  .refine(
    (value) => Object.keys(value).length <= METADATA_FILTERS_MAX,
    `must name at most ${METADATA_FILTERS_MAX}`,
  )
  .refine(
    (value) => !/[\0\p{Surrogate}]/u.test(Object.entries(value).flat().join('')),
    'must not hold NUL or half a surrogate pair',
  )
  .meta({ description: 'Exact values: `metadata[order]=A-1`.', example: { order: 'A-1' } })

/** One of some values, or several: repeated, or with commas between them. */
function severalOf<const Value extends string>(values: readonly Value[]) {
  const one = z.enum(values as readonly [Value, ...Value[]])
  return z
    .preprocess(
      (input) => (typeof input === 'string' && input.includes(',') ? input.split(',') : input),
      z.union([one, z.array(one).min(1).max(values.length)]),
    )
    .transform((input): Value[] => [...new Set([input].flat() as Value[])])
    .meta({ description: 'Several: repeated, or with commas between them.' })
}

/** `metadata[name]=value`, as query strings have it, gathered in one object. */
export function withMetadata<Shape extends z.ZodObject>(schema: Shape) {
  return z.preprocess((input) => {
    const named = Object.entries(input as Record<string, unknown>).flatMap(([name, value]) => {
      const key = /^metadata\[(.*)\]$/su.exec(name)?.[1]
      return key === undefined ? [] : [[key, value] as const]
    })
    return named.length === 0
      ? input
      : { ...(input as Record<string, unknown>), metadata: Object.fromEntries(named) }
  }, schema)
}

/** What transactions are searched by: in lists, exports and reports alike. */
export const transactionFilters = {
  type: severalOf(TRANSACTION_TYPES).optional(),
  status: severalOf(TRANSACTION_STATUSES).optional(),
  currency: currency.optional(),
  currency_type: currencyType.optional().meta({ description: 'For members; a key sees its own.' }),
  account_id: id.optional().meta({ description: 'On either side of a transfer.' }),
  destination_account_id: id.optional(),
  reference: z.string().max(200).optional(),
  request_id: id.optional(),
  linked_transaction_id: id.optional().meta({ description: 'What was refunded or returned.' }),
  failure_code: z.string().max(64).optional(),
  amount: amount.optional(),
  amount_min: amount.optional(),
  amount_max: amount.optional(),
  completed_after: timestampInput.optional(),
  completed_before: timestampInput.optional(),
  effective_after: timestampInput.optional(),
  effective_before: timestampInput.optional(),
  description_contains: words.optional().meta({
    description: 'Every word of it, in any order, each from its beginning, in upper or lower case.',
  }),
  metadata: metadataFilter.optional(),
}

export const transactionListQuery = withMetadata(pageQuery.extend(transactionFilters))
export const TransactionPage = pageOf(Transaction)

export const accountListQuery = withMetadata(
  pageQuery.extend({
    currency: currency.optional(),
    currency_type: currencyType.optional(),
    name: z.string().max(100).optional(),
    is_main: z.enum(['true', 'false']).optional(),
    metadata: metadataFilter.optional(),
  }),
)
export const AccountPage = pageOf(Account)

export const entryListQuery = pageQuery.extend({ transaction_id: id.optional() })
export const EntryPage = pageOf(Entry)

const { created_after, created_before } = pageQuery.shape
const filtersWithTime = z.object({ ...transactionFilters, created_after, created_before })
/** What a list, an export or a report asks of transactions, parsed. */
export type TransactionFilterInput = z.infer<typeof filtersWithTime>
