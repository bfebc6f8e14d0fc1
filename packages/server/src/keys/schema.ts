import { z } from 'zod'
import { parseNetworks } from './ip-allowlist.ts'
import { pageOf, pageQuery, timestampInput } from '../http/pagination.ts'
import { ROLES } from '../sessions/principal.ts'
import { ALL_SCOPES } from './scopes.ts'

export const OVERLAP_SECONDS_MAX = 604_800
export const IP_RANGES_MAX = 256
export const RATE_LIMIT_DEFAULT = 6_000

export const KEY_STATUSES = ['active', 'expiring', 'expired', 'disabled', 'revoked'] as const
export type KeyStatus = (typeof KEY_STATUSES)[number]

export const modeSchema = z
  .enum(['test', 'production'])
  .meta({ description: 'Test Mode or Production Mode.' })
export const currencyTypeSchema = z.enum(['fiat', 'crypto']).meta({ description: 'What the key may touch.' })
export const scopeSchema = z.enum(ALL_SCOPES as [string, ...string[]])

export const timestamp = z.string().meta({ format: 'date-time', example: '2025-11-23T12:00:00.000Z' })
export const nameInput = z.string().trim().min(1).max(100)
export const scopesInput = z
  .array(scopeSchema)
  .max(ALL_SCOPES.length)
  .transform((scopes) => [...new Set(scopes)])
export const ipAllowlistInput = z
  .array(z.string().max(50))
  .max(IP_RANGES_MAX)
  .transform((ranges, context) => {
    const { networks, invalid } = parseNetworks(ranges)
    for (const index of invalid)
      context.addIssue({
        code: 'custom',
        path: [index],
        message: 'must be an IPv4 or IPv6 range such as 203.0.113.0/24',
      })
    return networks
  })
  .meta({ description: 'Empty: any address.', example: ['203.0.113.0/24'] })
export const expiryInput = timestampInput.nullable().meta({ description: '`null` is Never Expire.' })
export const ed25519KeyInput = z
  .string()
  .regex(/^[A-Za-z0-9+/_-]{43}=?$/, 'must be the 32 bytes of an Ed25519 public key in base64')
  .transform((text) => Buffer.from(text, 'base64url'))
  .meta({ description: 'The 32 bytes of the public half in base64. The private half stays with you.' })

export const apiKeySchema = z
  .object({
    id: z.string().meta({ example: 'key_01kasqf0000000000000000000' }),
    name: z.string(),
    public_key: z.string().meta({ description: 'Identifies the key; sent as `keyid`.' }),
    mode: modeSchema,
    currency_type: currencyTypeSchema,
    algorithm: z.enum(['hmac-sha256', 'ed25519']),
    status: z.enum(KEY_STATUSES).meta({ description: 'Derived; `expiring` is within 7 days of its expiry.' }),
    enabled: z.boolean(),
    scopes: z.array(scopeSchema),
    ip_allowlist: z.array(z.string()),
    rate_limit_per_minute: z.int(),
    expires_at: timestamp.nullable(),
    created_at: timestamp,
    created_by: z.object({ kind: z.enum(['member', 'key']), id: z.string(), name: z.string() }),
    last_used_at: timestamp.nullable(),
    last_used_ip: z.string().nullable(),
    secret_version: z.int().meta({ description: 'Counts rotations, from 1.' }),
    rotated_at: timestamp.nullable(),
    previous_secret_expires_at: timestamp
      .nullable()
      .meta({ description: 'Until then the secret before the last rotation still verifies.' }),
    rotation_due_at: timestamp.nullable().meta({
      description: 'The current secret is 90 days old then: time to rotate it. `null` once revoked.',
    }),
    revoked_at: timestamp.nullable(),
    ed25519_public_key: z.string().nullable(),
  })
  .meta({ id: 'ApiKey' })

export const createdApiKeySchema = apiKeySchema
  .extend({
    secret_key: z
      .string()
      .nullable()
      .meta({ description: 'Shown this one time. `null` for Ed25519 keys and when the answer is replayed.' }),
  })
  .meta({ id: 'ApiKeyWithSecret' })

export const createApiKeySchema = z
  .object({
    name: nameInput.optional(),
    mode: modeSchema,
    currency_type: currencyTypeSchema,
    expires_at: expiryInput,
    algorithm: z.enum(['hmac-sha256', 'ed25519']).default('hmac-sha256'),
    ed25519_public_key: ed25519KeyInput.optional(),
    scopes: scopesInput.optional(),
    ip_allowlist: ipAllowlistInput.optional(),
    rate_limit_per_minute: z.int().min(1).max(1_000_000).optional(),
  })
  .superRefine((input, context) => {
    const path = ['ed25519_public_key']
    if (input.algorithm === 'ed25519' && !input.ed25519_public_key)
      context.addIssue({ code: 'custom', path, message: 'is required when algorithm is ed25519' })
    if (input.algorithm !== 'ed25519' && input.ed25519_public_key)
      context.addIssue({ code: 'custom', path, message: 'goes with algorithm ed25519 only' })
  })
  .meta({ id: 'CreateApiKey' })

