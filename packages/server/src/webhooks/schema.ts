import { z } from 'zod'
import { exportFormat } from '../http/exports.ts'
import { pageOf, pageQuery, timestampInput } from '../http/pagination.ts'
import { isId } from '../ids.ts'

const OVERLAP_SECONDS_MAX = 604_800
const OVERLAP_SECONDS_DEFAULT = 86_400
const HEADERS_MAX = 10

const id = z.string().max(64)
const timestamp = z.string().meta({ format: 'date-time', example: '2025-11-23T12:00:00.000Z' })
const mode = z.enum(['test', 'production'])
const currencyType = z.enum(['fiat', 'crypto'])
/** A name that an event type can have; whether there is one, the catalogue says. */
export const eventTypeName = z
  .string()
  .max(100)
  .regex(/^[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*){1,3}$/, 'must be a name such as transaction.completed')
export const idParams = z.object({ id })

// Endpoints

const FORBIDDEN_HEADER =
  /^(?:host|user-agent|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|content-.*|webhook-.*)$/
const headersInput = z
  .record(
    z
      .string()
      .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/, 'must be a header name')
      .refine((name) => !FORBIDDEN_HEADER.test(name.toLowerCase()), 'is set by the server')
      .transform((name) => name.toLowerCase()),
    z
      .string()
      .max(1_024)
      .regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, 'must be printable ASCII'),
  )
  .refine((headers) => Object.keys(headers).length <= HEADERS_MAX, `must hold at most ${HEADERS_MAX} headers`)
  .meta({
    description: 'Sent with every webhook; stored sealed and never shown again.',
    example: { 'x-api-key': '…' },
  })
export const eventTypesInput = z
  .array(z.union([z.literal('*'), eventTypeName]))
  .min(1)
  .max(100)
  .transform((types) => (types.includes('*') ? ['*'] : [...new Set(types)]))
  .meta({ description: '`["*"]` stands for every type.', example: ['transaction.completed'] })

const signatureScheme = z.enum(['v1', 'v1a'])
const signatureSchemesInput = z
  .array(signatureScheme)
  .min(1)
  .max(4)
  .transform((schemes) => [...new Set(schemes)].sort())
  .meta({
    description:
      '`v1` is the HMAC of the endpoint’s secret; `v1a` the platform’s Ed25519 key, published at `/.well-known/webhook-keys`.',
    example: ['v1', 'v1a'],
  })
const ordering = z.enum(['none', 'object']).meta({
  description:
    '`none`: as fast as they can be sent. `object`: the events of one transaction or account in order, each once the one before is delivered or has failed for good; other objects do not wait.',
})

const payload = z.enum(['full', 'thin']).meta({
  description:
    '`full`: `data` is the object as it was when it happened. `thin`: `data` is `{"id": …}` alone, for receivers that fetch the object and shall not keep its contents.',
})

export const EndpointSchema = z
  .object({
    id: z.string().meta({ example: 'ep_01kasqf0000000000000000000' }),
    url: z.string().meta({ example: 'https://example.com/webhooks' }),
    description: z.string().nullable(),
    event_types: z.array(z.string()),
    currency_type: currencyType.nullable().meta({ description: 'null: events of either currency type.' }),
    mode,
    ordering,
    listener: z.boolean().meta({
      description:
        'A running `countersign listen`: it fetches its webhooks itself, and its URL is `listener:` and where it forwards them.',
    }),
    enabled: z.boolean(),
    disabled_reason: z
      .enum(['gone', 'failing'])
      .nullable()
      .meta({ description: 'Why the server switched it off: it answered 410, or failed for 5 days.' }),
    header_names: z
      .array(z.string())
      .meta({ description: 'The custom headers; their values are never shown.' }),
    signature_schemes: z
      .array(signatureScheme)
      .meta({ description: 'The signatures that every webhook carries.' }),
    payload,
    secret_version: z.int(),
    previous_secret_expires_at: timestamp
      .nullable()
      .meta({ description: 'Until then every webhook carries a signature of the old secret too.' }),
    last_success_at: timestamp.nullable(),
    last_failure_at: timestamp.nullable(),
    failing_since: timestamp.nullable(),
    breaker: z
      .object({
        state: z.enum(['closed', 'open', 'half_open']),
        next_probe_at: timestamp.nullable(),
      })
      .meta({ description: 'Open: after many failures its deliveries wait, and one at a time probes it.' }),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: 'WebhookEndpoint' })
export type EndpointView = z.infer<typeof EndpointSchema>

export const EndpointWithSecretSchema = EndpointSchema.extend({
  secret: z.string().nullable().meta({
    description: 'Signs every webhook (Standard Webhooks). Shown this one time.',
    example: 'whsec_…',
  }),
}).meta({ id: 'WebhookEndpointWithSecret' })

const settings = {
  url: z.string().trim().min(1).max(2_048),
  description: z.string().trim().max(500).nullable(),
  event_types: eventTypesInput,
  currency_type: currencyType.nullable(),
  headers: headersInput,
  signature_schemes: signatureSchemesInput,
  payload,
  ordering,
  enabled: z.boolean(),
}

