import { z } from 'zod'

const timestamp = z.string().meta({ format: 'date-time', example: '2025-11-23T12:00:00.000Z' })

export const PURPOSES = ['receipts', 'webhooks'] as const
export const purpose = z.enum(PURPOSES).meta({
  description: '`receipts` signs answers to requests, `webhooks` makes the `v1a` signatures of webhooks.',
})
export type Purpose = z.infer<typeof purpose>

export const signingKey = z
  .object({
    id: z.string().meta({
      description: 'The thumbprint of the public key (RFC 7638): `keyid` in what it signed.',
      example: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
    }),
    purpose,
    status: z.enum(['signing', 'published', 'retired']).meta({
      description: 'published: signs no more, and what it signed still verifies; retired: published no more.',
    }),
    public_key: z.string().meta({
      description: 'The 32 bytes in base64.',
      example: '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
    }),
    created_at: timestamp,
    ended_at: timestamp.nullable().meta({ description: 'When another key took over.' }),
    retired_at: timestamp.nullable(),
  })
  .meta({ id: 'SigningKey' })
export type SigningKeyView = z.infer<typeof signingKey>

export const signingKeyList = z.object({ data: z.array(signingKey), next_cursor: z.null() })
export const rotateInput = z.object({ purpose }).meta({ id: 'RotateSigningKey' })
export const signingKeyParams = z.object({ id: z.string().max(64) })
