import { z } from 'zod'

const mode = z.enum(['test', 'production'])
const currencyType = z.enum(['fiat', 'crypto'])
const time = z.string().meta({ format: 'date-time' })
const money = z.string().meta({ description: 'Decimal string in units of `currency`.' })

const TransactionData = z.object({
  id: z.string(),
  type: z.enum(['deposit', 'payout', 'transfer', 'refund', 'return', 'correction']),
  status: z.enum(['pending', 'processing', 'completed', 'failed', 'canceled', 'expired']),
  amount: money,
  currency: z.string(),
  currency_type: currencyType,
  mode,
  account_id: z.string(),
  failure: z.object({ code: z.string(), message: z.string() }).nullable(),
  metadata: z.record(z.string(), z.unknown()),
  sequence: z.union([z.int(), z.string()]),
  request_id: z.string().nullable(),
  created_at: time,
  completed_at: time.nullable(),
  announced_amount: money
    .nullable()
    .meta({ description: 'Of a deposit, where another amount came: what was announced.' }),
})

const BalanceData = z.object({
  account_id: z.string(),
  currency: z.string(),
  currency_type: currencyType,
  mode,
  posted: money,
  pending_in: money,
  pending_out: money,
  available: money.meta({ description: 'What can be spent now: `posted` less `pending_out`.' }),
  version: z.union([z.int(), z.string()]).meta({ description: 'Counts the changes of the account.' }),
  transaction_id: z.string().nullable().meta({ description: 'The transaction that changed it.' }),
})

const ApiKeyData = z.object({
  id: z.string(),
  name: z.string(),
  public_key: z.string(),
  mode,
  currency_type: currencyType,
  status: z.enum(['active', 'expiring', 'expired', 'disabled', 'revoked']),
  expires_at: time.nullable(),
})

const EndpointData = z.object({
  id: z.string(),
  url: z.string(),
  mode,
  enabled: z.boolean(),
  disabled_reason: z.enum(['gone', 'failing']).nullable(),
})

const FailingEndpointData = EndpointData.extend({
  failing_since: time,
  consecutive_failures: z.int(),
  disabled_after: time.meta({ description: 'The first failure after this switches it off.' }),
})

const created = '2025-11-23T12:00:00.000Z'
const transaction = {
  id: 'txn_01kasqf0000000000000000001',
  type: 'deposit' as const,
  status: 'pending' as const,
  amount: '10.00',
  currency: 'USD',
  currency_type: 'fiat' as const,
  mode: 'test' as const,
  account_id: 'acc_01kasqf0000000000000000002',
  failure: null,
  metadata: {},
  sequence: 1,
  request_id: 'req_01kasqf0000000000000000003',
  created_at: created,
  completed_at: null,
  announced_amount: null,
} satisfies z.input<typeof TransactionData>
const apiKey = {
  id: 'key_01kasqf0000000000000000004',
  name: 'Test · Fiat · 23 Nov',
  public_key: 'pk_test_7d2kXyR4tBq9WmZ1nLcV0sP3uE',
  mode: 'test' as const,
  currency_type: 'fiat' as const,
  status: 'active' as const,
  expires_at: null,
} satisfies z.input<typeof ApiKeyData>

type Definition<Data extends z.ZodType = z.ZodType> = {
  description: string
  /** The shape of `data`; more fields may come. */
  data: Data
  example: Record<string, unknown>
}

