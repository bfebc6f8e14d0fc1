import { z } from 'zod'
import { timestampInput } from '../http/pagination.ts'
import { isId } from '../ids.ts'
import { MINUTE_MS, type Resolution } from './usage.ts'

/** How wide a bucket may be, and by which figures it is read. */
export const INTERVALS = {
  '1m': { ms: MINUTE_MS, resolution: 'minute' },
  '10m': { ms: 10 * MINUTE_MS, resolution: 'ten_minutes' },
  '1h': { ms: 60 * MINUTE_MS, resolution: 'hour' },
  '6h': { ms: 360 * MINUTE_MS, resolution: 'six_hours' },
  '1d': { ms: 1_440 * MINUTE_MS, resolution: 'day' },
} as const satisfies Record<string, { ms: number; resolution: Resolution }>
export type Interval = keyof typeof INTERVALS
export const INTERVAL_NAMES = Object.keys(INTERVALS) as [Interval, ...Interval[]]

const KEYS_MAX = 100

const keyId = z.string().refine((text) => isId('key', text), 'must be the id of a key')
const endpointId = z.string().refine((text) => isId('ep', text), 'must be the id of a webhook endpoint')

const time = z.string().meta({ format: 'date-time', example: '2025-11-23T12:00:00.000Z' })
const count = z.int().meta({ example: 3 })

const range = {
  from: timestampInput
    .optional()
    .meta({ description: 'The beginning of the range. 24 hours before `to` when absent.' }),
  to: timestampInput.optional().meta({ description: 'The end of the range. Now when absent.' }),
  interval: z
    .enum(INTERVAL_NAMES)
    .optional()
    .meta({
      description:
        'How long a bucket is. When absent: the shortest that is kept for the range and makes at most 200 buckets. ' +
        'Minutes and ten minutes are kept as long as the logs, longer ones for 400 days.',
    }),
  currency_type: z
    .enum(['fiat', 'crypto'])
    .optional()
    .meta({ description: 'For members; a key sees its own.' }),
}
export const rangeInput = z.object(range)
export type RangeInput = z.infer<typeof rangeInput>

export const usageQuery = rangeInput.extend({
  api_key_id: keyId
    .optional()
    .meta({ description: 'Only requests signed with this key.', example: 'key_01kasqf0000000000000000000' }),
  endpoint_id: endpointId.optional().meta({
    description: 'Only attempts at this webhook endpoint.',
    example: 'ep_01kasqf0000000000000000000',
  }),
})
export type UsageQuery = z.infer<typeof usageQuery>

const latency = z.object({ p50: z.number(), p95: z.number(), p99: z.number() }).nullable().meta({
  id: 'UsageLatency',
  description:
    'The milliseconds within which so many per cent ended; each is exact to an eighth. Null where none ended.',
})

const requests = z
  .object({
    total: count,
    status_1xx: count,
    status_2xx: count,
    status_3xx: count,
    status_4xx: count,
    status_5xx: count,
    forwarded: count.meta({
      description: 'Passed on to a service of the platform that has not told its answer.',
    }),
    latency_ms: latency,
  })
  .meta({ id: 'UsageRequests', description: 'Requests as Transaction Logs count them, refused ones too.' })

const webhookAttempts = z
  .object({
    total: count,
    delivered: count,
    failed: count.meta({
      description: 'Answered with anything but 2xx, or not at all. Most are tried again.',
    }),
    latency_ms: latency,
  })
  .meta({ id: 'UsageWebhookAttempts', description: 'Tries to send webhooks, by the time of the try.' })

const figures = {
  requests: requests.nullable().meta({ description: 'Null where only an endpoint was asked for.' }),
  webhook_attempts: webhookAttempts.nullable().meta({
    description: 'Null where only a key was asked for, or to a key without the scope `webhook-logs:read`.',
  }),
}

const answer = {
  from: time.meta({ description: 'Where the first bucket begins: the beginning asked for or before it.' }),
  to: time.meta({
    description: 'Where the last bucket ends. It may lie ahead: then that bucket still fills.',
  }),
  interval: z.enum(INTERVAL_NAMES),
}

export const Usage = z
  .object({
    ...answer,
    mode: z.enum(['test', 'production']),
    totals: z.object(figures).meta({ description: 'Of the whole range.' }),
    data: z.array(z.object({ start: time, ...figures }).meta({ id: 'UsageBucket' })).meta({
      description:
        'Every bucket of the range, oldest first, empty ones too. They begin at whole intervals of UTC.',
    }),
  })
  .meta({ id: 'Usage', description: 'What happened over time, counted exactly.' })
export type UsageView = z.infer<typeof Usage>
export type UsageFigures = Pick<UsageView['data'][number], 'requests' | 'webhook_attempts'>

export const keyUsageQuery = rangeInput.omit({ currency_type: true }).extend({
  api_key_id: z
    .string()
    .transform((text) => [...new Set(text.split(',').filter((id) => id !== ''))])
    .pipe(z.array(keyId).min(1).max(KEYS_MAX))
    .meta({
      description: `Ids of keys, comma-separated, at most ${KEYS_MAX}.`,
      example: 'key_01kasqf0000000000000000000',
    }),
})
export type KeyUsageQuery = z.infer<typeof keyUsageQuery>

const keyCounts = (description: string) => z.array(count).meta({ description })

export const KeyUsage = z
  .object({
    ...answer,
    data: z.array(
      z
        .object({
          api_key_id: z.string(),
          total: count,
          requests: keyCounts('Of each bucket of the range, oldest first.'),
          refused: keyCounts('Of these, those answered with 4xx.'),
          failed: keyCounts('Of these, those answered with 5xx.'),
        })
        .meta({ id: 'KeyUsage' }),
    ),
  })
  .meta({ id: 'KeyUsageList', description: 'Requests of each key over time, in the order asked for.' })
export type KeyUsageView = z.infer<typeof KeyUsage>
