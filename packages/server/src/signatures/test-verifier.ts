import type { IncomingMessage } from 'node:http'
import type { Clock } from '../clock.ts'
import { createRateLimit } from '../keys/rate-limit.ts'
import { ed25519KeyObject, type WorkspaceKey } from '../keys/key-cache.ts'
import { hmacKey } from '../message-authentication.ts'
import { createFailureLimit } from './failure-limit.ts'
import type { NonceFloor } from './nonce-floor.ts'
import { createNonceStore } from './nonces.ts'
import { createRequestVerifier } from './verify-request.ts'

/** A request as the conformance data writes it. */
export type RawRequest = {
  method: string
  target: string
  headers: [string, string][]
  body_base64: string | null
}

/** What Node's parser would make of a raw request: `headers` joined or dropped as Node does, `rawHeaders` whole. */
export function incomingMessage(request: RawRequest): IncomingMessage {
  const headers: Record<string, string> = {}
  for (const [name, value] of request.headers) headers[name.toLowerCase()] ??= value.trim()
  return {
    method: request.method,
    url: request.target,
    httpVersion: '1.1',
    headers,
    rawHeaders: request.headers.flat(),
    socket: { remoteAddress: '203.0.113.7', localAddress: '10.0.0.1', encrypted: true },
  } as unknown as IncomingMessage
}

/** A key for the verifier, without a database. */
export function verificationKey(
  key: Pick<WorkspaceKey, 'publicKey'> & {
    secrets?: readonly { secret: string; expiresAt?: number | null }[]
    ed25519PublicKey?: Buffer | null
  } & Partial<Omit<WorkspaceKey, 'secrets'>>,
): WorkspaceKey {
  const { secrets = [], ed25519PublicKey = null, ...rest } = key
  const pairs = ed25519PublicKey
    ? [{ version: 1, expiresAt: null, secret: null, hmac: null, ed25519: ed25519KeyObject(ed25519PublicKey) }]
    : secrets.map(({ secret, expiresAt = null }, index) => ({
        version: secrets.length - index,
        expiresAt,
        secret: Buffer.from(secret),
        hmac: hmacKey(Buffer.from(secret)),
        ed25519: null,
      }))
  return {
    kind: 'workspace',
    id: `key_${key.publicKey}`,
    workspaceId: 'wks_test',
    isSuspended: false,
    name: 'test',
    mode: 'test',
    currencyType: 'fiat',
    algorithm: ed25519PublicKey ? 'ed25519' : 'hmac-sha256',
    enabled: true,
    expiresAt: null,
    revokedAt: null,
    scopes: new Set(),
    allowlist: null,
    rateLimitPerMinute: 1_000_000,
    ...rest,
    secrets: pairs,
  }
}

type TestVerifierDeps = {
  clock: Clock
  keys: readonly WorkspaceKey[]
  authorities: ReadonlySet<string>
}

/** The real verifier over keys in a map, with a floor that never holds anything back. */
export function testVerifier(deps: TestVerifierDeps) {
  const verify = testVerification(deps)
  return async (request: RawRequest) =>
    verify(incomingMessage(request), Buffer.from(request.body_base64 ?? '', 'base64'))
}

/** The same for a message as Node's parser made it; for benches, as directly as the server calls it. */
export function testVerification(deps: TestVerifierDeps) {
  const byPublicKey = new Map(deps.keys.map((key) => [key.publicKey, key]))
  const floor: NonceFloor = {
    earlyNonces: [],
    admit: () => {},
    reopen: async () => [],
    close: async () => {},
  }
  const verifier = createRequestVerifier({
    clock: deps.clock,
    findKey: (publicKey) => byPublicKey.get(publicKey) ?? null,
    nonces: createNonceStore({ clock: deps.clock, floor }),
    failures: createFailureLimit({ clock: deps.clock, failuresPerMinute: 1_000_000 }),
    rateLimit: createRateLimit({ clock: deps.clock }),
    authorities: deps.authorities,
    defaultPort: '443',
    isConfidential: () => true,
  })
  return (message: IncomingMessage, body: Buffer) => {
    const verification = verifier.begin('203.0.113.7')
    void verifier.verifyHeaders(message, verification)
    const done = verifier.verifyBody(message, verification, body)
    return done instanceof Promise ? done.then(() => verification) : verification
  }
}
