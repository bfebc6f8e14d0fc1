import { z } from 'zod'
import { FAILURE_CODES } from '../rails/test-cases.ts'
import { text, TRANSACTION_STATUSES } from './schema.ts'

export const TestCase = z
  .object({
    name: z.string().meta({ description: 'The reference without `simulate:`.', example: 'account_closed' }),
    amount: z.string().meta({ description: 'Whole units of any currency.', example: '90001' }),
    reference: z.string().meta({ example: 'simulate:account_closed' }),
    outcome: z.enum([
      'complete',
      'fail',
      'stay',
      'expire',
      'return',
      'webhook_twice',
      'webhooks_out_of_order',
    ]),
    statuses: z
      .array(z.enum(TRANSACTION_STATUSES))
      .meta({ description: 'The states of the transaction, in the order in which they come.' }),
    after_seconds: z.number().nullable().meta({
      description: 'When what the case is about happens, counted from the creation; null: never by itself.',
    }),
    failure_code: z.enum(FAILURE_CODES).nullable(),
    description: z.string(),
  })
  .meta({ id: 'TestCase' })
export type TestCase = z.infer<typeof TestCase>
// The table is short and closed, so it always comes whole.
export const TestCaseList = z.object({ data: z.array(TestCase), next_cursor: z.null() })

const code = z.enum(FAILURE_CODES)
const message = text(200).optional().meta({ description: 'In place of the usual words for the code.' })
export const failBody = z.object({ code: code.default('declined'), message }).meta({ id: 'TestFailure' })
export const returnBody = z
  .object({ code: code.default('account_closed'), message })
  .meta({ id: 'TestReturn' })
