import { METHODS } from 'node:http'
import { z } from 'zod'
import { storable } from '../http/storable-text.ts'
import { scopeSchema } from '../keys/schema.ts'
import { idTime, isId } from '../ids.ts'

const HEADERS_MAX = 200
const TEXT_MAX = 16 * 1024

const mode = z.enum(['test', 'production'])
const currencyType = z.enum(['fiat', 'crypto'])
// RFC 9110 §5.1 and §5.5: what no parser of HTTP lets through is not taken from a service either. A colon in front:
// the pseudo-headers that HTTP/2 libraries list among the others.
const UNSTORABLE = 'must not hold NUL or half a surrogate pair'
const fieldName = z
  .string()
  .max(256)
  .regex(/^:?[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/, 'must be a header name')
const fieldValue = z
  .string()
  .max(TEXT_MAX)
  .regex(/^[^\0\r\n]*$/, 'must hold neither line breaks nor NUL')
  .refine(storable, UNSTORABLE)
const headers = z.array(z.tuple([fieldName, fieldValue])).max(HEADERS_MAX)
const digest = (bytes: number) =>
  z
    .string()
    .regex(/^[A-Za-z0-9+/]+={0,2}$/, 'must be standard base64')
    .refine((text) => Buffer.from(text, 'base64').length === bytes, `must be ${bytes} bytes in base64`)

export const verifyRequestInput = z
  .object({
    // Each method makes series of rows of its own, so that a made-up one is not taken.
    method: z.string().refine((method) => METHODS.includes(method), 'must be an HTTP method'),
    authority: z
      .string()
      .min(1)
      .max(300)
      .refine(storable, UNSTORABLE)
      .meta({ description: 'The Host header as received.', example: 'pay.example.com' }),
    target: z.string().min(1).max(TEXT_MAX).refine(storable, UNSTORABLE).meta({
      description:
        'Path and query exactly as they stood in the request line: nothing decoded, nothing sorted.',
      example: '/orders?page=2',
    }),
    headers: headers.meta({ description: 'Pairs of name and value as received, repeated ones included.' }),
    body_digest: z
      .object({ 'sha-256': digest(32).optional(), 'sha-512': digest(64).optional() })
      .refine((all) => all['sha-256'] !== undefined || all['sha-512'] !== undefined, 'must hold a digest')
      .nullable()
      .meta({ description: 'Of the raw body that arrived, in base64; null when there was none.' }),
    client_ip: z.union([z.ipv4(), z.ipv6()]).meta({ description: 'Whom the request came from.' }),
    scheme: z.enum(['http', 'https']),
    scope: scopeSchema.optional().meta({ description: 'Refuse keys without this scope.' }),
    mode: mode.optional().meta({ description: 'Refuse keys of the other mode.' }),
    currency_type: currencyType.optional().meta({ description: 'Refuse keys of the other currency type.' }),
  })
  .meta({ id: 'VerifyRequest' })

const pairs = z.array(z.array(z.string()))

const verified = z.object({
  verified: z.literal(true),
  request_id: z.string().meta({ description: 'The row in the Transaction Logs; send the outcome to it.' }),
  workspace_id: z.string(),
  key: z.object({ id: z.string(), public_key: z.string(), name: z.string(), secret_version: z.int() }),
  mode,
  currency_type: currencyType,
  scopes: z.array(z.string()),
  headers: pairs.meta({ description: 'To add to your answer: Request-Id, RateLimit, RateLimit-Policy.' }),
})

const refused = z.object({
  verified: z.literal(false),
  request_id: z.string(),
  problem: z.object({
    status: z.int(),
    headers: pairs,
    body: z
      .record(z.string(), z.unknown())
      .meta({ description: 'The problem (RFC 9457) to answer with, as it is.' }),
  }),
})

export const verifyRequestResult = z
  .discriminatedUnion('verified', [verified, refused])
  .meta({ id: 'VerifiedRequest' })

// An id may hold a time that no date of ours can: nobody was given one.
const YEAR_10000_MS = Date.parse('+010000-01-01T00:00:00Z')
export const outcomeParams = z.object({
  id: z
    .string()
    .refine(
      (text) => isId('req', text) && idTime(text) < YEAR_10000_MS,
      'must be the request_id of a verified request',
    ),
})

export const outcomeInput = z
  .object({
    status: z.int().min(100).max(599),
    code: z
      .string()
      .regex(/^[a-z0-9-]{1,64}$/)
      .optional()
      .meta({ description: "The problem's code, when there was one." }),
    duration_ms: z.number().min(0).max(3_600_000),
    response_headers: headers.optional(),
    response_body: z.string().max(TEXT_MAX).optional(),
  })
  .meta({ id: 'RequestOutcome' })

export type VerifyRequestInput = z.output<typeof verifyRequestInput>
export type VerifyRequestResult = z.infer<typeof verifyRequestResult>
