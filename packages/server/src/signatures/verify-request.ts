import type { IncomingMessage } from 'node:http'
import { isoTime, type Clock } from '../clock.ts'
import type { RawRequest } from '../http/raw-request.ts'
import { isAllowed } from '../keys/ip-allowlist.ts'
import type { VerificationKey } from '../keys/key-cache.ts'
import type { RateLimit, RateLimitFields } from '../keys/rate-limit.ts'
import { problem, type Problem } from '../problems.ts'
import { assertDigest } from './content-digest.ts'
import { explainForeignHost, explainMismatch, explainTime, otherAlgorithm } from './explain-mismatch.ts'
import type { FailureLimit } from './failure-limit.ts'
import { matchSecret } from './match-secret.ts'
import { MAX_AGE_SECONDS, MAX_AHEAD_SECONDS, type NonceStore } from './nonces.ts'
import type { ParsedSignature } from './parse-signature.ts'
import { readSignedRequest, type ReadRequest } from './signature-base.ts'
import type { Progress } from './steps.ts'

/**
 * @typeParam Message what arrives: Node's own request, or one that a service of the platform received and describes
 */
export type VerifierDeps<Message extends RawRequest = IncomingMessage> = {
  clock: Clock
  findKey(publicKey: string): VerificationKey | null | Promise<VerificationKey | null>
  nonces: Pick<NonceStore, 'claim'>
  failures: FailureLimit
  rateLimit: RateLimit
  /** The values of `@authority` that this verifier answers for. */
  authorities: ReadonlySet<string>
  /** `443` where the public address is https, else `80`. */
  defaultPort: string
  /** Whether nobody on the way could read the request: asked for keys that move real money. */
  isConfidential(request: Message): boolean
}

/** How far the verification of one request has come; whoever logs it reads what is known so far. */
export type Verification = Progress & {
  address: string
  read: ReadRequest | null
  key: VerificationKey | null
  /** Set once the signature holds. */
  secretVersion: number | null
}

export type RequestVerifier = ReturnType<typeof createRequestVerifier<IncomingMessage>>

/**
 * Verifies signed requests under the profile of DESIGN §6, cheapest check first, in two halves: what the
 * headers decide, before routing and before the body is read; then what needs the body or claims something.
 */
export function createRequestVerifier<Message extends RawRequest>(deps: VerifierDeps<Message>) {
  /**
   * Nonce → rate limit → IP → https, once the body is known to be the signed one. The nonce stays claimed even
   * when a later step refuses, so that an observed request cannot be sent again.
   * @returns the rate-limit fields for the answer; at once where nonces and counts are in this server's memory
   * @throws Problem
   */
  function admit(request: Message, verification: Verification): RateLimitFields | Promise<RateLimitFields> {
    const { key, read } = verification as Verified
    verification.step = 'nonce'
    const claim = deps.nonces.claim(key, read.signature.nonce, read.signature.created)
    return claim instanceof Promise
      ? claim.then((claimed) => enter(request, verification, claimed))
      : enter(request, verification, claim)
  }

  function enter(
    request: Message,
    verification: Verification,
    claimed: boolean,
  ): RateLimitFields | Promise<RateLimitFields> {
    if (!claimed) throw replayed()
    verification.step = 'connection'
    const { key, address } = verification as Verified
    const taken = deps.rateLimit.take(key)
    if (taken instanceof Promise)
      return taken.then((fields) => {
        assertReachable(deps, request, { key, address })
        return fields
      })
    assertReachable(deps, request, { key, address })
    return taken
  }

  return {
    admit,

    begin: (address: string): Verification => ({
      address,
      step: 'headers',
      signature: null,
      read: null,
      key: null,
      secretVersion: null,
    }),

    /**
     * Parse → shape → time → key → status → signature. Synchronous when the key is cached.
     * @throws Problem with a code of DESIGN §6; `verification` then holds what was known
     */
    verifyHeaders(request: Message, verification: Verification): void | Promise<void> {
      deps.failures.assertBelow(verification.address)
      const read = readSignedRequest(request, deps.defaultPort, verification)
      verification.read = read
      verification.step = 'time'
      assertFresh(read.signature, deps.clock.now())
      const found = deps.findKey(read.signature.keyId)
      if (found instanceof Promise) return found.then((key) => verifyWithKey(deps, verification, key))
      verifyWithKey(deps, verification, found)
    },

    /**
     * Digest → nonce → rate limit → IP → https. The nonce stays claimed even when a later step refuses, so that
     * an observed request cannot be sent again.
     * @returns the rate-limit fields for the answer; at once when the key is cached and the nonce store is in memory
     * @throws Problem
     */
    verifyBody(
      request: Message,
      verification: Verification,
      body: Buffer,
    ): RateLimitFields | Promise<RateLimitFields> {
      const { signature, parts, hasBody } = (verification as Verified).read
      verification.step = 'digest'
      if (signature.components.includes('content-digest'))
        assertDigest(parts.field('content-digest') as string, body)
      else if (body.length > 0) throw problem('digest-mismatch')
      if (!hasBody) return admit(request, verification)
      // A body may take 30 s to arrive: a request held open must not outlive its key's revocation or rotation.
      const latest = deps.findKey(signature.keyId)
      if (latest instanceof Promise)
        return latest.then((key) => {
          if (key !== verification.key) verifyWithKey(deps, verification, key)
          return admit(request, verification)
        })
      if (latest !== verification.key) verifyWithKey(deps, verification, latest)
      return admit(request, verification)
    },

    /** The members that every refusal of a signature carries: the server's time and how far the caller's is off. */
    diagnosis(verification: Verification): Record<string, unknown> {
      const nowMs = deps.clock.now()
      const created = verification.read?.signature.created
      return {
        server_time: isoTime(nowMs),
        skew_seconds: created === undefined ? null : created - Math.floor(nowMs / 1000),
      }
    },
  }
}

