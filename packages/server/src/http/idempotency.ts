import type { FastifyReply, FastifyRequest } from 'fastify'
import { createHash } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import type { Log } from '../log.ts'
import { problem, type Problem } from '../problems.ts'
import type { App } from './app-type.ts'
import {
  claimIdempotencyKey,
  completeClaim,
  forgetExpiredKeys,
  releaseClaim,
  type ClaimOutcome,
  type IdempotencyScope,
  type StoredAnswer,
} from './idempotency-store.ts'
import { PROBLEM_TYPE } from './problem-response.ts'
import { singleHeader } from './raw-request.ts'

export type IdempotencyDeps = { database: Database; clock: Clock; log: Log }

/**
 * The Idempotency-Key of a request. `open`: nothing is recorded yet. `claimed`: recorded as running.
 * `settled`: its answer is recorded, or belongs to another request; nothing remains to be done.
 */
export type Idempotency = { scope: IdempotencyScope; state: 'open' | 'claimed' | 'settled' }

declare module 'fastify' {
  interface FastifyRequest {
    /** Null when the request carries no Idempotency-Key, or the route honours none. */
    idempotency: Idempotency | null
  }
  interface FastifyContextConfig {
    /**
     * `recorded`: the route records its success itself, in the database transaction that makes the change, and then
     * sets the state to `settled`. `required`: the same, and it asks for an Idempotency-Key.
     */
    idempotency?: 'required' | 'recorded'
  }
}

// Longer than any request may take (DESIGN §11), so that a claim only passes on when its server died.
const LEASE_MS = 60_000
const FORGET_INTERVAL_MS = 60_000
// A row's index entry takes 2 704 bytes; no path that leads anywhere has a tenth of them.
const PATH_CHARACTERS_MAX = 1_024
const KEY_PATTERN = /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/
/** The answers that another try may change (DESIGN §4); faults of the server, 5xx, are among them. */
const NOT_STORED = new Set([401, 403, 409, 429])

/**
 * Honours `Idempotency-Key` on every POST under `/v1` (DESIGN §4). Register it after the hook that sets
 * `request.principal` and parses the body, and before the hook that logs the answer.
 */
export function registerIdempotency(app: App, deps: IdempotencyDeps): void {
  const { pool } = deps.database
  app.decorateRequest('idempotency', null)

  // With `done`: an async hook costs every request a promise, and only some have to wait.
  app.addHook('preValidation', (request, reply, done) => {
    // Before the options of the route, which Fastify lays out anew at each look.
    if (request.method !== 'POST') return done()
    const { access, idempotency: rule } = request.routeOptions.config
    if (!access || access.public) return done()
    const scope = readScope(request)
    if (!scope) return done(rule === 'required' ? problem('idempotency-key-missing') : undefined)
    if (rule === undefined) return void claimScope(request, reply, scope).then((sent) => sent || done(), done)
    request.idempotency = { scope, state: 'open' }
    done()
  })

  /** @returns whether the answer is on its way: the one that was stored */
  async function claimScope(
    request: FastifyRequest,
    reply: FastifyReply,
    scope: IdempotencyScope,
  ): Promise<boolean> {
    const claim = await claimIdempotencyKey(pool, scope, {
      claimId: request.id,
      now: deps.clock.now(),
      leaseMs: LEASE_MS,
    })
    if (claim.outcome !== 'claimed') {
      answerClaim(reply, claim)
      return true
    }
    request.idempotency = { scope, state: 'claimed' }
    return false
  }

  app.addHook('onSend', (request, reply, payload, done) => {
    const { idempotency } = request
    if (!idempotency || idempotency.state === 'settled') return done(null, payload)
    storeAnswer(request, reply, { idempotency, payload }).then((body) => done(null, body), done)
  })

  /** @returns what to answer */
  async function storeAnswer(
    request: FastifyRequest,
    reply: FastifyReply,
    { idempotency, payload }: { idempotency: Idempotency; payload: unknown },
  ): Promise<unknown> {
    const { scope, state } = idempotency
    idempotency.state = 'settled'
    const answer = storable(reply, payload)
    if (state === 'claimed') {
      try {
        if (answer) await completeClaim(pool, scope, request.id, answer)
        else await releaseClaim(pool, scope, request.id)
      } catch (err) {
        // The change is made and answered; without its record the claim frees itself when the lease passes.
        deps.log.error({ err, request_id: request.id }, 'an idempotent answer was not stored')
      }
      return payload
    }
    // A route that records its own success has refused: a refusal changes nothing, so its record can follow it.
    if (!answer) return payload
    const now = deps.clock.now()
    const claim = await claimIdempotencyKey(pool, scope, {
      claimId: request.id,
      now,
      leaseMs: LEASE_MS,
      answer,
    })
    if (claim.outcome === 'claimed') return payload
    if (claim.outcome !== 'replayed') throw refusal(claim)
    replayHeaders(reply, claim.answer)
    return claim.answer.body
  }
}