export const createEndpointSchema = z
  .object({
    url: settings.url,
    description: settings.description.default(null),
    event_types: settings.event_types,
    currency_type: settings.currency_type.optional(),
    headers: settings.headers.default({}),
    signature_schemes: settings.signature_schemes.default(['v1']),
    payload: settings.payload.default('full'),
    ordering: settings.ordering.default('none'),
    enabled: settings.enabled.default(true),
    mode: mode.optional(),
  })
  .meta({ id: 'CreateWebhookEndpoint' })

export const updateEndpointSchema = z.object(settings).partial().meta({ id: 'UpdateWebhookEndpoint' })

export const listEndpointsQuery = pageQuery.extend({
  enabled: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional(),
  include_listeners: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .default(false)
    .meta({ description: 'With `true` also the listeners of `countersign listen` (Test Mode).' }),
})
export const endpointPage = pageOf(EndpointSchema)

export const rotateSecretSchema = z
  .object({
    overlap_seconds: z.int().min(0).max(OVERLAP_SECONDS_MAX).default(OVERLAP_SECONDS_DEFAULT),
  })
  .meta({ id: 'RotateWebhookSecret' })

export const pingSchema = z
  .object({ event_type: eventTypeName.default('webhook_endpoint.ping') })
  .meta({ id: 'PingWebhookEndpoint' })

export const recoverSchema = z
  .object({
    since: timestampInput,
    until: timestampInput.optional(),
    dry_run: z.boolean().default(false).meta({ description: 'Only counts.' }),
  })
  .meta({ id: 'RecoverWebhookEndpoint' })
export const RecoveredSchema = z
  .object({
    count: z.int().meta({ description: 'Failed deliveries that go out again, or would.' }),
    remaining: z.int().meta({ description: 'Still failed in that range: call again.' }),
    dry_run: z.boolean(),
  })
  .meta({ id: 'RecoveredWebhooks' })

// Events

export const EventSchema = z
  .object({
    id: z.string().meta({ example: 'evt_01kasqf0000000000000000000' }),
    type: z.string(),
    mode,
    currency_type: currencyType.nullable(),
    object_id: z.string(),
    sequence: z.int().meta({ description: 'Counts the events of one object, from 1.' }),
    request_id: z.string().nullable().meta({ description: 'The request that caused it.' }),
    data: z.record(z.string(), z.unknown()),
    schema_fault: z.string().nullable().meta({
      description:
        'Test Mode checks every event against the schema of its type; null when it fits. Anything else is a fault of the server.',
      example: null,
    }),
    created_at: timestamp,
  })
  .meta({ id: 'Event' })
export const eventPage = pageOf(EventSchema)
export const listEventsQuery = pageQuery.extend({
  type: z.string().max(100).optional(),
  object_id: z.string().max(200).optional(),
  request_id: id.optional(),
})

/** The filters of a list, without what divides it into pages. */
const withoutPage = { limit: true, cursor: true } as const
const withoutTime = { ...withoutPage, created_after: true, created_before: true } as const
const BUCKETS_MAX = 200
const BUCKETS_DEFAULT = 60
const histogramTimes = {
  created_after: pageQuery.shape.created_after.meta({
    description: 'RFC 3339. By default the time of the oldest event.',
  }),
  created_before: pageQuery.shape.created_before.meta({ description: 'RFC 3339. By default now.' }),
  buckets: z.coerce
    .number()
    .int()
    .min(1)
    .max(BUCKETS_MAX)
    .default(BUCKETS_DEFAULT)
    .meta({ description: 'At most so many buckets. Their width is a round one.' }),
}
const bucketStart = timestamp.meta({
  description: 'When the bucket begins; the first may begin before `from`.',
})
const histogram = <Bucket extends z.ZodRawShape>(bucket: Bucket) =>
  z.object({
    from: timestamp.meta({ description: 'No earlier than the oldest event.' }),
    to: timestamp,
    bucket_seconds: z.int().meta({ description: 'The width of a bucket.', example: 3600 }),
    exact: z.boolean().meta({
      description: 'False where there are so many rows that the counts were estimated from a part of them.',
    }),
    data: z.array(z.object({ at: bucketStart, ...bucket })),
  })

export const exportEventsQuery = listEventsQuery.omit(withoutPage).extend({ format: exportFormat })
export const streamEventsQuery = listEventsQuery.omit(withoutTime).extend({
  cursor: z
    .string()
    .refine((text) => isId('evt', text), 'must be an event id such as evt_01kasqf0000000000000000000')
    .optional()
    .meta({ description: 'The id of the last event seen, where the header Last-Event-ID cannot be sent.' }),
})
export const eventHistogramQuery = listEventsQuery.omit(withoutPage).extend(histogramTimes)
export const EventHistogramSchema = histogram({ events: z.int() }).meta({
  id: 'EventHistogram',
  description: 'How many events match, over time.',
})

