import type { FastifyReply, FastifyRequest } from 'fastify'
import { createHash, timingSafeEqual } from 'node:crypto'
import { METHODS } from 'node:http'
import { z } from 'zod'
import { isLoopbackHost } from '../config.ts'
import type { App } from '../http/app-type.ts'
import { blockListHas, lastUntrusted, plainAddress } from '../http/client-address.ts'
import { PROBLEM_TYPE } from '../http/problem-response.ts'
import { FORWARDED_PREFIX, rawTarget, singleHeader } from '../http/raw-request.ts'
import { problem, problemBody, type Problem } from '../problems.ts'
import { joinedHeaders } from './routes.ts'
import {
  verifyForwarded,
  type BodyDigests,
  type ForwardedDeps,
  type ForwardedRequest,
} from './verify-forwarded.ts'

const PATH = '/forward-auth'
const REFUSAL_PATH = '/forward-auth-refusal'
const ROUTE_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
const SECRET_HEADER = 'countersign-forward-secret'
const PROBLEM_HEADER = 'countersign-problem'
// nginx reads an answer's headers into one buffer; the documented configuration gives it 16 KiB.
const PROBLEM_HEADER_CHARACTERS_MAX = 6_000

/** What the proxy, and not the sender, says of a request: never part of what was sent. */
const OF_THE_PROXY =
  /^(?:host|connection|content-length|transfer-encoding|x-forwarded-.*|countersign-(?!mode$).*)$/

/**
 * What nginx `auth_request`, Caddy `forward_auth`, Traefik ForwardAuth and Envoy `ext_authz` call before they pass a
 * request on. There is nothing at these paths until FORWARD_AUTH_SECRET is set.
 */
export function forwardAuthRoutes(app: App, deps: ForwardedDeps): void {
  if (deps.config.forwardAuthSecret === null) return
  const schema = { hide: true }
  // The original request in X-Forwarded-*: nginx, Caddy, Traefik.
  app.route({
    method: [...ROUTE_METHODS],
    url: PATH,
    schema,
    handler: (request, reply) => answer(deps, request, reply, (trusted) => fromHeaders(deps, trusted)),
  })
  // The original method, path and Host themselves, behind a prefix: Envoy.
  app.route({
    method: [...ROUTE_METHODS],
    url: `${FORWARDED_PREFIX}*`,
    schema,
    handler: (request, reply) => answer(deps, request, reply, (trusted) => fromPrefix(deps, trusted)),
  })
  app.get(REFUSAL_PATH, { schema }, (request, reply) => {
    assertTrusted(deps, request)
    return sendRefusal(request, reply)
  })
}

async function answer(
  deps: ForwardedDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  read: (request: FastifyRequest) => ForwardedRequest,
): Promise<FastifyReply> {
  reply.header('cache-control', 'no-store')
  assertTrusted(deps, request)
  const outcome = await verifyForwarded(deps, { id: request.id, request: read(request) })
  if (!outcome.verified) {
    reply.header(PROBLEM_HEADER, packed(deps, request.id, outcome.refusal))
    throw outcome.refusal
  }
  const { key, secretVersion, rateLimit, contentDigest } = outcome
  return reply
    .headers({
      'countersign-key-id': key.id,
      'countersign-public-key': key.publicKey,
      'countersign-secret-version': String(secretVersion),
      'countersign-workspace-id': key.workspaceId,
      'countersign-mode': key.mode,
      'countersign-currency-type': key.currencyType,
      'countersign-scopes': [...key.scopes].join(' '),
      'countersign-request-id': request.id,
      'countersign-content-digest': contentDigest,
      ratelimit: rateLimit.limit,
      'ratelimit-policy': rateLimit.policy,
    })
    .code(200)
    .send('')
}

/**
 * A static header cannot sign, so it counts only from a place that the operator named: this machine or a range of
 * TRUST_PROXY. And the place alone does not count, because where a proxy stands, strangers come through it.
 */
function assertTrusted(deps: ForwardedDeps, request: FastifyRequest): void {
  const { forwardAuthSecret: secret, trustProxy } = deps.config
  const peer = plainAddress(request.raw.socket.remoteAddress ?? '')
  if (!isLoopbackHost(peer) && !(trustProxy && blockListHas(trustProxy, peer)))
    throw refused(`It came from ${peer}, which is neither this machine nor in TRUST_PROXY.`)
  const { value, repeated } = singleHeader(request.raw.rawHeaders, SECRET_HEADER)
  if (value === undefined || repeated || secret === null || !timingSafeEqual(sha256(value), sha256(secret)))
    throw refused('The header Countersign-Forward-Secret is missing, repeated, or not FORWARD_AUTH_SECRET.')
}

function fromHeaders(deps: ForwardedDeps, request: FastifyRequest): ForwardedRequest {
  const once = (name: string) => requiredHeader(request, name)
  return described(deps, request, {
    method: once('X-Forwarded-Method'),
    url: once('X-Forwarded-Uri'),
    host: once('X-Forwarded-Host'),
    framing: framingToldBy(request),
    // nginx and Caddy keep the body to themselves: the service checks its digest.
    body: bodyOf(request) ?? 'unseen',
  })
}

