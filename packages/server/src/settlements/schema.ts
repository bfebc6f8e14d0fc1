import { z } from 'zod'
import { pageOf, pageQuery } from '../http/pagination.ts'
import { storable } from '../http/storable-text.ts'
import { Transaction } from '../ledger/schema.ts'
import { payoutApprovers } from '../rails/schema.ts'
import { readReferenceCode } from './reference-code.ts'

const REFERENCE_CHARACTERS_MAX = 200
const REASON_CHARACTERS_MAX = 200

const time = z.string().meta({ format: 'date-time', example: '2025-11-23T12:00:00.000Z' })
const person = z.object({ id: z.string(), email: z.string() })

/** Two people must be able to compare it by eye: nothing invisible inside, no space around it. */
const reference = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(REFERENCE_CHARACTERS_MAX)
  .refine((text) => storable(text) && !/\p{C}/u.test(text), 'must hold visible characters only')

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
    reason: z.string().nullable().meta({ description: 'Why it failed.' }),
    approvals: z.array(z.object({ by: person, at: time })),
    approvals_required: z.int(),
    decided_at: time.nullable(),
    payout_approvers: payoutApprovers,
  })
  .meta({ id: 'Settlement' })
export type Settlement = z.infer<typeof settlement>

export const settlementPage = pageOf(settlement).extend({ payout_approvers: payoutApprovers })

export const settlementQuery = pageQuery.pick({ limit: true, cursor: true }).extend({
  state: z.enum(['open', 'closed']).default('open').meta({
    description: '`open`: the queue, oldest first. `closed`: what operators settled or failed, newest first.',
  }),
  type: z.enum(['deposit', 'payout', 'refund']).optional(),
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
})
export const settlementParams = z.object({ transaction_id: z.string().max(64) })
export const settleInput = z
  .object({
    reference: reference.meta({
      description: "The bank's reference or the hash on the chain; every transaction has its own.",
      example: 'NL-2025-11-23-000417',
    }),
  })
  .meta({ id: 'SettleInput' })
export const failInput = z
  .object({
    reason: z
      .string()
      .trim()
      .min(1, 'must not be empty')
      .max(REASON_CHARACTERS_MAX)
      .refine(storable, 'must not hold NUL or half a surrogate pair')
      .meta({ description: 'The customer reads it.', example: 'The bank returned the money.' }),
    code: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,49}$/)
      .default('declined')
      .meta({ description: 'For programs; the codes of Test Mode fit.' }),
  })
  .meta({ id: 'FailInput' })

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
  })
  .meta({ id: 'DepositInstructions' })
