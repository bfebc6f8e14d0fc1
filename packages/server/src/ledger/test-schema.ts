import { z } from 'zod'
import { FAILURE_CODES } from '../rails/test-cases.ts'
import { timestampInput } from '../http/pagination.ts'
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

const time = z.string().meta({ format: 'date-time', example: '2025-11-23T12:00:00.000Z' })

export const ADVANCE_SECONDS_MAX = 31_622_400
export const TestClock = z
  .object({
    now: time.meta({ description: 'What the clock shows.' }),
    server_time: time,
    ahead_seconds: z.number().meta({
      description: "How far the clock is ahead of the server's; below zero when it stood still for long.",
    }),
    frozen_at: time.nullable().meta({ description: 'Where it stands still; null while it runs.' }),
  })
  .meta({ id: 'TestClock' })
export type TestClock = z.infer<typeof TestClock>

export const clockBody = z
  .object({
    advance_seconds: z.int().min(1).max(ADVANCE_SECONDS_MAX).optional().meta({
      description: 'Sets the clock forward by so much, whether it runs or stands still; a year at most.',
      example: 3600,
    }),
    frozen_at: timestampInput
      .nullable()
      .optional()
      .meta({
        description:
          'Stops the clock at this time, which lies ahead of it; a time of the last minute stops it where it is. ' +
          'null lets it run again.',
      }),
  })
  .refine(
    (body) => (body.advance_seconds === undefined) !== (body.frozen_at === undefined),
    'must hold either advance_seconds or frozen_at',
  )
  .meta({ id: 'ChangeTestClock' })

export const MovedTestClock = TestClock.extend({
  looked_at: z.int().meta({ description: 'How many transactions were due by it and have been moved on.' }),
}).meta({ id: 'MovedTestClock' })

export const TestReset = z
  .object({
    status: z.enum(['running', 'completed']),
    started_at: time,
    finished_at: time.nullable(),
    deleted_transactions: z.int(),
    deleted_events: z.int(),
  })
  .meta({ id: 'TestReset' })
