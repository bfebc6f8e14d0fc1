import { z } from 'zod'
import { pageOf, pageQuery, timestampInput } from '../http/pagination.ts'
import { storable } from '../http/storable-text.ts'
import { AMOUNT_TEXT_MAX } from '../ledger/currencies.ts'
import { depositApprovers } from '../rails/schema.ts'
import { DESTINATION_CHARACTERS_MAX, reason, reference } from './schema.ts'

const SENDER_CHARACTERS_MAX = 200
const STATEMENT_CHARACTERS_MAX = 500

const time = z.string().meta({ format: 'date-time', example: '2025-11-23T12:00:00.000Z' })
const money = z.string().meta({ example: '250.00' })
const state = z.enum(['open', 'matched', 'returning', 'returned'])
const optionalText = (charactersMax: number) =>
  z
    .string()
    .trim()
    .max(charactersMax)
    .refine(storable, 'must not hold NUL or half a surrogate pair')
    .nullish()
    .transform((text) => text || null)

export const unmatchedDeposit = z
  .object({
    id: z.string().meta({
      description: "The deposit in the platform's own books.",
      example: 'txn_01kasqf0000000000000000001',
    }),
    state: state.meta({
      description: '`returning`: a payout that sends it back waits in the settlement queue.',
    }),
    amount: money,
    currency: z.string().meta({ example: 'EUR' }),
    currency_type: z.enum(['fiat', 'crypto']),
    reference: z.string().meta({ description: "The bank's reference or the hash on the chain." }),
    sender: z.string().nullable(),
    text: z.string().nullable().meta({ description: 'What the sender wrote.' }),
    received_at: time,
    recorded_at: time,
    recorded_by: z.object({ id: z.string(), email: z.string() }),
    proposed_match: z
      .object({
        transaction_id: z.string().nullable(),
        workspace_id: z.string().nullable(),
        account_id: z.string().nullable(),
        workspace_name: z.string().nullable(),
        approvals: z.array(z.object({ by: z.object({ id: z.string(), email: z.string() }), at: time })),
        approvals_required: z.int(),
      })
      .nullable()
      .meta({ description: 'Whom it is to be given to, once others have approved that too.' }),
    matched: z
      .object({
        transaction_id: z.string(),
        workspace: z.object({ id: z.string(), name: z.string() }),
        at: time,
      })
      .nullable()
      .meta({ description: 'The deposit that it became.' }),
    return_transaction_id: z
      .string()
      .nullable()
      .meta({ description: 'The payout that sends it back; one that failed leaves it open.' }),
  })
  .meta({ id: 'UnmatchedDeposit' })
export type UnmatchedDeposit = z.infer<typeof unmatchedDeposit>

export const unmatchedPage = pageOf(unmatchedDeposit).extend({
  balances: z
    .array(z.object({ currency: z.string(), posted: money, held: money }))
    .meta({ description: 'What lies on the accounts of unmatched money, as the ledger has it.' }),
  deposit_approvers: depositApprovers,
})
export const unmatchedQuery = pageQuery.pick({ limit: true, cursor: true }).extend({
  state: state.or(z.literal('all')).default('open'),
  currency: z.string().max(12).optional(),
})
export const unmatchedParams = z.object({ id: z.string().max(64) })

export const recordUnmatchedInput = z
  .object({
    currency: z.string().max(12).meta({ example: 'EUR' }),
    amount: z
      .string({ error: 'must be a decimal string such as "10.00", not a number' })
      .max(AMOUNT_TEXT_MAX)
      .meta({ example: '250.00' }),
    reference: reference.meta({
      description: 'What the bank or the chain calls it; every settled transaction has its own.',
      example: 'NL-2025-11-23-000418',
    }),
    sender: optionalText(SENDER_CHARACTERS_MAX).meta({ example: 'J. Doe, NL00 BANK 0123 4567 89' }),
    text: optionalText(STATEMENT_CHARACTERS_MAX).meta({ example: 'invoice 1001' }),
    received_at: timestampInput.optional(),
  })
  .meta({ id: 'RecordUnmatchedDeposit' })
export type RecordUnmatchedInput = z.infer<typeof recordUnmatchedInput>

export const matchInput = z
  .object({
    transaction_id: z
      .string()
      .max(64)
      .optional()
      .meta({ description: 'A deposit that somebody announced: it completes, with what came.' }),
    workspace_id: z
      .string()
      .max(64)
      .optional()
      .meta({ description: 'A workspace that announced none: a deposit is made for it.' }),
    account_id: z
      .string()
      .max(64)
      .optional()
      .meta({ description: 'Of the workspace; its main account of the currency when absent.' }),
  })
  .refine(
    ({ transaction_id, workspace_id }) => (transaction_id === undefined) !== (workspace_id === undefined),
    { error: 'name either transaction_id or workspace_id', path: ['transaction_id'] },
  )
  .refine(({ transaction_id, account_id }) => transaction_id === undefined || account_id === undefined, {
    error: 'belongs to workspace_id only',
    path: ['account_id'],
  })
  .meta({ id: 'MatchUnmatchedDeposit' })
export type MatchInput = z.infer<typeof matchInput>

export const returnUnmatchedInput = z
  .object({
    destination: z
      .string()
      .trim()
      .min(1, 'must not be empty')
      .max(DESTINATION_CHARACTERS_MAX)
      .refine(storable, 'must not hold NUL or half a surrogate pair')
      .meta({ description: 'Where it goes back to.', example: 'NL00 BANK 0123 4567 89' }),
    reason: reason.meta({ example: 'Nobody knows the sender.' }),
  })
  .meta({ id: 'ReturnUnmatchedDeposit' })
export type ReturnUnmatchedInput = z.infer<typeof returnUnmatchedInput>
