import { z } from 'zod'
import { exportFormat } from '../http/exports.ts'
import { pageOf, pageQuery } from '../http/pagination.ts'
import { isId } from '../ids.ts'
import { PATH_TEXT_MIN } from './path-pattern.ts'

const PATH_CHARACTERS_MAX = 2_048
const PATH_TEXT_MAX = 200

const timestamp = z.string().meta({ format: 'date-time', example: '2025-11-23T12:00:00.000Z' })
const mode = z.enum(['test', 'production'])
const currencyType = z.enum(['fiat', 'crypto'])
const requestId = z
  .string()
  .refine((text) => isId('req', text), 'must be a request id such as req_01kasqf0000000000000000000')
  .meta({ example: 'req_01kasqf0000000000000000000' })

export const transactionLogSchema = z
  .object({
    id: z.string().meta({ description: 'The request id.', example: 'req_01kasqf0000000000000000000' }),
    api_key_id: z.string().meta({ example: 'key_01kasqf0000000000000000000' }),
    mode,
    currency_type: currencyType,
    method: z.string().meta({ example: 'POST' }),
    path: z.string().meta({ example: '/v1/transactions' }),
    status: z.int().meta({ description: '0 where `outcome` is `forwarded`.', example: 201 }),
    outcome: z.enum(['answered', 'forwarded']).meta({
      description:
        "`forwarded`: passed on to one of the platform's own services, which has not told its answer. The row changes once it does.",
    }),
    code: z.string().nullable().meta({ description: "The problem's code; null when there was none." }),
    likely_cause_code: z.string().nullable().meta({
      description: 'Why the signature was refused, as docs/signing.md lists it; null when it was not.',
      example: 'query-reordered',
    }),
    duration_ms: z.number(),
    ip: z.string().nullable(),
    request_count: z.int().meta({
      description:
        'More than 1 where this row stands for further refusals of the same key in a minute that were counted, not logged.',
    }),
    created_at: timestamp,
  })
  .meta({ id: 'TransactionLog', description: 'One request made with an API key.' })

const loggedBody = z
  .object({
    text: z
      .string()
      .nullable()
      .meta({ description: 'Redacted JSON, at most 16 KiB; null when it did not parse.' }),
    bytes: z.int().meta({ description: 'The length of the whole body.' }),
    truncated: z.boolean(),
    digest: z
      .string()
      .nullable()
      .meta({ description: 'Of a body that did not parse.', example: 'sha-256=:…:' }),
  })
  .meta({ id: 'LoggedBody' })

const loggedMessage = z
  .object({
    headers: z
      .array(z.array(z.string()))
      .meta({ description: 'Pairs of name and value; secrets read `[redacted]`.' }),
    body: loggedBody.nullable(),
  })
  .meta({ id: 'LoggedMessage' })

export const transactionLogDetailSchema = transactionLogSchema
  .extend({
    query: z.string().nullable().meta({ description: 'Without the `?`.' }),
    user_agent: z.string().nullable(),
    secret_version: z
      .int()
      .nullable()
      .meta({ description: 'The version of the secret that signed; null where no signature held.' }),
    idempotency_key: z.string().nullable(),
    transaction_id: z.string().nullable(),
    event_ids: z.array(z.string()),
    request: loggedMessage,
    response: loggedMessage,
    diagnosis: z.record(z.string(), z.unknown()).nullable().meta({
      description:
        'For a refused signature: `signature_base` as the server computed it, and the likely cause.',
    }),
  })
  .meta({ id: 'TransactionLogDetail', description: 'One request with what was sent and answered, redacted.' })

export const transactionLogPage = pageOf(transactionLogSchema)

const filters = {
  id: requestId.optional(),
  api_key_id: z.string().max(64).optional(),
  currency_type: currencyType.optional().meta({ description: 'For members; a key sees its own.' }),
  method: z
    .string()
    .max(32)
    .transform((text) => text.toUpperCase())
    .optional()
    .meta({ example: 'POST' }),
  path: z.string().max(PATH_CHARACTERS_MAX).optional().meta({ description: 'The whole path.' }),
  path_contains: z
    .string()
    .min(PATH_TEXT_MIN)
    .max(PATH_TEXT_MAX)
    .optional()
    .meta({ description: 'Any part of the path, case-sensitive.' }),
  status: z.coerce.number().int().min(100).max(599).optional(),
  status_class: z
    .string()
    .regex(/^(?:[1-5]xx|forwarded)$/, 'must be 1xx, 2xx, 3xx, 4xx, 5xx or forwarded')
    .optional()
    .meta({ description: '`forwarded`: passed on, and no outcome yet.', example: '4xx' }),
  code: z.string().max(64).optional().meta({ example: 'signature-invalid' }),
}

export const listTransactionLogsQuery = pageQuery.extend(filters)

const { created_after, created_before } = pageQuery.shape

export const streamTransactionLogsQuery = z.object({
  ...filters,
  cursor: requestId.optional().meta({
    description: 'The id of the last row seen, where the header Last-Event-ID cannot be sent.',
  }),
})

export const exportTransactionLogsQuery = z.object({
  ...filters,
  created_after,
  created_before,
  format: exportFormat,
})

const BUCKETS_MAX = 200
const BUCKETS_DEFAULT = 60

export const transactionLogHistogramQuery = z.object({
  ...filters,
  created_after: created_after.meta({
    description: 'RFC 3339. By default the first day that has a matching request.',
  }),
  created_before: created_before.meta({ description: 'RFC 3339. By default now.' }),
  buckets: z.coerce
    .number()
    .int()
    .min(1)
    .max(BUCKETS_MAX)
    .default(BUCKETS_DEFAULT)
    .meta({ description: 'At most so many buckets. Their width is a round one.' }),
})

const rows = z.int()
export const transactionLogHistogramSchema = z
  .object({
    from: timestamp.meta({ description: 'No earlier than the oldest day that is kept.' }),
    to: timestamp,
    bucket_seconds: z.int().meta({ description: 'The width of a bucket.', example: 3600 }),
    exact: z.boolean().meta({
      description: 'False where there are so many rows that the counts were estimated from a sample.',
    }),
    data: z.array(
      z.object({
        at: timestamp.meta({ description: 'When the bucket begins; the first may begin before `from`.' }),
        '2xx': rows,
        '3xx': rows,
        '4xx': rows,
        '5xx': rows,
        forwarded: rows.meta({ description: 'Passed on, and no outcome yet.' }),
      }),
    ),
  })
  .meta({ id: 'TransactionLogHistogram', description: 'How many rows match, over time, by class of status.' })

export type TransactionLogHistogram = z.infer<typeof transactionLogHistogramSchema>
export type TransactionLog = z.infer<typeof transactionLogSchema>
export type TransactionLogDetail = z.infer<typeof transactionLogDetailSchema>
export type LogFilterInput = Partial<z.infer<typeof listTransactionLogsQuery>>