function fromPrefix(deps: ForwardedDeps, request: FastifyRequest): ForwardedRequest {
  const { 'content-length': length, 'transfer-encoding': coding } = request.raw.headers
  return described(deps, request, {
    method: request.method,
    url: rawTarget(request.raw).slice(PATH.length),
    host: requiredHeader(request, 'Host'),
    // In this form X-Forwarded-Content-Length would be the sender's own word.
    framing: { length, coding },
    // This form sends the body along, so what is not here did not arrive.
    body: bodyOf(request),
  })
}

type Described = {
  method: string
  url: string
  host: string
  framing: { length: string | undefined; coding: string | undefined }
  body: ForwardedRequest['body']
}

function described(
  deps: ForwardedDeps,
  request: FastifyRequest,
  { method, url, host, framing, body }: Described,
): ForwardedRequest {
  // Each method makes series of rows of its own, so that a made-up one is not taken.
  if (!METHODS.includes(method)) throw refused('X-Forwarded-Method must be an HTTP method.')
  const scheme = requiredHeader(request, 'X-Forwarded-Proto').toLowerCase()
  if (scheme !== 'http' && scheme !== 'https') throw refused('X-Forwarded-Proto must be http or https.')
  const address = lastUntrusted(requiredHeader(request, 'X-Forwarded-For'), deps.config.trustProxy)
  if (address === null) throw refused('X-Forwarded-For must hold the address of the client.')
  const { length, coding } = framing
  const rawHeaders = [
    'Host',
    host,
    ...senderHeaders(request.raw.rawHeaders),
    ...(length === undefined ? [] : ['Content-Length', length]),
    ...(coding === undefined ? [] : ['Transfer-Encoding', coding]),
  ]
  return {
    method,
    url,
    rawHeaders,
    headers: joinedHeaders(rawHeaders),
    scheme,
    address,
    body,
  }
}

function senderHeaders(rawHeaders: readonly string[]): string[] {
  const kept: string[] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    if (!OF_THE_PROXY.test((rawHeaders[index] as string).toLowerCase()))
      kept.push(rawHeaders[index] as string, rawHeaders[index + 1] as string)
  return kept
}

/** Whether the sender announced a body: as the proxy says, where it keeps the body to itself. */
function framingToldBy(request: FastifyRequest): Described['framing'] {
  const { rawHeaders, headers } = request.raw
  const told = (name: string) => {
    const { value, repeated } = singleHeader(rawHeaders, name.toLowerCase())
    if (repeated) throw refused(`The proxy must send ${name} at most once.`)
    return value
  }
  return {
    length: told('X-Forwarded-Content-Length') ?? headers['content-length'],
    coding: told('X-Forwarded-Transfer-Encoding') ?? headers['transfer-encoding'],
  }
}

/** The digests of a body that the proxy sent along; null when it sent none. */
function bodyOf({ body }: FastifyRequest): BodyDigests | null {
  if (!Buffer.isBuffer(body) || body.length === 0) return null
  return {
    'sha-256': createHash('sha256').update(body).digest('base64'),
    'sha-512': createHash('sha512').update(body).digest('base64'),
  }
}

function requiredHeader(request: FastifyRequest, name: string): string {
  const { value, repeated } = singleHeader(request.raw.rawHeaders, name.toLowerCase())
  if (value === undefined || value === '' || repeated)
    throw refused(`The proxy must send ${name}, exactly once.`)
  return value
}

function refused(detail: string): Problem {
  return problem('forward-auth-refused', { detail })
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** The whole answer in one header, for proxies that drop the body of a refusal and ask for it at REFUSAL_PATH. */
function packed({ config }: ForwardedDeps, requestId: string, refusal: Problem): string {
  const { status, headers = {} } = refusal
  const body = problemBody(refusal, { publicUrl: config.publicUrl, requestId })
  const pack = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const whole = pack({ status, headers, body })
  if (whole.length <= PROBLEM_HEADER_CHARACTERS_MAX) return whole
  const { signature_base: _base, ...shorter } = body
  return pack({ status, headers, body: shorter })
}

const packedRefusal = z.object({
  status: z.int().min(400).max(599),
  headers: z.record(z.string(), z.string()),
  body: z.looseObject({ request_id: z.string() }),
})

function sendRefusal(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { value } = singleHeader(request.raw.rawHeaders, PROBLEM_HEADER)
  // Nothing was refused: the proxy could not ask, or asked something else.
  if (value === undefined || value === '')
    throw problem('service-unavailable', { internal: 'the proxy asked for a refusal and named none' })
  const { status, headers, body } = unpacked(value)
  return reply
    .headers(headers)
    .header('request-id', body.request_id)
    .header('cache-control', 'no-store')
    .code(status)
    .type(PROBLEM_TYPE)
    .send(JSON.stringify(body))
}

function unpacked(value: string): z.infer<typeof packedRefusal> {
  try {
    return packedRefusal.parse(JSON.parse(Buffer.from(value, 'base64url').toString()))
  } catch {
    throw refused('Countersign-Problem is not what /forward-auth answered.')
  }
}
