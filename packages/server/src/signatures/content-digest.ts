import { hash } from 'node:crypto'
import { isDeeperThan } from '../http/nesting.ts'
import { problem } from '../problems.ts'
import { cause, type Cause } from './causes.ts'

// One member of the dictionary: an algorithm's key and a byte sequence (RFC 9530 §2, RFC 8941 §3.3.5).
const MEMBER = /^([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/]*={0,2}):$/
// What nearly every client sends.
const PLAIN = /^sha-256=:([A-Za-z0-9+/]{43}=):$/
const MEMBERS_MAX = 8
const BODY_BYTES_EXPLAINED_MAX = 16 * 1024
// Indented, 6 KiB of brackets in brackets became 300 MB and took 1.5 s, before any limit of the key was asked.
const BODY_NESTING_EXPLAINED_MAX = 16
const UNREADABLE = cause(
  'digest-unreadable',
  'The Content-Digest header was written by hand or by a library that does not follow RFC 9530.',
)
const BODY_CHANGED = cause(
  'body-changed',
  'The body was serialised again, or changed on the way, after its digest was computed.',
)
const ALGORITHMS = { 'sha-256': 'sha256', 'sha-512': 'sha512' } as const

export type DigestAlgorithm = 'sha-256' | 'sha-512'

/**
 * Checks the body's raw bytes against Content-Digest: at least one of sha-256 and sha-512 must be there, and
 * every one that is there must match. Other algorithms are passed over.
 * @throws Problem `digest-mismatch`
 */
export function assertDigest(contentDigest: string, body: Buffer): void {
  // Where this says no, the long way says why.
  if (PLAIN.test(contentDigest) && hash('sha256', body, 'base64') === contentDigest.slice(9, -1)) return
  for (const [name, value] of readContentDigest(contentDigest))
    if (hash(ALGORITHMS[name], body, 'base64') !== value)
      throw mismatch(
        `The body that arrived (${body.length} bytes) does not have the ${name} digest that was signed.`,
        explainDigest(ALGORITHMS[name], { body, value }),
      )
}

/**
 * The digests that Content-Digest holds and that this server can compute, in base64; at least one.
 * @throws Problem `digest-mismatch`
 */
export function readContentDigest(contentDigest: string): [DigestAlgorithm, string][] {
  const members = contentDigest.split(',')
  const seen = new Set<string>()
  const known: [DigestAlgorithm, string][] = []
  for (const member of members.slice(0, MEMBERS_MAX)) {
    const [, name, value] = MEMBER.exec(member.trim()) ?? []
    if (name === undefined || value === undefined)
      throw mismatch('Content-Digest must read like sha-256=:<base64>:.', UNREADABLE)
    if (seen.has(name)) throw mismatch(`Content-Digest names ${name} twice.`, UNREADABLE)
    seen.add(name)
    if (Object.hasOwn(ALGORITHMS, name)) known.push([name as DigestAlgorithm, value])
  }
  if (members.length > MEMBERS_MAX || known.length === 0)
    throw mismatch('Content-Digest must hold a sha-256 or sha-512 digest.', UNREADABLE)
  return known
}

/** The refusal of a body that another server received, of which only the digest is known. */
export function foreignBodyMismatch(detail: string) {
  return mismatch(detail, BODY_CHANGED)
}

function mismatch(detail: string, extra: Cause) {
  return problem('digest-mismatch', { detail, extra })
}

/** Which body, or which writing of it, the digest is of. Runs after the signature has been found right. */
function explainDigest(algorithm: string, { body, value }: { body: Buffer; value: string }): Cause {
  const is = (text: string | Buffer) => hash(algorithm, text, 'base64') === value
  if (body.length <= BODY_BYTES_EXPLAINED_MAX) {
    if (Buffer.from(hash(algorithm, body, 'hex')).toString('base64') === value)
      return cause('digest-in-hex', 'The digest was written in hex before it was put into base64.')
    if (is('')) return cause('digest-of-nothing', 'The digest is that of an empty body.')
    if (otherWritings(body.toString()).some(is))
      return cause(
        'body-reserialised',
        'The same JSON was digested with other white space: it was serialised twice.',
      )
  }
  return BODY_CHANGED
}

/** The same JSON as the usual libraries write it. */
function otherWritings(text: string): string[] {
  const trimmed = text.trim()
  const writings = [trimmed, `${trimmed}\n`, `${trimmed}\r\n`]
  try {
    const value: unknown = JSON.parse(text)
    if (isDeeperThan(value, BODY_NESTING_EXPLAINED_MAX)) return writings
    const compact = JSON.stringify(value)
    // Python's json.dumps puts a space after each colon and comma.
    const spaced = JSON.stringify(value, null, 1)
      .replace(/\n */g, ' ')
      .replace(/([[{]) | ([\]}])/g, '$1$2')
    for (const one of [
      compact,
      spaced,
      JSON.stringify(value, null, 2),
      JSON.stringify(value, null, 4),
      JSON.stringify(value, null, '\t'),
    ])
      writings.push(one, `${one}\n`)
  } catch {
    // Not JSON: only its ends can have been changed.
  }
  return writings
}
