import { verify as verifyEd25519 } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Clock } from '../clock.ts'
import { isConfidential } from '../http/client-address.ts'
import { isAllowed } from '../keys/ip-allowlist.ts'
import type { VerificationKey } from '../keys/key-cache.ts'
import type { RateLimit, RateLimitFields } from '../keys/rate-limit.ts'
import { verifyHmac } from '../message-authentication.ts'
import { problem, type Problem } from '../problems.ts'
import type { BlockList } from 'node:net'
import { assertDigest } from './content-digest.ts'
import { explainMismatch, explainTime } from './explain-mismatch.ts'
import type { FailureLimit } from './failure-limit.ts'
import { MAX_AGE_SECONDS, MAX_AHEAD_SECONDS, type NonceStore } from './nonces.ts'
import type { ParsedSignature } from './parse-signature.ts'
import { readSignedRequest, type ReadRequest } from './signature-base.ts'

export type VerifierDeps = {
  clock: Clock
  findKey(publicKey: string): VerificationKey | null | Promise<VerificationKey | null>
  nonces: Pick<NonceStore, 'claim'>
  failures: FailureLimit
  rateLimit: RateLimit
  /** The values of `@authority` that are this server's own. */
  authorities: ReadonlySet<string>
  /** `443` where the public address is https, else `80`. */
  defaultPort: string
  trustProxy: BlockList | null
}

/** How far the verification of one request has come; whoever logs it reads what is known so far. */
export type Verification = {
  address: string
  /** As the signature names it, whether or not there is such a key. */
  keyId: string | null
  read: ReadRequest | null
  key: VerificationKey | null
  /** Set once the signature holds. */
  secretVersion: number | null
}

export type RequestVerifier = ReturnType<typeof createRequestVerifier>

/**
 * Verifies signed requests under the profile of DESIGN §6, cheapest check first, in two halves: what the
 * headers decide, before routing and before the body is read; then what needs the body or claims something.
 */
export function createRequestVerifier(deps: VerifierDeps) {
  return {
    begin: (address: string): Verification => ({
      address,
      keyId: null,
      read: null,
      key: null,
      secretVersion: null,
    }),

    /**
     * Parse → shape → time → key → status → signature. Synchronous when the key is cached.
     * @throws Problem with a code of DESIGN §6; `verification` then holds what was known
     */
    verifyHeaders(request: IncomingMessage, verification: Verification): void | Promise<void> {
      deps.failures.assertBelow(verification.address)
      const read = readSignedRequest(request, deps.defaultPort, verification)
      verification.read = read
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
      request: IncomingMessage,
      verification: Verification,
      body: Buffer,
    ): RateLimitFields | Promise<RateLimitFields> {
      const { signature, parts, hasBody } = (verification as Verified).read
      if (signature.components.includes('content-digest'))
        assertDigest(parts.field('content-digest') as string, body)
      else if (body.length > 0) throw problem('digest-mismatch')
      if (!hasBody) return claimAndAdmit(deps, request, verification)
      // A body may take 30 s to arrive: a request held open must not outlive its key's revocation or rotation.
      const latest = deps.findKey(signature.keyId)
      if (latest instanceof Promise)
        return latest.then((key) => {
          if (key !== verification.key) verifyWithKey(deps, verification, key)
          return claimAndAdmit(deps, request, verification)
        })
      if (latest !== verification.key) verifyWithKey(deps, verification, latest)
      return claimAndAdmit(deps, request, verification)
    },

    /** The members that every refusal of a signature carries: the server's time and how far the caller's is off. */
    diagnosis(verification: Verification): Record<string, unknown> {
      const nowMs = deps.clock.now()
      const created = verification.read?.signature.created
      return {
        server_time: new Date(nowMs).toISOString(),
        skew_seconds: created === undefined ? null : created - Math.floor(nowMs / 1000),
      }
    },
  }
}

/** Nonce → rate limit → IP → https. Synchronous where nonces and counts are in this server's memory. */
function claimAndAdmit(
  deps: VerifierDeps,
  request: IncomingMessage,
  verification: Verification,
): RateLimitFields | Promise<RateLimitFields> {
  const { key, read } = verification as Verified
  const claim = deps.nonces.claim(key, read.signature.nonce, read.signature.created)
  const admit = (claimed: boolean): RateLimitFields | Promise<RateLimitFields> => {
    if (!claimed) throw replayed()
    const taken = deps.rateLimit.take(key)
    if (taken instanceof Promise)
      return taken.then((fields) => {
        assertReachable(deps, request, { key, address: verification.address })
        return fields
      })
    assertReachable(deps, request, { key, address: verification.address })
    return taken
  }
  return claim instanceof Promise ? claim.then(admit) : admit(claim)
}

/** Whether the key may be used from where the request came, and over what it came. */
function assertReachable(
  deps: VerifierDeps,
  request: IncomingMessage,
  { key, address }: { key: VerificationKey; address: string },
): void {
  if (!isAllowed(key.allowlist, address))
    throw problem('ip-not-allowed', {
      detail: `The key's IP allowlist does not hold ${address}.`,
      extra: cause('ip-not-allowed', `The request came from ${address}.`),
    })
  if (key.mode === 'production' && !isConfidential(request, deps.trustProxy)) throw problem('https-required')
}

function verifyWithKey(deps: VerifierDeps, verification: Verification, key: VerificationKey | null): void {
  const { signature, base, parts } = verification.read as ReadRequest
  if (!key)
    throw problem('key-unknown', {
      extra: cause('key-unknown', 'The public key was mistyped, cut short, or belongs to another server.'),
    })
  verification.key = key
  const nowMs = deps.clock.now()
  assertUsable(key, nowMs)
  if (!deps.authorities.has(parts.authority)) throw foreignAuthority(deps, verification)
  if (signature.alg !== null && signature.alg !== key.algorithm)
    throw problem('signature-invalid', {
      detail: `The key signs with ${key.algorithm}; the signature says ${JSON.stringify(signature.alg)}.`,
      extra: {
        ...cause('other-algorithm', 'alg names another algorithm than the key has.'),
        signature_base: base,
      },
    })
  const version = matchSecret(key, { base, bytes: signature.bytes, nowMs })
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

/** Two secrets are live during a rotation; either may have signed. */
export function matchSecret(
  key: VerificationKey,
  { base, bytes, nowMs }: { base: string; bytes: Buffer; nowMs: number },
): number | null {
  for (const secret of key.secrets) {
    if (secret.expiresAt !== null && secret.expiresAt <= nowMs) continue
    if (secret.hmac && verifyHmac(secret.hmac, base, bytes)) return secret.version
    if (
      secret.ed25519 &&
      bytes.length === 64 &&
      verifyEd25519(null, Buffer.from(base), secret.ed25519, bytes)
    )
      return secret.version
  }
  return null
}

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

function foreignAuthority(deps: VerifierDeps, verification: Verification): Problem {
  const { parts, base } = verification.read as ReadRequest
  const [own] = deps.authorities
  return problem('signature-invalid', {
    detail: `The request was signed for ${parts.authority}, which is not this server.`,
    extra: {
      ...cause(
        'foreign-authority',
        `The Host header is not ${own}: a proxy changed it, or another server was meant.`,
      ),
      signature_base: base,
    },
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
