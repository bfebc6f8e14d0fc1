import { z } from 'zod'
import { storable } from '../http/storable-text.ts'

const INSTRUCTIONS_CHARACTERS_MAX = 4_000

const currencyType = z.enum(['fiat', 'crypto'])

export const railSettings = z
  .object({
    name: z.string().meta({ example: 'manual' }),
    currency_type: currencyType,
    enabled: z.boolean(),
    healthy: z.boolean().meta({ description: 'Whether it takes transactions now.' }),
    detail: z.string(),
    deposit_instructions: z
      .string()
      .nullable()
      .meta({ description: 'Where customers send a deposit; they read it on their Activation page.' }),
    updated_at: z.string().nullable().meta({ description: 'RFC 3339, UTC. Null: nobody has set it yet.' }),
  })
  .meta({ id: 'RailSettings' })

export const depositApprovers = z.int().meta({
  description:
    'How many different people it takes to say that money came (DEPOSIT_APPROVERS). 1 is allowed and always shown.',
})
export const payoutApprovers = z.int().meta({
  description: 'How many different people a payout takes (PAYOUT_APPROVERS). 1 is allowed and always shown.',
  example: 2,
})

export const railList = z.object({
  data: z.array(railSettings),
  next_cursor: z.null(),
  payout_approvers: payoutApprovers,
  deposit_approvers: depositApprovers,
})

export const railInput = z
  .object({
    name: z.literal('manual').default('manual'),
    currency_type: currencyType,
    enabled: z.boolean(),
    deposit_instructions: z
      .string()
      .trim()
      .max(INSTRUCTIONS_CHARACTERS_MAX)
      .refine(storable, 'must not hold NUL or half a surrogate pair')
      .nullish()
      .meta({ description: 'Stays as it is when absent; null or empty removes it.' }),
  })
  .meta({ id: 'RailInput' })
export type RailInput = z.infer<typeof railInput>
