import { z } from 'zod'
import { newPerson } from './auth-paths.ts'

const timestamp = z.string().meta({ description: 'RFC 3339, UTC', example: '2025-11-23T12:00:00.000Z' })

export const setupInput = newPerson
  .extend({
    token: z.string().min(1).max(200).meta({ description: 'From the link that the first start prints.' }),
  })
  .meta({ id: 'SetupInput' })

export const setupResult = z
  .object({ user: z.object({ id: z.string(), name: z.string(), email: z.string() }) })
  .meta({ id: 'SetupResult' })

export const session = z
  .object({
    id: z.string().meta({ example: 'ses_01kasp8zqz0000e5m0g2vkqx8t' }),
    current: z.boolean().meta({ description: 'The session that asks.' }),
    ip: z.string().nullable(),
    user_agent: z.string().nullable(),
    created_at: timestamp,
    last_used_at: timestamp.meta({ description: 'To the day: when the session was last prolonged.' }),
    expires_at: timestamp,
  })
  .meta({ id: 'Session' })
export const sessionList = z.object({ data: z.array(session), next_cursor: z.null() })
export const sessionParams = z.object({ id: z.string().max(64) })
export const revokeOthersResult = z.object({ revoked: z.number().int() })

export const mailSummary = z
  .object({
    id: z.string().meta({ example: 'msg_01kasp8zqz0000e5m0g2vkqx8t' }),
    to: z.string(),
    subject: z.string(),
    kind: z.string(),
    status: z
      .enum(['held', 'pending', 'sent', 'failed'])
      .meta({ description: '`held`: there is no SMTP_URL, so it waits here to be read.' }),
    attempt_count: z.number().int(),
    last_error: z.string().nullable(),
    created_at: timestamp,
    sent_at: timestamp.nullable(),
  })
  .meta({ id: 'OutgoingMail' })
export const mailMessage = mailSummary
  .extend({ text: z.string().nullable().meta({ description: 'Null once it was sent, or after 7 days.' }) })
  .meta({ id: 'OutgoingMailWithText' })
