import type { VerificationKey, WorkspaceKey } from '../keys/key-cache.ts'
import { hmacKey, hmacSha256, verifyHmac, type HmacKey } from '../message-authentication.ts'
import { cause as say, type Cause } from './causes.ts'
import { matchSecret } from './match-secret.ts'
import { MAX_AGE_SECONDS } from './nonces.ts'
import type { ParsedSignature } from './parse-signature.ts'
import { signatureBase } from './signature-base.ts'
import { changedHost, wrongBases, type Mismatch } from './wrong-bases.ts'

const HMAC_BYTES = 32
// A refusal buys at most so many MACs, whatever was sent: measured 0.2 ms of the server for a plain GET, and 1 ms for
// the longest base that is explained under ten secrets (bench/secret-timing.ts).
const TRIALS_MAX = 160
const RETIRED_MAX = 8
// A server has one public name; on loopback the three names of this machine are one.
const OWN_NAMES_TRIED_MAX = 4
// Dozens of trials over a base of 12 KiB took 39 ms of the server, and strangers choose how long it is.
const BASE_CHARACTERS_EXPLAINED_MAX = 2048
const IS_ASCII = /^[\0-\x7f]*$/
const UNKNOWN = say(
  'unknown',
  'The secret is not the one of this key, or the request was changed after it was signed.',
)

/**
 * Names the most likely reason why a signature does not match, by trying the usual mistakes: each trial is the
 * MAC that the mistake would have produced, compared with the one received. Runs only after a refusal.
 */
export function explainMismatch(mismatch: Mismatch): Cause {
  const { key, signature } = mismatch
  if (key.algorithm === 'ed25519') {
    if (bytesOf(signature).length === HMAC_BYTES)
      return say(
        'hmac-instead-of-ed25519',
        'The signature has the length of an HMAC; this key signs with Ed25519.',
      )
    return UNKNOWN
  }
  const base = signatureBase(signature, mismatch.parts)
  if (base.length > BASE_CHARACTERS_EXPLAINED_MAX) return UNKNOWN
  if (bytesOf(signature).length !== HMAC_BYTES) return explainLength(mismatch)
  let trials = 0
  // Each trial is all or nothing: a MAC under a secret that is wrong in one character agrees as little as any.
  const matches = (secret: HmacKey, text: string) =>
    (trials += 1) <= TRIALS_MAX && verifyHmac(secret, asBytes(text), signature.base64)
  const [live, retired] = secretsOf(mismatch)
  for (const { hmac, version, expiresAt } of retired)
    if (matches(hmac, base))
      return say(
        'old-secret',
        `Signed with secret version ${version}, whose overlap ended at ${new Date(expiresAt as number).toISOString()}.`,
      )
  for (const { secret } of live)
    for (const [wrong, cause] of wrongSecrets(secret)) if (matches(hmacKey(wrong), base)) return cause
  for (const [text, cause] of wrongBases(mismatch))
    for (const { hmac } of live) if (matches(hmac, text)) return cause
  return UNKNOWN
}

/**
 * Why a request names a host that is not ours: the signature is right for one of our own names where a proxy put
 * another into Host, which is the commonest fault of all. Costs as many verifications as there are names.
 */
export function explainForeignHost({ key, signature, parts, authorities, nowMs }: Mismatch): Cause {
  const own = [...authorities].slice(0, OWN_NAMES_TRIED_MAX)
  for (const authority of own) {
    const base = signatureBase(signature, { ...parts, authority })
    if (base.length > BASE_CHARACTERS_EXPLAINED_MAX) break
    if (matchSecret(key, { base, base64: signature.base64, nowMs }) !== null)
      return changedHost(authority, parts.authority)
  }
  return say(
    'foreign-authority',
    `The Host header is not ${own[0]}: the request was signed for another server, or by a mistake that hides which.`,
  )
}

/** What alg says is not what the key does. */
export function otherAlgorithm(alg: string, key: VerificationKey): Cause {
  return say('other-algorithm', `alg says ${JSON.stringify(alg)}; the key signs with ${key.algorithm}.`)
}

/** Whether the signature is right for another key: asked only for a member of the workspace that owns both. */
export function explainOtherKey(
  mismatch: Mismatch & { key: WorkspaceKey },
  others: readonly WorkspaceKey[],
): Cause | null {
  const base = signatureBase(mismatch.signature, mismatch.parts)
  if (base.length > BASE_CHARACTERS_EXPLAINED_MAX || bytesOf(mismatch.signature).length !== HMAC_BYTES)
    return null
  for (const other of others) {
    const [live] = secretsOf({ key: other, nowMs: mismatch.nowMs })
    if (!live.some(({ hmac }) => verifyHmac(hmac, base, mismatch.signature.base64))) continue
    return other.mode === mismatch.key.mode
      ? say('another-keys-secret', `Signed with the secret of ${other.publicKey} (${other.name}).`)
      : say('wrong-mode-secret', `Signed with the secret of ${other.publicKey}, a key of ${other.mode}.`)
  }
  return null
}

