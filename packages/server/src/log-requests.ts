import type { FastifyReply, FastifyRequest } from 'fastify'
import type { OutgoingHttpHeaders } from 'node:http'
import type { Clock } from './clock.ts'
import type { App } from './http/app-type.ts'
import { isApiTarget } from './doors.ts'
import { PROBLEM_TYPE } from './http/problem-response.ts'
import { rawTarget } from './http/raw-request.ts'
import { idTime } from './ids.ts'
import type { KeyCache, OperatorKey, VerificationKey, WorkspaceKey } from './keys/key-cache.ts'
import type { LastUse } from './keys/last-use.ts'
import type { Log } from './log.ts'
import { problem, problemBody } from './problems.ts'
import type { Verification } from './signatures/verify-request.ts'
import { diagnosisOf } from './transaction-logs/record.ts'
import type { RequestLog, RequestRecord } from './transaction-logs/record-request.ts'

type LogRequestsDeps = {
  requestLog: RequestLog
  keyCache: Pick<KeyCache, 'find'>
  lastUse: LastUse
  log: Log
  clock: Clock
  config: { publicUrl: string }
}

const STRANGERS_PER_MINUTE_MAX = 600
const MINUTE_MS = 60_000

/**
 * Gives every request that names a known key its row in the Transaction Logs. A request that may have changed
 * something is in the log before its answer leaves; reads are written in batches.
 */
export function logRequests(app: App, deps: LogRequestsDeps): void {
  const logStranger = strangerLog(deps)

  // With `done`: an async hook costs every answer a promise, and only some have to wait.
  app.addHook('onSend', (request, reply, payload, done) => {
    const { verification } = request
    if (!verification || !isApiTarget(request.url)) return done(null, payload)
    const { key } = verification
    if (key?.kind === 'operator') logOfPlatform({ request, reply, verification, key })
    const waits =
      key?.kind === 'workspace'
        ? logSigned({ request, reply, payload, verification, key })
        : !key && logUnverified({ request, reply, payload, verification })
    if (waits) waits.then((body) => done(null, body), done)
    else done(null, payload)
  })

  /** An operator key belongs to no workspace, so no workspace's log may show what it asks. */
  function logOfPlatform({
    request,
    reply,
    verification,
    key,
  }: Omit<Answer, 'payload' | 'key'> & { key: OperatorKey }) {
    if (verification.secretVersion === null) return logStranger(request, reply)
    deps.lastUse.note({
      keyId: key.id,
      secretVersion: verification.secretVersion,
      ip: verification.address,
      userAgent: null,
      nowMs: idTime(request.id),
    })
  }

  /** A refusal before the look-up, such as an uncovered component, may still name a key that is known. */
  async function logUnverified(answer: Omit<Answer, 'key'>): Promise<unknown> {
    const key = await keyNamed(answer.verification, deps)
    if (key?.kind !== 'workspace') {
      logStranger(answer.request, answer.reply)
      return answer.payload
    }
    return (await logSigned({ ...answer, key })) ?? answer.payload
  }

  /** @returns what to answer, where the row must be on disk first */
  function logSigned(answer: Answer): Promise<unknown> | undefined {
    const { request, reply, payload, verification, key } = answer
    const record = requestRecord(answer)
    if (verification.secretVersion === null) {
      deps.requestLog.recordRefusal(record)
      return undefined
    }
    deps.lastUse.note({
      keyId: key.id,
      secretVersion: verification.secretVersion,
      ip: verification.address,
      userAgent: record.userAgent,
      nowMs: record.createdAt,
    })
    if (request.method === 'GET' || request.method === 'HEAD') {
      deps.requestLog.record(record)
      return undefined
    }
    return deps.requestLog.recordDurably(record).then(
      () => payload,
      (error: unknown) => {
        deps.log.error({ err: error, request_id: request.id }, 'a changing request could not be logged')
        return unlogged(request, reply, deps)
      },
    )
  }
}

type Answer = {
  request: FastifyRequest
  reply: FastifyReply
  payload: unknown
  verification: Verification
  key: WorkspaceKey
}

async function keyNamed(verification: Verification, deps: LogRequestsDeps): Promise<VerificationKey | null> {
  const { signature } = verification
  if (!signature) return null
  try {
    return await deps.keyCache.find(signature.keyId)
  } catch {
    // The database is away; the refusal stands without its row.
    return null
  }
}

function requestRecord({ request, reply, payload, verification, key }: Answer): RequestRecord {
  const target = rawTarget(request.raw)
  const queryStart = target.indexOf('?')
  const signed = verification.secretVersion !== null
  return {
    id: request.id,
    createdAt: idTime(request.id),
    workspaceId: key.workspaceId,
    apiKeyId: key.id,
    secretVersion: verification.secretVersion,
    mode: key.mode,
    currencyType: key.currencyType,
    method: request.method,
    path: queryStart < 0 ? target : target.slice(0, queryStart),
    query: queryStart < 0 ? '' : target.slice(queryStart + 1),
    status: reply.statusCode,
    code: request.refusal?.code ?? null,
    durationMs: performance.now() - request.startedAt,
    ip: verification.address,
    userAgent: request.headers['user-agent'] ?? null,
    requestHeaders: request.raw.rawHeaders,
    requestBody: signed ? request.rawBody : null,
    // What did not parse, or was refused before, is still the bytes.
    isBodyJson: request.body !== undefined && !Buffer.isBuffer(request.body),
    responseHeaders: reply.getHeaders() as OutgoingHttpHeaders,
    responseBody: typeof payload === 'string' ? payload : null,
    idempotencyKey: headerText(request.headers['idempotency-key']),
    transactionId: request.made.transactionId,
    eventIds: request.made.eventIds,
    diagnosis: diagnosisOf(request.refusal?.extra, signed),
  }
}

function headerText(value: string | string[] | undefined): string | null {
  return typeof value === 'string' ? value : null
}

/** The change stands, but it could not be logged: the caller retries with its Idempotency-Key and is told so. */
function unlogged(request: FastifyRequest, reply: FastifyReply, deps: LogRequestsDeps): string {
  const refusal = problem('service-unavailable', {
    detail:
      'The request could not be logged, so its outcome is withheld. Send it again with the same Idempotency-Key.',
  })
  reply
    .code(refusal.status)
    .header('content-type', PROBLEM_TYPE)
    .header('retry-after', '2')
    .removeHeader('content-length')
  return JSON.stringify(problemBody(refusal, { publicUrl: deps.config.publicUrl, requestId: request.id }))
}

/** Requests that name no known key go to the operator's log, so many a minute; the rest are counted. */
function strangerLog(deps: LogRequestsDeps): (request: FastifyRequest, reply: FastifyReply) => void {
  let minute = 0
  let count = 0
  return (request, reply) => {
    const now = Math.floor(deps.clock.now() / MINUTE_MS)
    if (now !== minute) {
      if (count > STRANGERS_PER_MINUTE_MAX)
        deps.log.warn(
          { count: count - STRANGERS_PER_MINUTE_MAX },
          'more requests without a known key, not listed',
        )
      minute = now
      count = 0
    }
    count += 1
    if (count > STRANGERS_PER_MINUTE_MAX) return
    const { refusal, verification } = request
    deps.log.warn(
      {
        request_id: request.id,
        status: reply.statusCode,
        code: refusal?.code,
        ip: verification?.address,
        method: request.method,
      },
      'a signed request named no key of a workspace, and was refused',
    )
  }
}
