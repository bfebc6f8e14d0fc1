import { z } from 'zod'
import { pageOf, pageQuery, timestampInput } from '../http/pagination.ts'
import { eventTypeName } from './schema.ts'

const RATE_MAX = 500
const RATE_DEFAULT = 20

const timestamp = z.string().meta({ format: 'date-time', example: '2025-11-23T12:00:00.000Z' })
const status = z.enum(['delivered', 'failed', 'skipped'])

export const createReplaySchema = z
  .object({
    created_after: timestampInput,
    created_before: timestampInput.optional().meta({ description: 'Now, when it is left out or later.' }),
    event_type: eventTypeName.optional(),
    status: status
      .optional()
      .meta({ description: 'What became of the deliveries; any of the three without it.' }),
    object_id: z.string().min(1).max(200).optional(),
    rate_per_second: z
      .int()
      .min(1)
      .max(RATE_MAX)
      .default(RATE_DEFAULT)
      .meta({ description: 'Deliveries a second at most.' }),
    dry_run: z.boolean().default(false).meta({ description: 'Only counts.' }),
  })
  .meta({ id: 'CreateWebhookReplay' })

const count = z
  .int()
  .meta({ description: 'Deliveries that match: what is selected and the endpoint takes now.' })
const countCapped = z.boolean().meta({ description: 'Counting ended before the range did: there are more.' })

export const ReplayCountSchema = z
  .object({ dry_run: z.literal(true), count, count_capped: countCapped })
  .meta({ id: 'WebhookReplayCount' })

export const ReplaySchema = z
  .object({
    id: z.string().meta({ example: 'rpl_01kasqf0000000000000000000' }),
    endpoint_id: z.string(),
    mode: z.enum(['test', 'production']),
    status: z.enum(['running', 'completed', 'canceled', 'failed']),
    reason: z
      .enum(['endpoint_disabled', 'endpoint_deleted'])
      .nullable()
      .meta({ description: 'Why it failed.' }),
    filter: z.object({
      created_after: timestamp,
      created_before: timestamp,
      event_type: z.string().nullable(),
      status: status.nullable(),
      object_id: z.string().nullable(),
    }),
    rate_per_second: z.int(),
    count,
    count_capped: countCapped,
    queued: z.int().meta({ description: 'How many are on their way again, or arrived.' }),
    created_at: timestamp,
    finished_at: timestamp.nullable(),
  })
  .meta({ id: 'WebhookReplay' })
export const replayPage = pageOf(ReplaySchema)
export const listReplaysQuery = pageQuery.pick({ limit: true, cursor: true })

export const EndpointHealthSchema = z
  .object({
    since: timestamp.meta({ description: 'Begin of the window, 24 hours ago.' }),
    deliveries: z.int().meta({ description: 'The newest in the window whose attempts are counted.' }),
    attempts: z.int(),
    success_rate: z
      .number()
      .nullable()
      .meta({ description: 'Attempts answered with a 2xx, of all; null without one.', example: 0.998 }),
    latency_ms: z.object({ p50: z.number().nullable(), p95: z.number().nullable() }),
    waiting: z.int().meta({ description: 'Deliveries still to go out.' }),
    waiting_capped: z.boolean().meta({ description: 'Counting ended early: there are more.' }),
    lag_seconds: z
      .number()
      .meta({ description: 'For how long the oldest has been due; 0 when nothing is late.' }),
    breaker: z.object({
      state: z.enum(['closed', 'open', 'half_open']),
      next_probe_at: timestamp.nullable(),
    }),
    failing_since: timestamp.nullable(),
    consecutive_failures: z.int(),
  })
  .meta({ id: 'WebhookEndpointHealth' })