type HeldSecret = { secret: Buffer; hmac: HmacKey; version: number; expiresAt: number | null }

/** The secrets that verify now, and the newest of those that no longer do. */
function secretsOf({ key, nowMs }: Pick<Mismatch, 'key' | 'nowMs'>): [HeldSecret[], HeldSecret[]] {
  const held = key.secrets.filter(
    (one): one is typeof one & HeldSecret => one.secret !== null && one.hmac !== null,
  )
  const isLive = ({ expiresAt }: HeldSecret) => expiresAt === null || expiresAt > nowMs
  return [held.filter(isLive), held.filter((one) => !isLive(one)).slice(0, RETIRED_MAX)]
}

/**
 * What is wrong with a Signature header that cannot be read, where that is told from the header alone.
 * @param signature the header's value
 */
export function explainUnreadable(signature: string): Cause | null {
  const [, value = ''] = /=:([^:]*):/.exec(signature) ?? []
  if (/^[A-Za-z0-9_-]*[_-][A-Za-z0-9_-]*={0,2}$/.test(value))
    return say('base64url-instead-of-base64', 'The signature is written in base64url: it holds - or _.')
  if (/^[A-Za-z0-9+/]+$/.test(value) && value.length % 4 !== 0)
    return say('base64-unpadded', 'The base64 of the signature lacks its padding.')
  return null
}

/** Why a signature is outside its window: old, ahead or ended. */
export function explainTime(signature: ParsedSignature, nowSeconds: number): Cause {
  const age = nowSeconds - signature.created
  if (age > 1_000_000_000 || age < -1_000_000_000)
    return say('created-unit', 'created is not in seconds since 1970; some libraries give milliseconds.')
  if (age > MAX_AGE_SECONDS)
    return say(
      'clock-behind',
      `The clock that signed is ${age} s behind, or the request waited that long before it was sent.`,
    )
  if (age < 0) return say('clock-ahead', `The clock that signed is ${-age} s ahead of the server's.`)
  return say('expires-passed', 'The signature itself says with expires that it ended.')
}

function explainLength({ key, signature, parts, nowMs }: Mismatch): Cause {
  const base = signatureBase(signature, parts)
  const bytes = bytesOf(signature)
  const text = bytes.toString('latin1')
  for (const { hmac } of secretsOf({ key, nowMs })[0]) {
    const hex = Buffer.from(hmacSha256(hmac, base), 'base64').toString('hex')
    if (text.toLowerCase() === hex || signature.base64.toLowerCase() === hex)
      return say(
        'hex-instead-of-base64',
        'The MAC was written in hex before it was put between the colons; it must be the base64 of its 32 bytes.',
      )
  }
  return say(
    'signature-length',
    `The signature has ${bytes.length} bytes; an HMAC-SHA-256 has ${HMAC_BYTES}.`,
  )
}

function* wrongSecrets(secret: Buffer): Generator<[Buffer, Cause]> {
  const text = secret.toString('latin1')
  yield [
    Buffer.from(`${text}\n`),
    say('secret-newline', 'The secret was used with a newline at its end: trim what is read from a file.'),
  ]
  yield [
    Buffer.from(`${text}\r\n`),
    say('secret-newline', 'The secret was used with a line break at its end: trim what is read from a file.'),
  ]
  yield [
    Buffer.from(`"${text}"`),
    say('secret-quotes', 'The secret was used with quotes around it: the .env reader kept them.'),
  ]
  yield [
    Buffer.from(text, 'base64'),
    say(
      'secret-decoded',
      'The secret was base64-decoded before use; the key is the text itself, all of sk_….',
    ),
  ]
  const bare = text.slice(text.lastIndexOf('_') + 1)
  yield [
    Buffer.from(bare),
    say(
      'secret-prefix-cut',
      'The secret was used without its prefix; the key is the text itself, all of sk_….',
    ),
  ]
  yield [
    Buffer.from(bare, 'base64'),
    say(
      'secret-decoded',
      'The secret was cut and base64-decoded before use; the key is the text itself, all of sk_….',
    ),
  ]
}

function bytesOf({ base64 }: ParsedSignature): Buffer {
  return Buffer.from(base64, 'base64')
}

/** A query that was decoded may hold any character; it was signed as UTF-8. */
function asBytes(text: string): string {
  return IS_ASCII.test(text) ? text : Buffer.from(text).toString('latin1')
}
