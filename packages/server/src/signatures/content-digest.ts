import { hash } from 'node:crypto'
import { problem } from '../problems.ts'

// One member of the dictionary: an algorithm's key and a byte sequence (RFC 9530 §2, RFC 8941 §3.3.5).
const MEMBER = /^([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/]*={0,2}):$/
const MEMBERS_MAX = 8
const ALGORITHMS: Record<string, string> = { 'sha-256': 'sha256', 'sha-512': 'sha512' }

/**
 * Checks the body's raw bytes against Content-Digest: at least one of sha-256 and sha-512 must be there, and
 * every one that is there must match. Other algorithms are passed over.
 * @throws Problem `digest-mismatch`
 */
export function assertDigest(contentDigest: string, body: Buffer): void {
  const members = contentDigest.split(',')
  const seen = new Set<string>()
  let known = 0
  for (const member of members.slice(0, MEMBERS_MAX)) {
    const [, name, value] = MEMBER.exec(member.trim()) ?? []
    if (name === undefined || value === undefined)
      throw mismatch('Content-Digest must read like sha-256=:<base64>:.', 'digest-unreadable')
    if (seen.has(name)) throw mismatch(`Content-Digest names ${name} twice.`, 'digest-unreadable')
    seen.add(name)
    const algorithm = ALGORITHMS[name]
    if (!algorithm) continue
    known += 1
    if (hash(algorithm, body, 'base64') !== value)
      throw mismatch(
        `The body that arrived (${body.length} bytes) does not have the ${name} digest that was signed.`,
        'body-changed',
      )
  }
  if (members.length > MEMBERS_MAX || known === 0)
    throw mismatch('Content-Digest must hold a sha-256 or sha-512 digest.', 'digest-unreadable')
}

function mismatch(detail: string, cause: 'digest-unreadable' | 'body-changed') {
  const likelyCause =
    cause === 'body-changed'
      ? 'The body was serialised again, or changed on the way, after its digest was computed.'
      : 'The Content-Digest header was written by hand or by a library that does not follow RFC 9530.'
  return problem('digest-mismatch', {
    detail,
    extra: { likely_cause: likelyCause, likely_cause_code: cause },
  })
}
