import { z } from 'zod'
import {
  currencyTypeSchema,
  ed25519KeyInput,
  expiryInput,
  modeSchema,
  nameInput,
  scopesInput,
  timestamp,
} from './schema.ts'

const status = z.enum(['pending', 'confirmed', 'refused', 'expired', 'abandoned']).meta({
  description:
    'What a person decided; `expired` when nobody did in time. `abandoned`: confirmed, but the command line did not acknowledge its key in time, and the key was revoked.',
})
const code = z.string().meta({
  description: 'Stands in the terminal and on the page: a person confirms only where the two agree.',
  example: 'BCDF-GHJK',
})

export const startCliLoginSchema = z
  .object({
    device_name: z
      .string()
      .trim()
      .min(1)
      .max(100)
      // No character that is not seen, or that turns the direction of writing: a person decides by this name.
      .regex(/^[^\p{C}\p{Zl}\p{Zp}]+$/u, 'must be one line of visible characters')
      .meta({ description: 'What the computer calls itself.', example: 'ada-laptop' }),
    ed25519_public_key: ed25519KeyInput,
  })
  .meta({ id: 'StartCliLogin' })

export const startedCliLoginSchema = z
  .object({
    id: z.string(),
    code,
    url: z.string().meta({ description: 'Where a signed-in person confirms or refuses.' }),
    secret: z.string().meta({ description: 'Asks what became of it. Shown this one time.' }),
    interval_seconds: z.int().meta({ description: 'How long to wait between two questions.' }),
    expires_at: timestamp,
  })
  .meta({ id: 'StartedCliLogin' })

export const pollCliLoginSchema = z
  .object({ secret: z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be the secret that the login began with') })
  .meta({ id: 'PollCliLogin' })

export const polledCliLoginSchema = z
  .object({
    status,
    public_key: z
      .string()
      .nullable()
      .meta({ description: 'Of the API key that was made; `null` until the login is confirmed.' }),
    interval_seconds: z.int(),
    acknowledge_by: timestamp.nullable().meta({
      description:
        'By then the command line has to acknowledge that it has stored its key, or the key is revoked. `null` where there is nothing to acknowledge.',
    }),
  })
  .meta({ id: 'PolledCliLogin' })

export const cliLoginSchema = z
  .object({
    id: z.string().meta({ example: 'cli_01kasqf0000000000000000000' }),
    code,
    status,
    device_name: z.string(),
    ip: z.string().meta({ description: 'The address that asked.' }),
    created_at: timestamp,
    expires_at: timestamp,
    api_key_id: z.string().nullable(),
    acknowledged: z.boolean().meta({ description: 'The command line has stored its key.' }),
  })
  .meta({ id: 'CliLogin' })

export const confirmCliLoginSchema = z
  .object({
    code: z.string().max(20).meta({ description: 'The code that the person compared.' }),
    name: nameInput.optional().meta({ description: 'Of the key; says which computer it is when absent.' }),
    mode: modeSchema,
    currency_type: currencyTypeSchema,
    scopes: scopesInput.optional(),
    expires_at: expiryInput
      .optional()
      .meta({ description: '90 days from now when absent; `null` is Never Expire.' }),
  })
  .meta({ id: 'ConfirmCliLogin' })

export type StartCliLogin = z.infer<typeof startCliLoginSchema>
export type ConfirmCliLogin = z.infer<typeof confirmCliLoginSchema>
export type CliLogin = z.infer<typeof cliLoginSchema>
