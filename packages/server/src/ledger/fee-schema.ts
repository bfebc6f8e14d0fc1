import { z } from 'zod'
import { AMOUNT_TEXT_MAX } from './currencies.ts'

export const FEE_TYPES = ['deposit', 'payout', 'transfer', 'refund'] as const
const BASIS_POINTS_MAX = 10_000

const feeType = z.enum(FEE_TYPES)
const currencyType = z.enum(['fiat', 'crypto'])
const minorAmount = z
  .string({ error: 'must be a decimal string such as "0.30", not a number' })
  .max(AMOUNT_TEXT_MAX)
  .default('0')

export const feeRuleParams = z.object({
  type: feeType,
  currency: z.string().max(12).meta({
    description: 'A currency; or `fiat` or `crypto`: every currency of the type that has no rule of its own.',
    example: 'USD',
  }),
})

export const feeRuleInput = z
  .object({
    fixed: minorAmount.meta({ description: 'Part of every fee. Needs a currency.', example: '0.30' }),
    basis_points: z.int().min(0).max(BASIS_POINTS_MAX).default(0).meta({
      description: 'Hundredths of a percent of the amount, rounded half up to the smallest unit.',
      example: 150,
    }),
    minimum: minorAmount.meta({ description: 'No fee is less. Needs a currency.', example: '0.50' }),
  })
  .meta({ id: 'SetFeeRule' })
export type FeeRuleInput = z.infer<typeof feeRuleInput>

export const FeeRule = z
  .object({
    type: feeType,
    currency_type: currencyType,
    currency: z
      .string()
      .nullable()
      .meta({ description: 'null: every currency of the type that has no rule of its own.', example: 'USD' }),
    fixed: z.string().meta({ example: '0.30' }),
    basis_points: z.int().meta({ description: 'Hundredths of a percent of the amount.', example: 150 }),
    minimum: z.string().meta({ example: '0.50' }),
    updated_at: z.string().meta({ format: 'date-time', example: '2025-11-23T12:00:00.000Z' }),
  })
  .meta({ id: 'FeeRule' })
export type FeeRule = z.infer<typeof FeeRule>

// Short: one row for each rule that operators made.
export const FeeRuleList = z.object({ data: z.array(FeeRule), next_cursor: z.null() })
