import { z } from 'zod'
import { pageOf, pageQuery } from '../http/pagination.ts'
import { ALL_OPERATOR_SCOPES } from './operator-scopes.ts'
import {
  ed25519KeyInput,
  expiryInput,
  ipAllowlistInput,
  KEY_STATUSES,
  nameInput,
  rotateApiKeySchema,
  timestamp,
} from './schema.ts'

const scope = z.enum(ALL_OPERATOR_SCOPES as [string, ...string[]])
const scopes = z
  .array(scope)
  .max(ALL_OPERATOR_SCOPES.length)
  .transform((all) => [...new Set(all)])
const rateLimit = z.int().min(1).max(1_000_000)

export const operatorKeySchema = z
  .object({
    id: z.string().meta({ example: 'opk_01kasqf0000000000000000000' }),
    name: z.string(),
    public_key: z.string().meta({ description: 'Identifies the key; sent as `keyid`.' }),
    algorithm: z.enum(['hmac-sha256', 'ed25519']),
    status: z.enum(KEY_STATUSES),
    enabled: z.boolean(),
    scopes: z.array(scope),
    ip_allowlist: z.array(z.string()),
    rate_limit_per_minute: z.int(),
    expires_at: timestamp.nullable(),
    created_at: timestamp,
    created_by: z.object({ id: z.string(), name: z.string() }),
    last_used_at: timestamp.nullable(),
    last_used_ip: z.string().nullable(),
    secret_version: z.int(),
    rotated_at: timestamp.nullable(),
    previous_secret_expires_at: timestamp.nullable(),
    revoked_at: timestamp.nullable(),
    ed25519_public_key: z.string().nullable(),
  })
  .meta({ id: 'OperatorKey', description: "A key of the platform itself, for the platform's own services." })

export const operatorKeyWithSecretSchema = operatorKeySchema
  .extend({
    secret_key: z
      .string()
      .nullable()
      .meta({ description: 'Shown this one time. `null` for Ed25519 keys and when the answer is replayed.' }),
  })
  .meta({ id: 'OperatorKeyWithSecret' })

export const createOperatorKeySchema = z
  .object({
    name: nameInput,
    scopes: scopes.pipe(z.array(scope).min(1, 'must name at least one scope')),
    expires_at: expiryInput,
    algorithm: z.enum(['hmac-sha256', 'ed25519']).default('hmac-sha256'),
    ed25519_public_key: ed25519KeyInput.optional(),
    ip_allowlist: ipAllowlistInput.optional(),
    rate_limit_per_minute: rateLimit.optional(),
  })
  .superRefine((input, context) => {
    const path = ['ed25519_public_key']
    if (input.algorithm === 'ed25519' && !input.ed25519_public_key)
      context.addIssue({ code: 'custom', path, message: 'is required when algorithm is ed25519' })
    if (input.algorithm !== 'ed25519' && input.ed25519_public_key)
      context.addIssue({ code: 'custom', path, message: 'goes with algorithm ed25519 only' })
  })
  .meta({ id: 'CreateOperatorKey' })

export const updateOperatorKeySchema = z
  .object({
    name: nameInput,
    scopes,
    expires_at: expiryInput,
    enabled: z.boolean(),
    ip_allowlist: ipAllowlistInput,
    rate_limit_per_minute: rateLimit,
  })
  .partial()
  .meta({ id: 'UpdateOperatorKey' })

export const rotateOperatorKeySchema = rotateApiKeySchema
export const listOperatorKeysQuery = pageQuery.pick({ limit: true, cursor: true })
export const operatorKeyPage = pageOf(operatorKeySchema)

export type OperatorKeyView = z.infer<typeof operatorKeySchema>
export type CreateOperatorKey = z.output<typeof createOperatorKeySchema>
export type UpdateOperatorKey = z.output<typeof updateOperatorKeySchema>
