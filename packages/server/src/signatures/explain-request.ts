import type { IncomingMessage } from 'node:http'
import type { VerificationKey, WorkspaceKey } from '../keys/key-cache.ts'
import { Problem } from '../problems.ts'
import type { Cause } from './causes.ts'
import { assertDigest } from './content-digest.ts'
import {
  explainForeignHost,
  explainMismatch,
  explainOtherKey,
  explainTime,
  explainUnreadable,
  otherAlgorithm,
} from './explain-mismatch.ts'
import { matchSecret } from './match-secret.ts'
import { MAX_AGE_SECONDS, MAX_AHEAD_SECONDS } from './nonces.ts'
import type { Mismatch } from './wrong-bases.ts'
import { readSignedRequest, type ReadRequest } from './signature-base.ts'

/** What was sent, as somebody copied it from a log. */
export type SentRequest = {
  method: string
  target: string
  headers: readonly { name: string; value: string }[]
  /** Absent: the body is not known and its digest is not checked. */
  body?: string | undefined
}

export type ExplainDeps = {
  findKey(publicKey: string): VerificationKey | null | Promise<VerificationKey | null>
  /** The workspace's newest keys, as many as are worth a MAC each. */
  otherKeys(workspaceId: string): Promise<WorkspaceKey[]>
  authorities: ReadonlySet<string>
  defaultPort: string
}

export type Finding = {
  code: string
  detail: string
  likely_cause: string
  likely_cause_code: string
  remedy: string | null
}

/**
 * Says what the verifier would find in a request, without letting it do anything: no nonce is claimed, nothing is
 * counted or logged. A key of another workspace is answered like one that does not exist.
 */
export async function explainRequest(
  deps: ExplainDeps,
  { workspaceId, sent, receivedAtMs }: { workspaceId: string; sent: SentRequest; receivedAtMs: number },
): Promise<{ findings: Finding[]; signature_base: string | null; api_key_id: string | null }> {
  const findings: Finding[] = []
  let read: ReadRequest
  try {
    read = readSignedRequest(asMessage(sent), deps.defaultPort)
  } catch (error) {
    const value = sent.headers.find(({ name }) => name.toLowerCase() === 'signature')?.value ?? ''
    findings.push(finding(error, explainUnreadable(value)))
    return { findings, signature_base: null, api_key_id: null }
  }
  const { signature, base, parts } = read
  const time = timeFault(read, Math.floor(receivedAtMs / 1000))
  if (time) findings.push({ code: 'signature-expired', detail: time.likely_cause, ...time })

  const found = await deps.findKey(signature.keyId)
  const key = found?.kind === 'workspace' && found.workspaceId === workspaceId ? found : null
  if (!key) findings.push(plain('key-unknown', 'This workspace has no key with this Public Key.'))
  else {
    const status = statusFault(key, receivedAtMs)
    if (status) findings.push(status)
    findings.push(
      ...(await signatureFaults(deps, {
        key,
        signature,
        parts,
        authorities: deps.authorities,
        nowMs: receivedAtMs,
        base,
      })),
    )
  }
  if (sent.body !== undefined && signature.components.includes('content-digest'))
    try {
      assertDigest(parts.field('content-digest') as string, Buffer.from(sent.body))
    } catch (error) {
      findings.push(finding(error, null))
    }
  return { findings, signature_base: base, api_key_id: key?.id ?? null }
}

/** What of host, algorithm and signature is wrong: every fault that can be told apart, not the first alone. */
async function signatureFaults(
  deps: ExplainDeps,
  { base, ...mismatch }: Mismatch & { base: string; key: WorkspaceKey },
): Promise<Finding[]> {
  const { key, signature, parts } = mismatch
  const faults: Finding[] = []
  const add = (told: Cause) => faults.push({ code: 'signature-invalid', detail: told.likely_cause, ...told })
  const isForeign = !deps.authorities.has(parts.authority)
  if (isForeign) add(explainForeignHost(mismatch))
  if (isForeign && faults[0]?.likely_cause_code !== 'foreign-authority') return faults
  if (signature.alg !== null && signature.alg !== key.algorithm) add(otherAlgorithm(signature.alg, key))
  if (matchSecret(key, { base, base64: signature.base64, nowMs: mismatch.nowMs }) !== null) return faults
  const first = explainMismatch(mismatch)
  const others = first.likely_cause_code === 'unknown' ? await deps.otherKeys(key.workspaceId) : []
  const told = explainOtherKey(
    mismatch,
    others.filter((other) => other.id !== key.id),
  )
  // A request for another server is signed for it as well: nothing more is known of its secret.
  if (told) add(told)
  else if (!isForeign || first.likely_cause_code !== 'unknown') add(first)
  return faults
}

function asMessage({ method, target, headers, body }: SentRequest): IncomingMessage {
  const joined: Record<string, string> = {}
  for (const { name, value } of headers) joined[name.toLowerCase()] ??= value
  if (body) joined['content-length'] ??= String(Buffer.byteLength(body))
  // The reader looks at nothing else of a message.
  return {
    method,
    url: target,
    headers: joined,
    rawHeaders: headers.flatMap(({ name, value }) => [name, value]),
  } as unknown as IncomingMessage
}

function timeFault({ signature }: ReadRequest, receivedAt: number) {
  const age = receivedAt - signature.created
  const isFresh =
    age <= MAX_AGE_SECONDS && -age <= MAX_AHEAD_SECONDS && (signature.expires ?? Infinity) >= receivedAt
  return isFresh ? null : explainTime(signature, receivedAt)
}

function statusFault(key: VerificationKey, nowMs: number): Finding | null {
  if (key.revokedAt !== null) return plain('key-revoked', 'The key was deleted.')
  if (key.expiresAt !== null && key.expiresAt <= nowMs) return plain('key-expired', 'The key has expired.')
  return key.enabled ? null : plain('key-disabled', 'The key is switched off.')
}

function plain(code: string, detail: string, causeCode = code): Finding {
  return { code, detail, likely_cause: detail, likely_cause_code: causeCode, remedy: null }
}

/** @throws what is no problem of the request */
function finding(error: unknown, told: Partial<Finding> | null): Finding {
  if (!(error instanceof Problem)) throw error
  return { ...plain(error.code, error.detail), ...(error.extra as Partial<Finding>), ...told }
}
