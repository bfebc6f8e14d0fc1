import { createHash } from 'node:crypto'
import type { Config } from '../config.ts'
import { isLoopbackHost } from '../config.ts'
import { PROBLEM_TYPE } from '../http/problem-response.ts'
import type { RawRequest } from '../http/raw-request.ts'
import { singleHeader } from '../http/raw-request.ts'
import { idTime } from '../ids.ts'
import type { KeyCache, WorkspaceKey } from '../keys/key-cache.ts'
import type { LastUse } from '../keys/last-use.ts'
import type { Log } from '../log.ts'
import { Problem, problem, problemBody } from '../problems.ts'
import type { CurrencyType, Mode } from '../sessions/principal.ts'
import { foreignBodyMismatch, readContentDigest, type DigestAlgorithm } from '../signatures/content-digest.ts'
import { explainRefusal } from '../signatures/explain-refusal.ts'
import type { createRequestVerifier, Verification } from '../signatures/verify-request.ts'
import { diagnosisOf, PASSED_ON } from '../transaction-logs/record.ts'
import type { RequestLog, RequestRecord } from '../transaction-logs/record-request.ts'

/** A request that a service or a proxy of the platform received, described by it. */
export type ForwardedRequest = RawRequest & {
  method: string
  url: string
  scheme: 'http' | 'https'
  /** Whom it came from. */
  address: string
  /** Of the body that arrived; null: there was none; `unseen`: whoever describes the request did not read it. */
  body: BodyDigests | null | 'unseen'
}

export type BodyDigests = { [Name in DigestAlgorithm]?: string | undefined }

export type Requirements = {
  scope?: string | undefined
  mode?: Mode | undefined
  currencyType?: CurrencyType | undefined
}

export type ForwardedVerifier = ReturnType<typeof createRequestVerifier<ForwardedRequest>>

export type ForwardedDeps = {
  config: Pick<Config, 'publicUrl' | 'forwardAuthorities' | 'forwardAuthSecret' | 'trustProxy'>
  /** One for each scheme: they differ in the port that `@authority` leaves out. */
  forwardedVerifiers: Record<'http' | 'https', ForwardedVerifier>
  failures: { count(address: string): void }
  keyCache: Pick<KeyCache, 'find'>
  requestLog: RequestLog
  lastUse: LastUse
  log: Log
  /** Whether this server may answer: false while its lock on the database is lost. */
  isReady?: () => boolean
}

export type ForwardedOutcome =
  | {
      verified: true
      key: WorkspaceKey
      secretVersion: number
      rateLimit: { limit: string; policy: string }
      /** What the body must match: the digests that were signed, or those of no body. */
      contentDigest: string
    }
  | { verified: false; refusal: Problem }

const EMPTY: Required<BodyDigests> = {
  'sha-256': createHash('sha256').digest('base64'),
  'sha-512': createHash('sha512').digest('base64'),
}

/** Whether nobody on the way could read a request that somebody else received. */
export function isForwardedConfidential(request: ForwardedRequest): boolean {
  if (request.scheme === 'https') return true
  const host = (singleHeader(request.rawHeaders, 'host').value ?? '').replace(/:\d+$/, '')
  return isLoopbackHost(request.address) && isLoopbackHost(host)
}

/**
 * Verifies a request that one of the platform's own services received, with every step that a request to this
 * server takes, and writes its row in the Transaction Logs: before this returns, unless it only reads.
 * @returns who signed, or the problem that the caller passes on
 * @throws Problem `invalid-input` when a digest that was signed is not among those given, `forwarding-off`, or
 *   `service-unavailable`: what is not the sender's fault is not passed on as theirs
 */
export async function verifyForwarded(
  deps: ForwardedDeps,
  { id, request, requirements = {} }: { id: string; request: ForwardedRequest; requirements?: Requirements },
): Promise<ForwardedOutcome> {
  if (deps.config.forwardAuthorities.size === 0) throw problem('forwarding-off')
  if (deps.isReady && !deps.isReady())
    throw problem('service-unavailable', { headers: { 'retry-after': '2' } })
  const startedAt = performance.now()
  const verifier = deps.forwardedVerifiers[request.scheme]
  const verification = verifier.begin(request.address)
  const row = { id, request, verification, startedAt }
  try {
    await verifier.verifyHeaders(request, verification)
    const contentDigest = assertBody(verification, request.body)
    const rateLimit = await verifier.admit(request, verification)
    const { key, secretVersion } = verification
    if (key?.kind !== 'workspace' || secretVersion === null) throw new Error('a verified request has a key')
    assertMeets(key, requirements, request)
    await record(deps, row, null)
    return { verified: true, key, secretVersion, rateLimit, contentDigest }
  } catch (error) {
    if (!(error instanceof Problem) || error.code === 'invalid-input' || error.status >= 500) throw error
    if (error.status === 401) deps.failures.count(request.address)
    const refusal = explainRefusal(error, verifier.diagnosis(verification))
    await record(deps, row, refusal)
    return { verified: false, refusal }
  }
}

