import { z } from 'zod'

const time = z.string().meta({ format: 'date-time', example: '2025-11-23T12:00:00.000Z' })
const bytes = z.number().meta({ example: 104_857_600 })

const loop = z.object({
  name: z.string().meta({ example: 'settle' }),
  last_run_at: time.nullable(),
  failures: z.int().meta({ description: 'Failed rounds in a row.' }),
  failing_since: time.nullable(),
})

export const health = z
  .object({
    checked_at: time,
    status: z.enum(['good', 'attention']),
    attention: z
      .array(z.string())
      .meta({ description: 'What somebody should look at, in words; empty while `status` is good.' }),
    database: z.object({
      latency_ms: z.number(),
      version: z.string(),
      embedded: z.boolean(),
      size_bytes: bytes,
      connections: z.int(),
      connections_max: z.int(),
    }),
    servers: z.array(
      z.object({
        id: z.string(),
        host: z.string(),
        pid: z.int(),
        roles: z.array(z.string()),
        alive: z.boolean().meta({ description: 'Heard of within the last 20 seconds.' }),
        started_at: time,
        seen_at: time,
        memory_bytes: bytes,
        event_loop_lag_ms: z
          .number()
          .meta({ description: 'Of 99 % of the moments since the last heartbeat.' }),
        database_pool: z.object({ total: z.int(), idle: z.int(), waiting: z.int() }),
        log_rows: z.object({ waiting: z.int(), lost: z.int() }).nullable(),
        redis: z
          .boolean()
          .nullable()
          .meta({ description: 'Whether Redis answers; null where none is used.' }),
        verifying: z.boolean().nullable().meta({ description: 'Whether signed requests can be accepted.' }),
        disk: z
          .object({ free_bytes: bytes, total_bytes: bytes })
          .nullable()
          .meta({ description: 'Of the disk with the data folder.' }),
        loops: z.array(loop),
      }),
    ),
    queues: z.object({
      webhooks_waiting: z.int().meta({ description: 'Counted up to 100 000.' }),
      webhooks_late_seconds: z.number(),
      endpoints_failing: z.int(),
      breakers_open: z.int(),
      settlements_due: z.int(),
      settle_late_seconds: z.number(),
      mail_waiting: z.int(),
      mail_failed: z.int(),
      mail_held: z.int().meta({ description: 'Without SMTP_URL: waiting to be read by an operator.' }),
    }),
    rails: z.array(
      z.object({
        name: z.string(),
        currency_type: z.enum(['fiat', 'crypto']),
        enabled: z.boolean(),
        healthy: z.boolean(),
        detail: z.string(),
      }),
    ),
    ledger: z.object({
      open_discrepancies: z.int(),
      last_full_at: time.nullable(),
      last_at: time.nullable(),
    }),
  })
  .meta({ id: 'SystemHealth' })
export type SystemHealth = z.infer<typeof health>
