import swagger from '@fastify/swagger'
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { PROBLEMS, type ProblemCode } from '../problems.ts'
import type { App } from './app-type.ts'

const VERSION = '0.1.0'

/** The reference's order: what a customer's code calls first, what only the platform's people need last. */
const TAGS = [
  'API Keys',
  'Transactions',
  'Accounts',
  'Reports',
  'Currencies',
  'Webhooks',
  'Events',
  'Webhook Logs',
  'Transaction Logs',
  'Test Mode',
  'Workspace',
  'People',
  'Operator',
]

/** The shape of every error (RFC 9457); registered so that the document names it once. */
export const problemSchema = z
  .object({
    type: z.url().meta({ description: 'A page that explains the problem.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    request_id: z.string(),
    errors: z
      .array(
        z.object({
          pointer: z.string().meta({ description: 'JSON Pointer (RFC 6901).' }),
          message: z.string(),
        }),
      )
      .optional(),
    server_time: z.string().optional().meta({ format: 'date-time' }),
    skew_seconds: z.int().nullable().optional(),
    likely_cause: z.string().optional(),
    likely_cause_code: z.string().optional(),
    remedy: z.string().optional().meta({ description: 'What to do about the likely cause.' }),
    signature_base: z
      .string()
      .optional()
      .meta({ description: 'The text that the server expected to be signed.' }),
  })
  .meta({ id: 'Problem' })

/** Collects the routes into one OpenAPI 3.1 document; call it before the routes are declared. */
export async function registerOpenApi(app: App, { publicUrl }: { publicUrl: string }): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Countersign API',
        version: VERSION,
        description:
          'Accounts, balances and transactions behind signed requests. Sign with a key (RFC 9421), or use the session of the dashboard.',
      },
      servers: [{ url: publicUrl }],
      tags: TAGS.map((name) => ({ name })),
      components: {
        securitySchemes: {
          signature: {
            type: 'apiKey',
            in: 'header',
            name: 'Signature-Input',
            description:
              'HTTP Message Signatures (RFC 9421) with Signature-Input, Signature and Content-Digest.',
          },
          session: { type: 'apiKey', in: 'cookie', name: 'countersign.session_token' },
        },
      },
    },
    transform: (input) => {
      const { schema, url } = jsonSchemaTransform(input)
      const access = input.route.config?.access
      if (!schema || schema.hide || !access) return { schema: { ...schema, hide: true }, url }
      const security = access.public
        ? access.graded
          ? [{ signature: [] }]
          : []
        : access.doors.map((door) => ({ [door === 'key' ? 'signature' : 'session']: [] }))
      const problemAnswer = {
        description: 'A problem (RFC 9457).',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      }
      const response = { ...(schema.response as object | undefined), default: problemAnswer }
      return { schema: { ...schema, security, response }, url }
    },
    transformObject: (input) => {
      const document = jsonSchemaTransformObject(input) as Document
      // A named schema comes as a reference to itself: its shape lies under $defs, which means nothing in OpenAPI.
      const { $defs } = z.toJSONSchema(problemSchema, { target: 'draft-2020-12' })
      const schemas = { ...document.components?.schemas, Problem: $defs?.['Problem'] }
      nameMembersInBrackets(document)
      return withOneNameEach({ ...document, components: { ...document.components, schemas } }) as ReturnType<
        typeof jsonSchemaTransformObject
      >
    },
  })
}

type Parameter = { in: string; schema?: { type?: string }; style?: string; explode?: boolean }
type Document = {
  components?: { schemas?: Record<string, unknown> }
  paths?: Record<string, Record<string, { parameters?: Parameter[] }>>
}

/** An object in a query is `name[member]=value` here, which OpenAPI calls deepObject. */
function nameMembersInBrackets(document: Document): void {
  for (const operations of Object.values(document.paths ?? {}))
    for (const { parameters = [] } of Object.values(operations))
      for (const parameter of parameters)
        if (parameter.in === 'query' && parameter.schema?.type === 'object')
          Object.assign(parameter, { style: 'deepObject', explode: true })
}

/**
 * Zod gives every named schema a second component for its input side. What nothing refers to is dropped, and an
 * input side that stands alone gets the plain name.
 */
function withOneNameEach(document: Document): Document {
  const schemas = document.components?.schemas ?? {}
  const isUsed = (name: string, text: string) => text.includes(`"#/components/schemas/${name}"`)
  let text = JSON.stringify({ ...document, components: { ...document.components, schemas: undefined } })
  // A component may be used by another component only: those texts count once they are in.
  const used = new Set<string>()
  for (let found = true; found;) {
    found = false
    for (const [name, schema] of Object.entries(schemas))
      if (!used.has(name) && isUsed(name, text)) {
        used.add(name)
        text += JSON.stringify(schema)
        found = true
      }
  }
  const kept = Object.entries(schemas).filter(([name]) => used.has(name))
  let whole = JSON.stringify({
    ...document,
    components: { ...document.components, schemas: Object.fromEntries(kept) },
  })
  for (const [name] of kept) {
    const plain = name.replace(/Input$/, '')
    if (plain === name || used.has(plain) || !(plain in schemas)) continue
    whole = whole.replaceAll(`"#/components/schemas/${name}"`, `"#/components/schemas/${plain}"`)
    whole = whole.replace(`"${name}":`, `"${plain}":`)
  }
  return JSON.parse(whole) as Document
}

/** `/openapi.json`, and at `/docs` the reference that reads it; everything comes from this server. */
export function referencePages(app: App): void {
  let document: string | null = null
  app.get('/openapi.json', { schema: { hide: true } }, (_request, reply) => {
    document ??= JSON.stringify(app.swagger())
    return reply.type('application/json; charset=utf-8').send(document)
  })
  let script: Buffer | null = null
  app.get('/docs/reference.js', { schema: { hide: true } }, (_request, reply) => {
    script ??= readFileSync(referenceScript())
    return reply
      .type('text/javascript; charset=utf-8')
      .header('cache-control', 'public, max-age=86400')
      .send(script)
  })
  app.get('/docs', { schema: { hide: true } }, (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(PAGE),
  )
}

function referenceScript(): string {
  return createRequire(import.meta.url).resolve('@scalar/api-reference/browser/standalone.js')
}

const CONFIGURATION = {
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  showDeveloperTools: 'never',
  proxyUrl: '',
  agent: { disabled: true },
  mcp: { disabled: true },
}

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>API reference · Countersign</title><link rel="icon" href="/favicon.svg"></head>
<body><script id="api-reference" data-url="/openapi.json" data-configuration='${JSON.stringify(CONFIGURATION)}'></script>
<script src="/docs/reference.js"></script></body></html>`