export const updateApiKeySchema = z
  .object({
    name: nameInput.optional(),
    expires_at: expiryInput.optional(),
    enabled: z.boolean().optional(),
    scopes: scopesInput.optional(),
    ip_allowlist: ipAllowlistInput.optional(),
    rate_limit_per_minute: z.int().min(1).max(1_000_000).optional(),
  })
  .meta({ id: 'UpdateApiKey' })

export const rotateApiKeySchema = z
  .object({
    overlap_seconds: z
      .int()
      .min(0)
      .max(OVERLAP_SECONDS_MAX)
      .meta({ description: 'For so long the old secret still verifies.', example: 3600 }),
    ed25519_public_key: ed25519KeyInput.optional(),
  })
  .meta({ id: 'RotateApiKey' })

export const rollBackRotationSchema = z
  .object({
    overlap_seconds: z
      .int()
      .min(0)
      .max(OVERLAP_SECONDS_MAX)
      .default(0)
      .meta({ description: 'For so long the secret that the rotation made still verifies.' }),
  })
  .meta({ id: 'RollBackRotation' })

const searchText = z
  .string()
  .max(100)
  .refine((text) => !text.includes('\0'), 'must not hold a NUL character')

export const listApiKeysQuery = pageQuery.extend({
  mode: modeSchema.optional(),
  currency_type: currencyTypeSchema.optional(),
  status: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(KEY_STATUSES)).max(KEY_STATUSES.length))
    .optional()
    .meta({ description: 'One status or several separated by commas.', example: 'active,expiring' }),
  public_key: z.string().max(100).optional(),
  name_contains: searchText.optional(),
  known_to: z.string().max(64).optional().meta({
    description:
      'The id of a person, a member or one who was (`user_id`), or of a key: keys with a secret that still verifies and that they were shown when they created or rotated it.',
    example: 'usr_01kasqf0000000000000000000',
  }),
  search: searchText
    .optional()
    .meta({ description: 'A part of the name, in either case, or the beginning of the public key.' }),
})

export const apiKeyPage = pageOf(apiKeySchema)

export const apiKeyCallersSchema = z
  .object({
    secrets: z
      .array(
        z.object({
          version: z.int(),
          status: z
            .enum(['current', 'overlap', 'retired'])
            .meta({ description: '`overlap`: it still verifies.' }),
          created_at: timestamp,
          verifies_until: timestamp.nullable().meta({ description: '`null` for the current one.' }),
          last_used_at: timestamp.nullable(),
          request_count: z.int(),
        }),
      )
      .meta({ description: 'The newest five versions of the secret, newest first.' }),
    data: z
      .array(
        z.object({
          secret_version: z.int(),
          ip: z
            .string()
            .nullable()
            .meta({ description: '`null`: all callers beyond the 50 that are told apart.' }),
          user_agent: z.string().nullable(),
          first_used_at: timestamp,
          last_used_at: timestamp,
          request_count: z.int(),
        }),
      )
      .meta({ description: 'Who signed with which version, the latest first. Kept for 90 days.' }),
  })
  .meta({ id: 'ApiKeyCallers' })

const workspaceRef = z.object({ id: z.string(), name: z.string() })

const meAsKey = z.object({
  kind: z.literal('key'),
  mode: modeSchema,
  currency_type: currencyTypeSchema,
  public_key: z.string(),
  key: z.object({ id: z.string(), name: z.string(), public_key: z.string(), secret_version: z.int() }),
  workspace: workspaceRef,
  scopes: z.array(scopeSchema),
  expires_at: timestamp.nullable(),
  server_time: timestamp,
})

const meAsMember = z.object({
  kind: z.literal('member'),
  mode: modeSchema,
  user: z.object({
    id: z.string(),
    name: z.string(),
    email: z.string(),
    email_verified: z.boolean(),
    two_factor_enabled: z.boolean(),
  }),
  workspace: workspaceRef,
  suspension: z.object({ reason: z.string(), suspended_at: timestamp }).nullable().meta({
    description: 'Why the platform has stopped the workspace: it can be read, and nothing changed.',
  }),
  role: z.enum(ROLES),
  is_operator: z.boolean(),
  workspaces: z.array(workspaceRef.extend({ role: z.enum(ROLES) })),
  server_time: timestamp,
})

/** Who is asking, as the server sees it: a key, or a member. */
export const meSchema = z.discriminatedUnion('kind', [meAsKey, meAsMember]).meta({ id: 'Me' })

export type ApiKey = z.infer<typeof apiKeySchema>
export type CreateApiKey = z.output<typeof createApiKeySchema>
export type UpdateApiKey = z.output<typeof updateApiKeySchema>
export type ListApiKeys = z.output<typeof listApiKeysQuery>