/** Forgets answers after 24 hours. */
export function forgetIdempotencyKeysLoop(deps: Pick<IdempotencyDeps, 'database' | 'clock'>) {
  return {
    name: 'forget-idempotency-keys',
    intervalMs: FORGET_INTERVAL_MS,
    run: async (): Promise<'more' | void> => {
      if (await forgetExpiredKeys(deps.database.pool, deps.clock.now())) return 'more'
    },
  }
}

/**
 * Answers with what was stored for the key.
 * @throws Problem `idempotency-key-reused` or `idempotency-key-in-use`
 */
function answerClaim(
  reply: FastifyReply,
  claim: Exclude<ClaimOutcome, { outcome: 'claimed' }>,
): FastifyReply {
  if (claim.outcome !== 'replayed') throw refusal(claim)
  return sendReplay(reply, claim.answer)
}

/** Answers with what was answered before, and says so. */
export function sendReplay(reply: FastifyReply, answer: StoredAnswer): FastifyReply {
  replayHeaders(reply, answer)
  return reply.send(answer.body)
}

function replayHeaders(reply: FastifyReply, answer: StoredAnswer): void {
  reply.code(answer.status).header('idempotency-replayed', 'true')
  // A bodyless answer (204) has no type.
  if (answer.body === '') reply.removeHeader('content-type')
  else reply.type(answer.status >= 400 ? PROBLEM_TYPE : 'application/json; charset=utf-8')
}

function refusal(claim: { outcome: 'key-reused' | 'key-in-use' }): Problem {
  if (claim.outcome === 'key-reused') return problem('idempotency-key-reused')
  return problem('idempotency-key-in-use', { headers: { 'retry-after': '1' } })
}

function readScope(request: FastifyRequest): IdempotencyScope | null {
  const { value: key, repeated } = singleHeader(request.raw.rawHeaders, 'idempotency-key')
  if (repeated) throw problem('invalid-request', { detail: 'The header Idempotency-Key is sent twice.' })
  if (key === undefined || key === '') return null
  if (!KEY_PATTERN.test(key)) {
    const message = 'must be 1 to 255 printable ASCII characters, such as a UUID'
    throw problem('invalid-input', { errors: [{ pointer: '/headers/idempotency-key', message }] })
  }
  const { method, url } = request
  const path = url.split('?', 1)[0] ?? url
  if (path.length > PATH_CHARACTERS_MAX)
    throw problem('not-found', { detail: 'There is nothing at this path.' })
  return {
    ...askingOf(request),
    method,
    path,
    key,
    requestHash: createHash('sha256')
      .update(request.rawBody ?? '')
      .digest(),
  }
}

/** An operator key has neither workspace nor mode: its keys live under the platform's name, beside no workspace's. */
function askingOf({
  principal,
  operatorKey,
}: FastifyRequest): Pick<IdempotencyScope, 'workspaceId' | 'mode' | 'principalId'> {
  if (operatorKey) return { workspaceId: 'platform', mode: 'production', principalId: operatorKey.keyId }
  const { workspaceId, mode } = principal
  return { workspaceId, mode, principalId: principal.kind === 'key' ? principal.keyId : principal.userId }
}

/** The answer as it may be kept, or null when it may not. */
function storable(reply: FastifyReply, payload: unknown): StoredAnswer | null {
  const { statusCode: status } = reply
  if (status >= 500 || status < 200 || NOT_STORED.has(status)) return null
  if (payload === undefined || payload === null || payload === '') return { status, body: '' }
  return typeof payload === 'string' ? { status, body: withoutSecrets(payload) } : null
}

const SECRET_NAME = /^(?:invitation_token|secret|secret_key|[a-z_]+_secret)$/
const MAYBE_SECRET = /secret|invitation_token/

/**
 * A JSON answer with null where it carried a secret, and beside it `secret_already_shown: true`.
 * What holds none comes back byte by byte.
 */
export function withoutSecrets(json: string): string {
  if (!MAYBE_SECRET.test(json)) return json
  const hide = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(hide)
    if (typeof value !== 'object' || value === null) return value
    const entries = Object.entries(value)
    const hidden = entries.map(([name, member]) => [
      name,
      SECRET_NAME.test(name) && typeof member === 'string' ? null : hide(member),
    ])
    const holds = entries.some(([name, member]) => SECRET_NAME.test(name) && typeof member === 'string')
    return Object.fromEntries(holds ? [...hidden, ['secret_already_shown', true]] : hidden)
  }
  return JSON.stringify(hide(JSON.parse(json)))
}
