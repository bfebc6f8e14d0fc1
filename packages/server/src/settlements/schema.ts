import { z } from 'zod'
import { exportFormat } from '../http/exports.ts'
import { pageOf, pageQuery } from '../http/pagination.ts'
import { storable } from '../http/storable-text.ts'
import { AMOUNT_TEXT_MAX } from '../ledger/currencies.ts'
import { Transaction } from '../ledger/schema.ts'
import { depositApprovers, payoutApprovers } from '../rails/schema.ts'
import { readReferenceCode } from './reference-code.ts'

const REFERENCE_CHARACTERS_MAX = 200
const REASON_CHARACTERS_MAX = 200
export const DESTINATION_CHARACTERS_MAX = 500
/** How many are settled or failed at once: each is a database transaction of its own, within one request's 30 s. */
export const MANY_MAX = 100

const time = z.string().meta({ format: 'date-time', example: '2025-11-23T12:00:00.000Z' })
const person = z.object({ id: z.string(), email: z.string() })

/** A hash on a chain means the same in capitals. */
const HASH = /^(?:0x)?[0-9a-f]{64}$/i

/** Two people must be able to compare it by eye: nothing invisible inside, no space around it. */
export const reference = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(REFERENCE_CHARACTERS_MAX)
  .refine((text) => storable(text) && !/\p{C}/u.test(text), 'must hold visible characters only')
  .transform((text) => (HASH.test(text) ? text.toLowerCase() : text))

export const reason = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(REASON_CHARACTERS_MAX)
  .refine(storable, 'must not hold NUL or half a surrogate pair')

export const amountInput = z
  .string({ error: 'must be a decimal string such as "10.00", not a number' })
  .max(AMOUNT_TEXT_MAX)

const failureCode = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,49}$/)
  .meta({ description: 'For programs; the codes of Test Mode fit.' })

export const settlement = z
  .object({
    transaction: Transaction,
    workspace: z.object({ id: z.string(), name: z.string() }),
    state: z.enum(['waiting', 'approving', 'completed', 'failed', 'canceled']).meta({
      description: '`approving`: one person has approved, and another one has to.',
    }),
    reference_code: z.string().nullable().meta({
      description:
        'Of a deposit: what the customer was told to give their bank. Null where they have not asked for it.',
      example: 'RF02417203958816',
    }),
    reference: z.string().nullable().meta({ description: "The bank's reference or the hash on the chain." }),
    received_amount: z.string().nullable().meta({
      description: 'Of a deposit: what whoever approved says came, where that is not what was announced.',
    }),
    received_as: z
      .object({ transaction_id: z.string(), reference: z.string() })
      .nullable()
      .meta({ description: 'Of a deposit that unmatched money settled: what that came as.' }),
    reason: z.string().nullable().meta({ description: 'Why it failed.' }),
    approvals: z.array(z.object({ by: person, at: time })),
    approvals_required: z.int(),
    decided_at: time.nullable(),
    payout_approvers: payoutApprovers,
    deposit_approvers: depositApprovers,
  })
  .meta({ id: 'Settlement' })
export type Settlement = z.infer<typeof settlement>

export const settlementPage = pageOf(settlement).extend({
  payout_approvers: payoutApprovers,
  deposit_approvers: depositApprovers,
})

const amountFilter = z
  .string()
  .regex(/^(?:0|[1-9]\d{0,60})(?:\.\d{1,18})?$/, 'must be a decimal such as 10.00')
  .optional()

const filters = {
  state: z.enum(['open', 'closed']).default('open').meta({
    description: '`open`: the queue, oldest first. `closed`: what operators settled or failed, newest first.',
  }),
  type: z.enum(['deposit', 'payout', 'refund', 'return', 'correction']).optional(),
  currency: z.string().max(12).optional(),
  currency_type: z.enum(['fiat', 'crypto']).optional(),
  workspace_id: z.string().max(64).optional(),
  reference_code: z
    .string()
    .max(64)
    .transform((text, context) => {
      const code = readReferenceCode(text)
      if (code !== null) return code
      context.addIssue({ code: 'custom', message: 'is misread: its check digits do not fit' })
      return z.NEVER
    })
    .optional()
    .meta({
      description: 'The deposits that wait for money under this code; spaces and case do not matter.',
    }),
  amount_min: amountFilter,
  amount_max: amountFilter,
  created_after: pageQuery.shape.created_after,
  created_before: pageQuery.shape.created_before,
}
export const settlementQuery = pageQuery.pick({ limit: true, cursor: true }).extend(filters)
export const exportSettlementsQuery = z.object({ ...filters, format: exportFormat })
export type SettlementQuery = z.infer<typeof exportSettlementsQuery>
export const settlementParams = z.object({ transaction_id: z.string().max(64) })
export const settleInput = z
  .object({
    reference: reference.meta({
      description: "The bank's reference or the hash on the chain; every transaction has its own.",
      example: 'NL-2025-11-23-000417',
    }),
    amount: amountInput.optional().meta({
      description: 'Of a deposit: what came, where that is not what was announced. It is what is booked.',
      example: '95.00',
    }),
  })
  .meta({ id: 'SettleInput' })