/**
 * Whether the key may be used from where the request came, and over what it came. After the nonce is claimed: what was
 * refused because the workspace is suspended does not pass when it no longer is.
 */
function assertReachable<Message extends RawRequest>(
  deps: Pick<VerifierDeps<Message>, 'isConfidential'>,
  request: Message,
  { key, address }: { key: VerificationKey; address: string },
): void {
  if (key.kind === 'workspace' && key.isSuspended) throw problem('workspace-suspended')
  if (!isAllowed(key.allowlist, address))
    throw problem('ip-not-allowed', {
      detail: `The key's IP allowlist does not hold ${address}.`,
      extra: cause('ip-not-allowed', `The request came from ${address}.`),
    })
  if (needsConfidence(key) && !deps.isConfidential(request)) throw problem('https-required')
}

/** A production key's requests move money, an operator key's open everybody's: neither travels in the clear. */
function needsConfidence(key: VerificationKey): boolean {
  return key.kind === 'operator' || key.mode === 'production'
}

type Deps = Pick<VerifierDeps, 'clock' | 'authorities'>

function verifyWithKey(deps: Deps, verification: Verification, key: VerificationKey | null): void {
  const { signature, base, parts } = verification.read as ReadRequest
  verification.step = 'key'
  if (!key)
    throw problem('key-unknown', {
      extra: cause('key-unknown', 'The public key was mistyped, cut short, or belongs to another server.'),
    })
  verification.key = key
  const nowMs = deps.clock.now()
  assertUsable(key, nowMs)
  verification.step = 'authority'
  if (!deps.authorities.has(parts.authority)) throw foreignAuthority(deps, verification, key)
  verification.step = 'algorithm'
  if (signature.alg !== null && signature.alg !== key.algorithm)
    throw problem('signature-invalid', {
      detail: `The key signs with ${key.algorithm}; the signature says ${JSON.stringify(signature.alg)}.`,
      extra: { ...otherAlgorithm(signature.alg, key), signature_base: base },
    })
  verification.step = 'signature'
  const version = matchSecret(key, { base, base64: signature.base64, nowMs })
  if (version === null)
    throw problem('signature-invalid', {
      extra: {
        ...explainMismatch({ key, signature, parts, authorities: deps.authorities, nowMs }),
        signature_base: base,
      },
    })
  verification.secretVersion = version
}

type Verified = Verification & { read: ReadRequest; key: VerificationKey }

function assertFresh(signature: ParsedSignature, nowMs: number): void {
  const now = Math.floor(nowMs / 1000)
  const tooOld = now - signature.created > MAX_AGE_SECONDS
  const tooEarly = signature.created - now > MAX_AHEAD_SECONDS
  const ended = signature.expires !== null && signature.expires < now
  if (tooOld || tooEarly || ended) throw problem('signature-expired', { extra: explainTime(signature, now) })
}

function assertUsable(key: VerificationKey, nowMs: number): void {
  if (key.revokedAt !== null)
    throw problem('key-revoked', {
      extra: cause('key-revoked', 'The key was deleted in the dashboard or by another key.'),
    })
  if (key.expiresAt !== null && key.expiresAt <= nowMs)
    throw problem('key-expired', {
      detail: `The key expired at ${new Date(key.expiresAt).toISOString()}.`,
      extra: cause('key-expired', 'The expiry chosen when the key was made has passed.'),
    })
  if (!key.enabled)
    throw problem('key-disabled', {
      extra: cause('key-disabled', 'The key was switched off in the dashboard.'),
    })
}

function foreignAuthority(deps: Deps, verification: Verification, key: VerificationKey): Problem {
  const { signature, parts, base } = verification.read as ReadRequest
  const mismatch = { key, signature, parts, authorities: deps.authorities, nowMs: deps.clock.now() }
  return problem('signature-invalid', {
    detail: `The request arrived for ${parts.authority}, which is not this server.`,
    extra: { ...explainForeignHost(mismatch), signature_base: base },
  })
}

function replayed(): Problem {
  return problem('signature-replayed', {
    extra: cause(
      'nonce-reused',
      'The same signed request was sent twice, or a nonce was used for two requests.',
    ),
  })
}

function cause(code: string, text: string): Record<string, string> {
  return { likely_cause: text, likely_cause_code: code }
}
