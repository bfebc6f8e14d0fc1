import { z } from 'zod'
import { timestampInput } from '../http/pagination.ts'
import { storable } from '../http/storable-text.ts'
import { isId } from '../ids.ts'
import { eventTypeName, eventTypesInput } from '../webhooks/schema.ts'

const RESPONSE_BYTES_MAX = 64 * 1024
const HEADERS_MAX = 100
const DURATION_MS_MAX = 600_000

const timestamp = z.string().meta({ format: 'date-time' })
const eventId = z.string().refine((text) => isId('evt', text), 'must be an event id')
// RFC 9110 §5.1 and §5.5, as any parser of HTTP lets it through: the page of an attempt makes a line for a shell of it.
const headerName = z
  .string()
  .max(256)
  .regex(/^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/, 'must be a header name')
const headerValue = z
  .string()
  .max(8_192)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'must be one line of Latin-1')
const headerPairs = z
  .array(z.tuple([headerName, headerValue]))
  .max(HEADERS_MAX)
  .meta({ description: 'Pairs of name and value.' })

export const idParams = z.object({ id: z.string().max(64) })

export const createListenerSchema = z
  .object({
    forward_to: z
      .string()
      .max(2_048)
      .refine(isPlainUrl, 'must be an http(s) address without credentials')
      .meta({ description: 'Where the listener sends events on to; shown in Webhook Logs.' }),
    event_types: eventTypesInput.default(['*']),
    after_event_id: eventId.optional().meta({
      description: 'The last event that an earlier listener saw: those after it, a thousand at most, follow.',
    }),
  })
  .meta({ id: 'CreateWebhookListener' })

export const ListenerSchema = z
  .object({
    id: z.string().meta({ example: 'ep_01kasqf0000000000000000000' }),
    forward_to: z.string(),
    event_types: z.array(z.string()),
    caught_up: z.int().meta({ description: 'Events since `after_event_id` that wait for it.' }),
    catch_up_capped: z.boolean().meta({ description: 'There may be more than these: see Webhook Logs.' }),
    created_at: timestamp,
  })
  .meta({
    id: 'WebhookListener',
    description: 'Gone 15 minutes after its last connection ended.',
  })

export const attemptSchema = z
  .object({
    event_id: eventId,
    number: z.int().min(1).max(1_000_000).meta({ description: 'As the delivery named it.' }),
    at: timestampInput.transform((time) => time.toISOString()),
    duration_ms: z.number().min(0).max(DURATION_MS_MAX),
    request_headers: headerPairs,
    status_code: z.int().min(100).max(599).nullable(),
    response_headers: headerPairs.nullable(),
    response_body: z
      .base64()
      .max(Math.ceil(RESPONSE_BYTES_MAX / 3) * 4)
      .nullable()
      .meta({ description: 'The first 64 KiB in base64.' }),
    response_truncated: z.boolean(),
    error: z.enum(['timeout', 'refused', 'dns', 'connection']).nullable(),
    error_detail: z
      .string()
      .max(500)
      .refine(storable, 'must not hold NUL or half a surrogate pair')
      .nullable(),
  })
  .refine((attempt) => (attempt.status_code === null) === (attempt.error !== null), {
    path: ['error'],
    message: 'is set where no answer came, and only there',
  })
  .meta({ id: 'WebhookListenerAttempt' })
export type Attempt = z.infer<typeof attemptSchema>

export const RecordedSchema = z
  .object({
    recorded: z.boolean().meta({ description: 'false: this attempt was on record already.' }),
  })
  .meta({ id: 'RecordedWebhookAttempt' })

export const triggerSchema = z.object({ event_type: eventTypeName }).meta({ id: 'TriggerEvent' })
export const TriggeredSchema = z.object({ event_id: z.string() }).meta({ id: 'TriggeredEvent' })

// White space, control and format characters: `URL` passes over some, and a person or a terminal reads others.
const UNSEEN = /[\s\p{C}\\]/u

function isPlainUrl(text: string): boolean {
  if (UNSEEN.test(text) || !URL.canParse(text)) return false
  const { protocol, username, password } = new URL(text)
  return /^https?:$/.test(protocol) && username === '' && password === ''
}
