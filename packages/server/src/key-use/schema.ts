import { z } from 'zod'
import { timestampInput } from '../http/pagination.ts'
import { ipAllowlistInput, scopeSchema, scopesInput, timestamp } from '../keys/schema.ts'

export const SUGGESTION_DAYS_DEFAULT = 30
export const SUGGESTION_DAYS_MAX = 90

const readSchema = z
  .object({
    since: timestamp,
    until: timestamp,
    request_count: z.int().meta({ description: 'How many logged requests were read.' }),
    is_complete: z.boolean().meta({
      description:
        'Whether these were all of the time; else the newest of each route, about 20 000 together.',
    }),
  })
  .meta({ id: 'ReadOfLogs', description: 'How much of the Transaction Logs the answer was read from.' })

export const dryRunSchema = z
  .object({
    scopes: scopesInput.optional().meta({ description: 'As they are when absent.' }),
    ip_allowlist: ipAllowlistInput.optional(),
    enabled: z.boolean().optional().meta({
      description: '`false` tells what disabling or deleting the key would have refused: everything.',
    }),
    created_after: timestampInput.optional().meta({ description: '30 days ago when absent.' }),
  })
  .meta({ id: 'DryRunApiKey' })

export const dryRunResultSchema = z
  .object({
    read: readSchema,
    refused_count: z.int().meta({ description: 'Requests that were accepted and would have been refused.' }),
    is_exact: z
      .boolean()
      .meta({ description: '`false`: at least so many, because not all requests were read.' }),
    undecided_count: z.int().meta({
      description:
        'Requests of which the logs do not tell: what went to other services of the platform, and what hands scopes on to other keys.',
    }),
    refused: z
      .array(
        z.object({
          code: z.enum(['key-disabled', 'ip-not-allowed', 'scope-missing']),
          scopes: z.array(z.string()).meta({ description: 'The scopes that would be missing.' }),
          method: z.string(),
          path_pattern: z.string().meta({ example: '/v1/transactions/txn_*' }),
          ip: z.string().nullable(),
          request_count: z.int(),
          last_request_id: z.string(),
          last_at: timestamp,
        }),
      )
      .meta({ description: 'By route and address, the latest first; at most 50.' }),
    refused_left_off: z.int().meta({ description: 'How many routes and addresses more there are.' }),
  })
  .meta({ id: 'ApiKeyDryRun' })

export const suggestionsQuery = z.object({
  days: z.coerce
    .number()
    .int()
    .min(1)
    .max(SUGGESTION_DAYS_MAX)
    .default(SUGGESTION_DAYS_DEFAULT)
    .meta({ description: 'How far back to look.' }),
})

const reason = z
  .enum(['too-few-requests', 'needs-unknown', 'grants-scopes', 'many-addresses', 'nothing-to-tighten'])
  .nullable()
  .meta({
    description:
      'Why nothing is suggested. `too-few-requests`: fewer than 100, or the first is less than 7 days old. `needs-unknown`: some went where the logs do not tell what they need. `grants-scopes`: the key makes or renews other keys, which takes the scopes of theirs. `many-addresses`: more than are told apart.',
  })

export const suggestionsSchema = z
  .object({
    read: readSchema,
    scopes: z.object({
      held: z.array(scopeSchema),
      used: z.array(
        z.object({
          scope: z.string(),
          request_count: z.int(),
          last_used_at: timestamp.nullable().meta({ description: '`null`: not among the requests read.' }),
        }),
      ),
      suggested: z.array(scopeSchema).nullable(),
      reason,
    }),
    ip_allowlist: z.object({
      held: z.array(z.string()),
      used: z.array(z.object({ ip: z.string(), request_count: z.int(), last_used_at: timestamp })),
      suggested: z
        .array(z.string())
        .nullable()
        .meta({ description: 'Addresses of IPv6 as their /64, in which they change.' }),
      reason,
    }),
  })
  .meta({ id: 'ApiKeySuggestions' })

export type DryRunInput = z.output<typeof dryRunSchema>
export type DryRun = z.infer<typeof dryRunResultSchema>
export type Suggestions = z.infer<typeof suggestionsSchema>
export type Reason = NonNullable<z.infer<typeof reason>>
