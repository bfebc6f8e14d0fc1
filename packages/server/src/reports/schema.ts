import { z } from 'zod'
import { exportFormat } from '../http/exports.ts'
import { pageQuery, timestampInput } from '../http/pagination.ts'
import { transactionFilters, withMetadata } from '../ledger/list-schema.ts'
import { TRANSACTION_STATUSES, TRANSACTION_TYPES } from '../ledger/schema.ts'

const time = z.string().meta({ format: 'date-time', example: '2025-11-01T00:00:00.000Z' })
const money = (description: string) => z.string().meta({ description, example: '10.00' })
const nullableEnum = <const Value extends string>(values: readonly Value[], description: string) =>
  z
    .enum(values as readonly [Value, ...Value[]])
    .nullable()
    .meta({ description })
const currencyType = z.enum(['fiat', 'crypto'])

// Periods

const DAY_PATTERN = /^\d{4}-\d\d-\d\d$/
const isDay = (text: string) => DAY_PATTERN.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`))
const dayOrTime = z
  .union(
    [
      z
        .string()
        .refine((text) => isDay(text) && new Date(`${text}T00:00:00Z`).toISOString().startsWith(text)),
      timestampInput,
    ],
    { error: 'must be a day such as 2025-11-01, or an RFC 3339 time' },
  )
  .meta({ example: '2025-11-01' })

/** IANA names only: PostgreSQL would take `FOO+3` for a time zone too, and count it the other way round. */
const timeZone = z
  .string()
  .max(64)
  .regex(
    /^[A-Za-z_]+(?:\/[A-Za-z0-9_+-]+)*$|^[A-Z]{3}\d[A-Z]{3}$/,
    'must be an IANA time zone such as Europe/Berlin',
  )
  .refine(isTimeZone, 'is not a time zone that this server knows')
  .default('UTC')
  .meta({ description: 'IANA name: in which days begin and end.', example: 'Europe/Berlin' })

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

const period = {
  from: dayOrTime.optional().meta({
    description:
      'The beginning of the range: a day of the time zone, or a moment. 30 days before `to` when absent.',
    example: '2025-11-01',
  }),
  to: dayOrTime.optional().meta({
    description: 'The first day or moment that is no longer in the range. The end of today when absent.',
    example: '2025-12-01',
  }),
  time_zone: timeZone,
}
const periodInput = z.object(period)
export type PeriodInput = z.infer<typeof periodInput>

// Summary

export const TIME_FIELDS = ['created_at', 'completed_at', 'effective_at'] as const
export const PERIODS = ['day', 'week', 'month'] as const
export const DIMENSIONS = [...PERIODS, 'type', 'status', 'currency'] as const
export type Dimension = (typeof DIMENSIONS)[number]

const groupBy = z
  .preprocess(
    (input) => (typeof input === 'string' ? input.split(',').filter((name) => name !== '') : input),
    z.array(z.enum(DIMENSIONS)).max(DIMENSIONS.length),
  )
  .transform((names) => [...new Set(names)])
  .refine(
    (names) => names.filter((name) => (PERIODS as readonly string[]).includes(name)).length <= 1,
    'must name one of day, week and month at most',
  )

const { created_after, created_before } = pageQuery.shape
const filters = { ...transactionFilters, created_after, created_before }

export const summaryQuery = withMetadata(
  z.object({
    ...period,
    time_field: z.enum(TIME_FIELDS).default('created_at').meta({
      description: 'Which time of a transaction the range and its days are about.',
    }),
    group_by: groupBy.default(['day']).meta({
      description: 'Any of day, week or month, type, status, currency. Currencies are never added up.',
      example: ['day', 'type'],
    }),
    ...filters,
  }),
)
export type SummaryQuery = z.infer<typeof summaryQuery>

const figures = z
  .object({ count: z.int().meta({ example: 3 }), sum: money('Decimal string.') })
  .meta({ id: 'ReportFigures' })

const summaryFigures = {
  currency: z.string().meta({ example: 'USD' }),
  currency_type: currencyType,
  count: z.int().meta({ description: 'Transactions of every status.', example: 3 }),
  sum: money('Of all of them, whatever became of them: what was asked for.'),
  fees: money('What the completed ones cost.'),
  completed: figures.meta({ description: 'What the ledger has posted.' }),
  pending: figures.meta({ description: 'Pending and processing: may still complete or not.' }),
  unsuccessful: figures.meta({ description: 'Failed, canceled and expired: moved nothing.' }),
}
export const Summary = z
  .object({
    from: time,
    to: time.meta({ description: 'Not in the range itself.' }),
    time_zone: z.string().meta({ example: 'Europe/Berlin' }),
    time_field: z.enum(TIME_FIELDS),
    group_by: z.array(z.enum(DIMENSIONS)),
    as_of: time.meta({ description: 'When these figures were read; what is pending may change after it.' }),
    data: z.array(
      z
        .object({
          period: z.string().nullable().meta({
            description: 'The first day of the day, week (Monday) or month, in the time zone.',
            example: '2025-11-01',
          }),
          type: nullableEnum(TRANSACTION_TYPES, 'null where the report is not by type.'),
          status: nullableEnum(TRANSACTION_STATUSES, 'null where the report is not by status.'),
          ...summaryFigures,
        })
        .meta({ id: 'SummaryRow' }),
    ),
    totals: z
      .array(z.object(summaryFigures).meta({ id: 'SummaryTotal' }))
      .meta({ description: 'Of the whole range, by currency.' }),
    next_cursor: z.null(),
  })
  .meta({ id: 'Summary' })
export type Summary = z.infer<typeof Summary>

// Statements

export const statementQuery = z.object({
  ...period,
  limit: pageQuery.shape.limit,
  cursor: pageQuery.shape.cursor,
})
export const exportStatementQuery = z.object({ ...period, format: exportFormat })

const balance = z.object({
  posted: money('What was booked.'),
  pending_in: money('Announced and not there yet.'),
  pending_out: money('Held.'),
  available: money('posted less pending_out.'),
})
const moved = z.object({ count: z.int(), sum: money('Decimal string.') })

export const StatementLine = z
  .object({
    version: z.int().meta({ description: 'The number of the entry.' }),
    created_at: time,
    transaction_id: z.string(),
    type: z
      .enum([...TRANSACTION_TYPES, 'fee'])
      .meta({ description: 'Of the transaction; `fee` for what it cost.' }),
    reference: z.string().nullable(),
    description: z.string().nullable(),
    amount: money('What it changed; negative when it took.'),
    balance: money('What was posted on the account after it.'),
  })
  .meta({ id: 'StatementLine' })
export type StatementLine = z.infer<typeof StatementLine>

export const Statement = z
  .object({
    account_id: z.string(),
    currency: z.string().meta({ example: 'USD' }),
    from: time,
    to: time.meta({ description: 'Not in the range itself.' }),
    time_zone: z.string(),
    opening: balance,
    closing: balance,
    total_in: moved,
    total_out: moved.meta({ description: 'As a positive amount, fees included.' }),
    fees: moved.meta({ description: 'The fees in it.' }),
    data: z.array(StatementLine).meta({ description: 'What was posted, oldest first.' }),
    next_cursor: z.string().nullable(),
  })
  .meta({ id: 'Statement' })
export type Statement = z.infer<typeof Statement>

// Exports

export const exportTransactionsQuery = withMetadata(z.object({ ...filters, format: exportFormat }))
export const exportEntriesQuery = z.object({
  transaction_id: z.string().max(64).optional(),
  created_after,
  created_before,
  format: exportFormat,
})
