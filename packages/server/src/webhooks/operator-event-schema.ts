import { z } from 'zod'
import { storable } from '../http/storable-text.ts'
import { eventTypeName } from './schema.ts'

const currencyType = z.enum(['fiat', 'crypto'])
const mode = z.enum(['test', 'production'])
const timestamp = z.string().meta({ format: 'date-time', example: '2025-11-23T12:00:00.000Z' })
const text = (max: number) =>
  z.string().trim().min(1).max(max).refine(storable, 'must not hold NUL or half a surrogate pair')
const json = z.record(z.string(), z.unknown())

const schema = json.meta({
  description:
    'JSON Schema (2020-12) of `data`: type, properties, required, additionalProperties, items, enum, const, allOf, anyOf, oneOf and the limits of numbers, lengths and counts. At most 32 KiB and 10 levels; no `pattern`, no `$ref`.',
  example: {
    type: 'object',
    properties: { card_id: { type: 'string' }, last_four: { type: 'string' } },
    required: ['card_id'],
  },
})
const example = json.meta({
  description: 'An example of `data`, which pings send.',
  example: { card_id: 'card_123', last_four: '4242' },
})

export const declareTypeSchema = z
  .object({
    type: eventTypeName.meta({
      description: 'Two to four words joined by dots; the first is not one of Countersign’s own.',
      example: 'card.issued',
    }),
    description: text(500),
    schema,
    example,
  })
  .meta({ id: 'DeclareEventType' })
export const redeclareTypeSchema = declareTypeSchema
  .omit({ type: true })
  .partial()
  .meta({ id: 'RedeclareEventType' })

export const DeclaredTypeSchema = z
  .object({
    type: z.string(),
    description: z.string(),
    schema,
    example,
    version: z.int().meta({ description: 'Counts the changes of the schema, from 1.' }),
    published_at: timestamp.nullable().meta({
      description:
        'The first event in Production Mode; from then on a change of the schema must be compatible.',
    }),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: 'DeclaredEventType' })
export const declaredTypeList = z.object({ data: z.array(DeclaredTypeSchema), next_cursor: z.null() })
export const declaredTypeParams = z.object({ type: z.string().max(100) })

export const publishEventSchema = z
  .object({
    workspace_id: z.string().max(64).meta({ example: 'wks_01kasqf0000000000000000000' }),
    mode,
    type: eventTypeName.meta({ example: 'card.issued' }),
    currency_type: currencyType
      .nullable()
      .default(null)
      .meta({ description: 'null: it concerns neither, and every endpoint may get it.' }),
    object_id: text(200).optional().meta({
      description:
        'What it happened to: its events are counted in `sequence`, and it is the id in thin payloads. The event itself when absent.',
      example: 'card_123',
    }),
    data: json.meta({
      description: 'Fits the declared schema; at most 64 KiB.',
      example: { card_id: 'card_123' },
    }),
  })
  .meta({ id: 'PublishEvent' })

export const PublishedEventSchema = z
  .object({
    id: z.string().meta({ example: 'evt_01kasqf0000000000000000000' }),
    type: z.string(),
    workspace_id: z.string(),
    mode,
    currency_type: currencyType.nullable(),
    object_id: z.string(),
    created_at: timestamp,
  })
  .meta({ id: 'PublishedEvent' })
export type PublishedEvent = z.infer<typeof PublishedEventSchema>
