import { z } from 'zod'
import type { Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import type { App } from '../http/app-type.ts'
import { problem } from '../problems.ts'
import { throttle } from '../sessions/throttle.ts'
import { explainRequest, type ExplainDeps } from './explain-request.ts'

// Every one costs at most some hundred MACs and two look-ups; a person needs a few a minute.
const EXPLAIN_RULE = { windowSeconds: 60, max: 60 }
const HEADERS_MAX = 100
const BODY_CHARACTERS_MAX = 64 * 1024
// Bytes of a request line or header as HTTP has them: Latin-1 without control characters.
const line = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'must be one line of Latin-1')

const sentRequest = z
  .object({
    method: z.string().regex(/^[A-Za-z]{1,16}$/, 'must be a method such as GET'),
    target: line(8_192).meta({ description: 'Path and query as sent.', example: '/v1/accounts?limit=1' }),
    headers: z.array(z.object({ name: line(256), value: line(8_192) })).max(HEADERS_MAX),
    body: z.string().max(BODY_CHARACTERS_MAX).optional(),
    received_at: z.iso
      .datetime({ offset: true })
      .optional()
      .meta({ description: 'When it was sent; now when absent.' }),
  })
  .meta({ id: 'SentRequest' })

const explanation = z
  .object({
    verifies: z.boolean(),
    findings: z.array(
      z.object({
        code: z.string(),
        detail: z.string(),
        likely_cause: z.string(),
        likely_cause_code: z.string(),
        remedy: z.string().nullable(),
      }),
    ),
    signature_base: z.string().nullable().meta({ description: 'The text that the server verifies against.' }),
    api_key_id: z.string().nullable(),
  })
  .meta({ id: 'SignatureExplanation' })

/** Says why a signature is refused, for the dashboard's debugger. People only: a key would have to sign to ask. */
export function explainRoutes(
  app: App,
  deps: { clock: Clock; database: Database; explain: ExplainDeps },
): void {
  app.post(
    '/v1/test/explain-signature',
    {
      config: { access: { resource: 'test', action: 'write', doors: ['member'], role: 'viewer' } },
      schema: {
        tags: ['Test Mode'],
        summary: 'Explain why a signature is refused',
        description:
          'Checks a request as the verifier would, without any effect: no nonce is used and nothing is logged. Keys of both modes; never send a secret.',
        body: sentRequest,
        response: { 200: explanation },
      },
    },
    async ({ principal, body }) => {
      const wait = await throttle(
        { executor: deps.database.pool, clock: deps.clock },
        `explain|${principal.workspaceId}`,
        EXPLAIN_RULE,
      )
      if (wait !== null)
        throw problem('rate-limited', {
          detail: `People of a workspace may ask for ${EXPLAIN_RULE.max} explanations a minute. Ask again in ${wait} s.`,
          headers: { 'retry-after': String(wait) },
        })
      const { received_at, ...sent } = body
      const told = await explainRequest(deps.explain, {
        workspaceId: principal.workspaceId,
        sent,
        receivedAtMs: received_at ? Date.parse(received_at) : deps.clock.now(),
      })
      return { verifies: told.findings.length === 0, ...told }
    },
  )
}