export const EventTypeSchema = z
  .object({
    type: z.string(),
    description: z.string(),
    source: z
      .enum(['countersign', 'platform'])
      .meta({ description: '`platform`: declared by whoever runs this server.' }),
    version: z.int().meta({ description: 'Of a declared type: counts the changes of its schema.' }),
    schema: z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema of the whole body.' }),
    example: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'EventType' })
export const eventTypeList = z.object({ data: z.array(EventTypeSchema), next_cursor: z.null() })

// Webhook Logs

const deliveryStatus = z.enum(['pending', 'delivered', 'failed', 'skipped'])
const header = z.tuple([z.string(), z.string()])

export const DeliverySchema = z
  .object({
    id: z.string().meta({ example: 'dlv_01kasqf0000000000000000001' }),
    event_id: z.string(),
    event_type: z.string(),
    object_id: z.string(),
    endpoint_id: z.string().nullable().meta({ description: 'null where the event found no endpoint.' }),
    endpoint_url: z.string().nullable(),
    status: deliveryStatus,
    reason: z
      .string()
      .nullable()
      .meta({
        description:
          'Skipped: no_endpoint, endpoint_disabled, event_type_not_selected, currency_type_not_selected, own_event. ' +
          'Failed: attempts_exhausted, endpoint_gone, endpoint_disabled, endpoint_deleted.',
      }),
    attempt_count: z.int(),
    next_attempt_at: timestamp
      .nullable()
      .meta({ description: 'When it is due; null once it is finished, and while it is held back.' }),
    held_back: z
      .object({
        reason: z.enum(['ordering', 'breaker']),
        behind: z.string().nullable().meta({
          description: '`ordering`: the delivery of the same object whose turn it is.',
          example: 'dlv_01kasqf0000000000000000001',
        }),
        until: timestamp.nullable().meta({
          description: '`breaker`: when one delivery probes the endpoint; after a success the others follow.',
        }),
      })
      .nullable()
      .meta({
        description:
          'Why a pending delivery that is due does not go out yet: an earlier event of its object is not done (`ordering: object`), or the endpoint’s breaker is open.',
      }),
    last_status_code: z.int().nullable(),
    request_id: z.string().nullable(),
    mode,
    created_at: timestamp,
  })
  .meta({ id: 'WebhookDelivery' })

const milliseconds = z.number().nullable()
const text = { body: z.string(), body_encoding: z.enum(['utf8', 'base64']) }
export const AttemptSchema = z
  .object({
    number: z.int(),
    at: timestamp,
    duration_ms: z.number(),
    status_code: z.int().nullable(),
    error: z.string().nullable().meta({ description: 'The kind of failure; null after a 2xx.' }),
    error_detail: z.string().nullable(),
    remote_address: z.string().nullable().meta({ description: 'The address that was dialled.' }),
    timings: z.object({
      dns_ms: milliseconds,
      connect_ms: milliseconds,
      tls_ms: milliseconds,
      first_byte_ms: milliseconds,
    }),
    request: z.object({
      method: z.literal('POST'),
      url: z.string(),
      headers: z.array(header),
      body: z.string(),
    }),
    response: z
      .object({
        headers: z.array(header),
        ...text,
        body_truncated: z.boolean().meta({ description: 'Only the first 64 KiB are kept.' }),
      })
      .nullable(),
  })
  .meta({ id: 'WebhookAttempt' })

export const DeliveryWithAttemptsSchema = DeliverySchema.extend({ attempts: z.array(AttemptSchema) }).meta({
  id: 'WebhookDeliveryWithAttempts',
})
export const deliveryPage = pageOf(DeliverySchema)
export const listDeliveriesQuery = listEventsQuery.omit({ type: true }).extend({
  event_type: z.string().max(100).optional(),
  event_id: id.optional(),
  endpoint_id: id.optional(),
  status: deliveryStatus.optional(),
})

export const exportDeliveriesQuery = listDeliveriesQuery.omit(withoutPage).extend({ format: exportFormat })
/** A time in milliseconds since the epoch, as the stream names its events. */
export const STREAM_PLACE = /^\d{13}$/
export const streamDeliveriesQuery = listDeliveriesQuery.omit(withoutTime).extend({
  cursor: z.string().regex(STREAM_PLACE, 'must be the id of an event of this stream').optional().meta({
    description: 'The id of the last event seen, where the header Last-Event-ID cannot be sent.',
    example: '1764000000000',
  }),
})
export const deliveryHistogramQuery = listDeliveriesQuery.omit(withoutPage).extend(histogramTimes)
const deliveries = z.int()
export const DeliveryHistogramSchema = histogram({
  delivered: deliveries,
  retrying: deliveries.meta({ description: 'Tried without success, and tried again.' }),
  pending: deliveries.meta({ description: 'Not tried yet.' }),
  failed: deliveries,
  skipped: deliveries,
}).meta({
  id: 'WebhookLogHistogram',
  description: 'How many deliveries match, by the time of their event and by what became of them.',
})
export type DeliveryFilterInput = Partial<z.infer<typeof listDeliveriesQuery>>
export type EventFilterInput = Partial<z.infer<typeof listEventsQuery>>