export const failInput = z
  .object({
    reason: reason.meta({ description: 'The customer reads it.', example: 'The bank returned the money.' }),
    code: failureCode.default('declined'),
  })
  .meta({ id: 'FailInput' })

export const correctInput = z
  .object({
    direction: z
      .enum(['credit', 'debit'])
      .meta({ description: '`credit` gives to the account, `debit` takes from it.' }),
    amount: amountInput.meta({ example: '900.00' }),
    reason: reason.meta({
      description: 'The customer reads it.',
      example: 'Booked 1000.00 in place of 100.00.',
    }),
    reference: reference.meta({
      description: 'What shows it: a ticket, a line of the statement. Every transaction has its own.',
      example: 'TICKET-4711',
    }),
  })
  .meta({ id: 'CorrectInput' })
export type CorrectInput = z.infer<typeof correctInput>

export const returnInput = z
  .object({
    reference: reference.meta({ description: 'Under which it came back.', example: 'NL-2025-11-25-000012' }),
    reason: reason.meta({ description: 'The customer reads it.', example: 'The account is closed.' }),
    code: failureCode.default('account_closed'),
    amount: amountInput
      .optional()
      .meta({ description: 'What came back, where the bank kept some of it.', example: '97.50' }),
  })
  .meta({ id: 'ReturnSettledInput' })
export type ReturnInput = z.infer<typeof returnInput>

const totals = z
  .array(z.object({ currency: z.string(), amount: z.string() }))
  .max(MANY_MAX)
  .meta({
    description:
      'What you confirm: the sum for each currency, in any order. When it is not the sum of what would be settled, ' +
      'nothing is, and the answer says `totals`.',
    example: [{ currency: 'EUR', amount: '350.00' }],
  })
const transactionId = z.string().max(64)

export const settleManyInput = z
  .object({
    items: z
      .array(z.object({ transaction_id: transactionId, ...settleInput.shape }))
      .min(1)
      .max(MANY_MAX),
    totals,
  })
  .meta({ id: 'SettleManyInput' })
export type SettleManyInput = z.infer<typeof settleManyInput>
export const failManyInput = failInput
  .extend({ transaction_ids: z.array(transactionId).min(1).max(MANY_MAX), totals })
  .meta({ id: 'FailManyInput' })
export type FailManyInput = z.infer<typeof failManyInput>

export const manyResult = z
  .object({
    data: z.array(
      z.object({
        transaction_id: z.string(),
        settlement: settlement.nullable().meta({ description: 'Null where it was refused.' }),
        problem: z
          .object({ code: z.string(), title: z.string(), detail: z.string() })
          .nullable()
          .meta({ description: 'Why it was refused; the others stand.' }),
      }),
    ),
  })
  .meta({ id: 'ManySettled' })

export const depositInstructionsQuery = z.object({
  currency: z.string().max(12).meta({ example: 'EUR' }),
})
export const depositInstructions = z
  .object({
    currency: z.string().meta({ example: 'EUR' }),
    currency_type: z.enum(['fiat', 'crypto']),
    mode: z.enum(['test', 'production']),
    reference_code: z.string().meta({ example: 'RF02417203958816' }),
    reference_code_printed: z.string().meta({ example: 'RF02 4172 0395 8816' }),
    instructions: z.string().nullable().meta({
      description: 'Where the money goes, in the words of the platform. Null until Production Mode is open.',
    }),
    details: z.record(z.string(), z.string()).meta({
      description: 'The same for programs, where the payment connection tells it: `iban`, `address`, …',
      example: {},
    }),
  })
  .meta({ id: 'DepositInstructions' })