/** Every type of event, in one place: publishing, docs, pings and the dashboard read it from here. */
export const EVENT_TYPES = {
  'transaction.created': {
    description: 'A transaction was accepted; money has not moved yet.',
    data: TransactionData,
    example: transaction,
  },
  'transaction.completed': {
    description: 'A transaction is final and its money has moved.',
    data: TransactionData,
    example: { ...transaction, status: 'completed', sequence: 2, completed_at: '2025-11-23T12:00:01.000Z' },
  },
  'transaction.failed': {
    description: 'A transaction failed; what it held is free again.',
    data: TransactionData,
    example: {
      ...transaction,
      status: 'failed',
      failure: { code: 'declined', message: 'The bank declined it.' },
    },
  },
  'transaction.canceled': {
    description: 'A transaction was canceled before it completed.',
    data: TransactionData,
    example: { ...transaction, status: 'canceled' },
  },
  'transaction.expired': {
    description: 'A transaction was not settled in time.',
    data: TransactionData,
    example: { ...transaction, status: 'expired' },
  },
  'balance.updated': {
    description: 'What an account holds, or what can be spent of it, changed.',
    data: BalanceData,
    example: {
      account_id: transaction.account_id,
      currency: 'USD',
      currency_type: 'fiat',
      mode: 'test',
      posted: '110.00',
      pending_in: '0.00',
      pending_out: '20.00',
      available: '90.00',
      version: 7,
      transaction_id: transaction.id,
    },
  },
  'api_key.created': { description: 'An API key was created.', data: ApiKeyData, example: apiKey },
  'api_key.rotated': {
    description: 'An API key has a new secret; the old one verifies until the end of the overlap.',
    data: ApiKeyData,
    example: apiKey,
  },
  'api_key.rotation_due': {
    description: 'The current secret of an API key is 90 days old; sent once for each secret.',
    data: ApiKeyData,
    example: apiKey,
  },
  'api_key.expiring': {
    description: 'An API key expires soon; sent 7 days and 1 day before.',
    data: ApiKeyData,
    example: { ...apiKey, status: 'expiring', expires_at: '2025-11-30T12:00:00.000Z' },
  },
  'api_key.expired': {
    description: 'An API key has expired and signs no more.',
    data: ApiKeyData,
    example: { ...apiKey, status: 'expired', expires_at: created },
  },
  'api_key.revoked': {
    description: 'An API key was deleted.',
    data: ApiKeyData,
    example: { ...apiKey, status: 'revoked' },
  },
  'webhook_endpoint.ping': {
    description: 'Somebody tests an endpoint. Sent to that endpoint alone.',
    data: EndpointData,
    example: {
      id: 'ep_01kasqf0000000000000000005',
      url: 'https://example.com/hook',
      mode: 'test',
      enabled: true,
      disabled_reason: null,
    },
  },
  'webhook_endpoint.failing': {
    description:
      'An endpoint has answered nothing but failures for 1 hour, 1 day or 4 days; after 5 days it is switched off. Sent to the others.',
    data: FailingEndpointData,
    example: {
      id: 'ep_01kasqf0000000000000000005',
      url: 'https://example.com/hook',
      mode: 'test',
      enabled: true,
      disabled_reason: null,
      failing_since: '2025-11-23T11:00:00.000Z',
      consecutive_failures: 64,
      disabled_after: '2025-11-28T11:00:00.000Z',
    },
  },
  'webhook_endpoint.disabled': {
    description: 'An endpoint was switched off: it answered 410, or failed for 5 days. Sent to the others.',
    data: EndpointData,
    example: {
      id: 'ep_01kasqf0000000000000000005',
      url: 'https://example.com/hook',
      mode: 'test',
      enabled: false,
      disabled_reason: 'gone',
    },
  },
} as const satisfies Record<string, Definition>

export type EventType = keyof typeof EVENT_TYPES
export const EVENT_TYPE_NAMES = Object.keys(EVENT_TYPES) as EventType[]

/** First words that are ours, and some that may be one day: the platform's own types begin with others. */
const RESERVED = new Set([
  ...EVENT_TYPE_NAMES.map((type) => type.split('.')[0]),
  'account',
  'countersign',
  'event',
  'member',
  'operator',
  'settlement',
  'test',
  'webhook',
  'workspace',
])
export const isReserved = (type: string): boolean => RESERVED.has(type.split('.')[0])

export type EventTypeView = {
  type: string
  description: string
  /** Whose it is: the product's, or declared by the platform. */
  source: 'countersign' | 'platform'
  version: number
  schema: Record<string, unknown>
  example: Record<string, unknown>
}

/** The product's part of the catalogue: JSON Schema (draft 2020-12) of the whole body, and a body as an example. */
export const eventCatalogue: readonly EventTypeView[] = EVENT_TYPE_NAMES.map((type) => ({
  type,
  description: EVENT_TYPES[type].description,
  source: 'countersign',
  version: 1,
  schema: z.toJSONSchema(eventBody(type), { io: 'input' }) as Record<string, unknown>,
  example: exampleBody(type, EVENT_TYPES[type].example),
}))

/** A whole webhook body around an example of `data`. */
export function exampleBody(type: string, data: Record<string, unknown>): Record<string, unknown> {
  return {
    id: 'evt_01kasqf0000000000000000000',
    type,
    timestamp: created,
    workspace_id: 'wks_01kasqf0000000000000000000',
    mode: 'test',
    sequence: 1,
    data,
  }
}

/** The shape of a whole webhook body of this type. */
export function eventBody(type: EventType) {
  return bodyAround(type, EVENT_TYPES[type].data)
}

/** The JSON Schema of a whole webhook body around one of `data`. */
export function wholeBodySchema(type: string, data: Record<string, unknown>): Record<string, unknown> {
  const whole = z.toJSONSchema(bodyAround(type, z.unknown()), { io: 'input' }) as {
    properties: Record<string, unknown>
    required: string[]
  }
  return {
    ...whole,
    properties: { ...whole.properties, data },
    required: [...new Set([...whole.required, 'data'])],
  }
}

function bodyAround<Type extends string, Data extends z.ZodType>(type: Type, data: Data) {
  return z.object({
    id: z.string().meta({ description: 'The same as the header `webhook-id`.' }),
    type: z.literal(type),
    timestamp: time.meta({ description: 'When it happened.' }),
    workspace_id: z.string().meta({ description: 'Whose event it is: yours, or it is not for you.' }),
    mode,
    sequence: z.int().meta({ description: 'Counts the events of one object, from 1.' }),
    data,
  })
}
