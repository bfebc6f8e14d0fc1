import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import type { Access, App } from '../http/app-type.ts'
import { PROBLEM_TYPE } from '../http/problem-response.ts'
import { plainAddress } from '../http/client-address.ts'
import { newId } from '../ids.ts'
import { problem, problemBody } from '../problems.ts'
import { recordOutcome, type RecordOutcomeDeps } from '../transaction-logs/record-outcome.ts'
import {
  outcomeInput,
  outcomeParams,
  verifyRequestInput,
  verifyRequestResult,
  type VerifyRequestInput,
  type VerifyRequestResult,
} from './schema.ts'
import { verifyForwarded, type ForwardedDeps, type ForwardedRequest } from './verify-forwarded.ts'

const access: Access = {
  resource: 'operator-verify',
  action: 'write',
  doors: ['key'],
  operator: true,
  operatorScope: 'operator:verify',
}
const tags = ['Operator']

/** Verification for the platform's own services, which describe a request and are told who signed it. */
export function forwardedRoutes(app: App, deps: ForwardedDeps & RecordOutcomeDeps): void {
  app.post(
    '/v1/operator/verify-request',
    {
      config: { access },
      schema: {
        operationId: 'verifyRequest',
        tags,
        summary: 'Verify a request that your own service received',
        description:
          'Signed with an operator key. Answers 200 for accepted and refused requests alike: `verified` tells them apart, and a refusal holds the problem to pass on. A nonce is claimed, so each request can be verified once.',
        body: verifyRequestInput,
        response: { 200: verifyRequestResult },
      },
    },
    async ({ body }) => verify(deps, body),
  )

  app.post(
    '/v1/operator/verify-request/:id/outcome',
    {
      config: { access },
      schema: {
        operationId: 'recordRequestOutcome',
        tags,
        summary: 'Tell how a verified request was answered',
        description: 'Completes its row in the Transaction Logs, once.',
        params: outcomeParams,
        body: outcomeInput,
        response: { 204: z.undefined() },
      },
    },
    async ({ params, body }, reply) => {
      const result = await recordOutcome(deps, {
        id: params.id,
        status: body.status,
        code: body.code ?? null,
        durationMs: body.duration_ms,
        headers: body.response_headers ?? [],
        body: body.response_body ?? null,
      })
      if (result === 'unknown') throw problem('not-found', { detail: 'No verified request has this id.' })
      if (result === 'told')
        throw problem('conflict', { detail: 'The outcome of this request is on record.' })
      return reply.code(204).send()
    },
  )
}

async function verify(deps: ForwardedDeps, input: VerifyRequestInput): Promise<VerifyRequestResult> {
  const id = newId('req')
  const outcome = await verifyForwarded(deps, {
    id,
    request: describedRequest(input),
    requirements: { scope: input.scope, mode: input.mode, currencyType: input.currency_type },
  })
  if (!outcome.verified) {
    const { refusal } = outcome
    const headers = { 'content-type': PROBLEM_TYPE, 'request-id': id, ...refusal.headers }
    const body = problemBody(refusal, { publicUrl: deps.config.publicUrl, requestId: id })
    return {
      verified: false,
      request_id: id,
      problem: { status: refusal.status, headers: Object.entries(headers), body },
    }
  }
  const { key, secretVersion, rateLimit } = outcome
  return {
    verified: true,
    request_id: id,
    workspace_id: key.workspaceId,
    key: { id: key.id, public_key: key.publicKey, name: key.name, secret_version: secretVersion },
    mode: key.mode,
    currency_type: key.currencyType,
    scopes: [...key.scopes],
    headers: [
      ['request-id', id],
      ['ratelimit', rateLimit.limit],
      ['ratelimit-policy', rateLimit.policy],
    ],
  }
}

/** Host comes from `authority` alone: one that is among the headers as well must not make two of it. */
function describedRequest(input: VerifyRequestInput): ForwardedRequest {
  const others = input.headers.filter(([name]) => name.toLowerCase() !== 'host')
  const rawHeaders = ['Host', input.authority, ...others.flat()]
  return {
    method: input.method,
    url: input.target,
    rawHeaders,
    headers: joinedHeaders(rawHeaders),
    scheme: input.scheme,
    address: plainAddress(input.client_ip),
    body: input.body_digest,
  }
}

/** What Node would make of them, as far as the verifier asks: whether a field is there at all. */
export function joinedHeaders(rawHeaders: readonly string[]): IncomingHttpHeaders {
  const headers: IncomingHttpHeaders = Object.create(null) as IncomingHttpHeaders
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase()
    const value = rawHeaders[index + 1] as string
    // RFC 9110 §5.3. A second Content-Length must not hide behind a first that says 0.
    headers[name] = headers[name] === undefined ? value : `${headers[name] as string}, ${value}`
  }
  return headers
}
