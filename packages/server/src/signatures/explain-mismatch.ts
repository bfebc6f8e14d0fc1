import { createHmac } from 'node:crypto'
import type { VerificationKey } from '../keys/key-cache.ts'
import { MAX_AGE_SECONDS } from './nonces.ts'
import type { ParsedSignature } from './parse-signature.ts'
import { signatureBase, type RequestParts } from './signature-base.ts'

type Cause = { likely_cause: string; likely_cause_code: string }

type Mismatch = {
  key: VerificationKey
  signature: ParsedSignature
  parts: RequestParts
  authorities: ReadonlySet<string>
  nowMs: number
}

const HMAC_BYTES = 32
// Dozens of trials over a base of 12 KiB took 39 ms of the server, and strangers choose how long it is.
const BASE_CHARACTERS_EXPLAINED_MAX = 2048
const UNKNOWN: Cause = {
  likely_cause_code: 'unknown',
  likely_cause:
    'The secret is not the one of this key, or the request was changed after it was signed. Compare signature_base with the text that you sign.',
}

/**
 * Names the most likely reason why a signature does not match, by trying the usual mistakes: each trial is the
 * MAC that the mistake would have produced, compared with the one received. Runs only after a refusal.
 */
export function explainMismatch(mismatch: Mismatch): Cause {
  const { key, signature } = mismatch
  if (key.algorithm === 'ed25519') {
    if (signature.bytes.length === HMAC_BYTES)
      return say(
        'hmac-instead-of-ed25519',
        'The signature has the length of an HMAC; this key signs with Ed25519.',
      )
    return UNKNOWN
  }
  const base = signatureBase(signature, mismatch.parts)
  if (base.length > BASE_CHARACTERS_EXPLAINED_MAX) return UNKNOWN
  if (signature.bytes.length !== HMAC_BYTES) return explainLength(mismatch)
  for (const secret of key.secrets) {
    if (!secret.secret) continue
    const retired = secret.expiresAt !== null && secret.expiresAt <= mismatch.nowMs
    const matches = (bytes: Buffer, text: string) => mac(bytes, text).equals(signature.bytes)
    if (retired && matches(secret.secret, base))
      return say(
        'old-secret',
        `Signed with secret version ${secret.version}, whose overlap ended at ${new Date(secret.expiresAt as number).toISOString()}.`,
      )
    for (const [wrong, cause] of wrongSecrets(secret.secret)) if (matches(wrong, base)) return cause
    for (const [text, cause] of wrongBases(mismatch)) if (matches(secret.secret, text)) return cause
  }
  return UNKNOWN
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

function explainLength({ key, signature, parts }: Mismatch): Cause {
  const base = signatureBase(signature, parts)
  const text = signature.bytes.toString('latin1')
  for (const secret of key.secrets) {
    if (!secret.secret) continue
    const hex = mac(secret.secret, base).toString('hex')
    if (text.toLowerCase() === hex || signature.bytes.toString('base64').toLowerCase() === hex)
      return say(
        'hex-instead-of-base64',
        'The MAC was written in hex before it was put between the colons; it must be the base64 of its 32 bytes.',
      )
  }
  return say(
    'signature-length',
    `The signature has ${signature.bytes.length} bytes; an HMAC-SHA-256 has ${HMAC_BYTES}.`,
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

function* wrongBases({ signature, parts, authorities }: Mismatch): Generator<[string, Cause]> {
  const withParts = (changed: Partial<RequestParts>) => signatureBase(signature, { ...parts, ...changed })
  for (const authority of hostVariants(parts.authority, authorities))
    yield [
      withParts({ authority }),
      say(
        'proxy-changed-host',
        `The request was signed for ${authority} but arrived for ${parts.authority}: a proxy changed Host.`,
      ),
    ]
  for (const query of queryVariants(parts.query))
    yield [
      withParts({ query }),
      say(
        'query-changed',
        `The query was signed ${queryDifference(query, parts.query)}; it is signed as it stands in the request line, or as ? when there is none.`,
      ),
    ]
  yield [
    withParts({ path: parts.path + parts.query }),
    say('path-with-query', '@path was signed together with the query; it is the path alone.'),
  ]
  const trimmed = parts.path.replace(/\/+$/, '') || '/'
  for (const path of [trimmed, `${trimmed}/`, parts.path.replace(/^\/v1/, '') || '/', `/api${parts.path}`])
    if (path !== parts.path)
      yield [
        withParts({ path }),
        say('path-changed', `The path that was signed is ${path}; the one that arrived is ${parts.path}.`),
      ]
  yield [
    withParts({ method: parts.method.toLowerCase() }),
    say('method-case', 'The method was signed in lower case; it stands in the base as it is sent.'),
  ]
  const base = withParts({})
  yield [
    `${base}\n`,
    say('base-newline', 'The text that was signed ends with a newline; the last line of the base has none.'),
  ]
  yield [
    base.replaceAll('\n', '\r\n'),
    say('base-crlf', 'The lines of the text that was signed end with CRLF; they end with LF alone.'),
  ]
  const unquoted = base.replace(/^"([^"]+)": /gm, '$1: ')
  yield [unquoted, say('base-unquoted', 'The component names in the text that was signed lack their quotes.')]
}

function hostVariants(authority: string, authorities: ReadonlySet<string>): Set<string> {
  const bare = authority.replace(/:\d+$/, '')
  const variants = new Set([
    ...authorities,
    bare,
    `${bare}:80`,
    `${bare}:443`,
    `${authority}:443`,
    `${authority}:80`,
  ])
  variants.delete(authority)
  return variants
}

function queryVariants(query: string): Set<string> {
  const bare = query.slice(1)
  const pairs = bare === '' ? [] : bare.split('&')
  const variants = new Set([
    '',
    '?',
    bare,
    `?${[...pairs].sort().join('&')}`,
    `?${[...pairs].reverse().join('&')}`,
    `?${bare.replaceAll('+', '%20')}`,
    `?${bare.replaceAll('%20', '+')}`,
    `?${decode(bare)}`,
    `?${encodeURI(decode(bare))}`,
    `?${new URLSearchParams(bare).toString()}`,
  ])
  variants.delete(query)
  return variants
}

/** Says how they differ and not what they hold: this text is logged, and a query may carry a token. */
function queryDifference(signed: string, arrived: string): string {
  if (signed === '' || signed === '?') return 'as if there were none'
  if (!signed.startsWith('?')) return 'without its question mark'
  const sorted = (query: string) => query.slice(1).split('&').sort().join('&')
  return sorted(signed) === sorted(arrived)
    ? 'with its parameters in another order'
    : 'in another percent-encoding'
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function mac(secret: Buffer, text: string): Buffer {
  return createHmac('sha256', secret).update(text).digest()
}

function say(likely_cause_code: string, likely_cause: string): Cause {
  return { likely_cause, likely_cause_code }
}