/** The body against what was signed. @returns the digests that it must match */
function assertBody(verification: Verification, body: ForwardedRequest['body']): string {
  const { signature, parts } = verification.read as NonNullable<Verification['read']>
  const covered = signature.components.includes('content-digest')
  const signed: [DigestAlgorithm, string][] = covered
    ? readContentDigest(parts.field('content-digest') as string)
    : [['sha-256', EMPTY['sha-256']]]
  if (body !== 'unseen') {
    const arrived = body ?? EMPTY
    if (!covered) assertEmpty(arrived)
    else
      for (const [name, value] of signed) {
        if (arrived[name] === undefined)
          throw problem('invalid-input', {
            errors: [
              { pointer: `/body_digest/${name}`, message: 'is needed: the request signs this digest' },
            ],
          })
        if (arrived[name] !== value)
          throw foreignBodyMismatch(`The body that arrived does not have the ${name} digest that was signed.`)
      }
  }
  return signed.map(([name, value]) => `${name}=:${value}:`).join(', ')
}

function assertEmpty(arrived: BodyDigests): void {
  for (const name of ['sha-256', 'sha-512'] as const)
    if (arrived[name] !== undefined && arrived[name] !== EMPTY[name])
      throw foreignBodyMismatch('A body arrived, but no Content-Digest was signed.')
}

function assertMeets(key: WorkspaceKey, requirements: Requirements, request: ForwardedRequest): void {
  const { scope, mode, currencyType } = requirements
  const { value: wanted } = singleHeader(request.rawHeaders, 'countersign-mode')
  if (scope !== undefined && !key.scopes.has(scope))
    throw problem('scope-missing', { detail: `The key lacks the scope ${scope}.` })
  for (const one of [mode, wanted])
    if (one !== undefined && one !== key.mode)
      throw problem('mode-mismatch', {
        detail: `This call is for ${JSON.stringify(one)}; the key belongs to ${key.mode}.`,
      })
  if (currencyType !== undefined && currencyType !== key.currencyType)
    throw problem('currency-type-mismatch', { detail: `This call is for ${currencyType} keys.` })
}

type Row = { id: string; request: ForwardedRequest; verification: Verification; startedAt: number }

async function record(deps: ForwardedDeps, row: Row, refusal: Problem | null): Promise<void> {
  const { verification, request, id } = row
  const key = verification.key ?? (await keyNamed(deps, verification))
  if (key?.kind !== 'workspace') {
    deps.log.info({ request_id: id, code: refusal?.code }, 'a forwarded request named no key of a workspace')
    return
  }
  const record = recordOf(deps, row, key, refusal)
  if (verification.secretVersion === null) return deps.requestLog.recordRefusal(record)
  deps.lastUse.note({
    keyId: key.id,
    secretVersion: verification.secretVersion,
    ip: request.address,
    userAgent: record.userAgent,
    nowMs: record.createdAt,
  })
  // What may change something is in the log before its service hears of it (DESIGN §9).
  if (request.method === 'GET' || request.method === 'HEAD') deps.requestLog.record(record)
  else await deps.requestLog.recordDurably(record)
}

/** A refusal before the look-up may still name a key that is known. */
async function keyNamed(deps: ForwardedDeps, { signature }: Verification) {
  try {
    return signature ? await deps.keyCache.find(signature.keyId) : null
  } catch {
    return null
  }
}

function recordOf(
  { config }: ForwardedDeps,
  { id, request, verification, startedAt }: Row,
  key: WorkspaceKey,
  refusal: Problem | null,
): RequestRecord {
  const queryStart = request.url.indexOf('?')
  const signed = verification.secretVersion !== null
  return {
    id,
    createdAt: idTime(id),
    workspaceId: key.workspaceId,
    apiKeyId: key.id,
    secretVersion: verification.secretVersion,
    mode: key.mode,
    currencyType: key.currencyType,
    method: request.method,
    path: queryStart < 0 ? request.url : request.url.slice(0, queryStart),
    query: queryStart < 0 ? '' : request.url.slice(queryStart + 1),
    status: refusal?.status ?? PASSED_ON,
    code: refusal?.code ?? null,
    durationMs: performance.now() - startedAt,
    ip: request.address,
    userAgent: singleHeader(request.rawHeaders, 'user-agent').value ?? null,
    requestHeaders: request.rawHeaders,
    requestBody: null,
    isBodyJson: false,
    responseHeaders: refusal ? { 'content-type': PROBLEM_TYPE, 'request-id': id } : {},
    responseBody: refusal
      ? JSON.stringify(problemBody(refusal, { publicUrl: config.publicUrl, requestId: id }))
      : null,
    idempotencyKey: singleHeader(request.rawHeaders, 'idempotency-key').value ?? null,
    transactionId: null,
    eventIds: [],
    diagnosis: diagnosisOf(refusal?.extra, signed),
  }
}
