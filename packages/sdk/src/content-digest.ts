import { fromBase64 } from './base64.ts'
import { constantTimeEqual, digestOf, toBytes } from './web-crypto.ts'

/** The body is not the one that was signed. Refuse the request. */
export class DigestMismatchError extends Error {
  override name = 'DigestMismatchError'
}

const ALGORITHMS: Record<string, 'SHA-256' | 'SHA-512'> = { 'sha-256': 'SHA-256', 'sha-512': 'SHA-512' }
const MEMBER = /^([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/]*={0,2}):$/
const MEMBERS_MAX = 8

/**
 * Checks a body against a Content-Digest (RFC 9530), such as the `Countersign-Content-Digest` that a service behind
 * a proxy receives: every sha-256 and sha-512 in it must match, and at least one must be there.
 * @param body the raw bytes as they arrived, before any parsing; empty when there was none
 * @throws DigestMismatchError also when the header is missing or cannot be read
 */
export async function assertDigest(
  body: string | Uint8Array | ArrayBuffer | null | undefined,
  contentDigest: string | null | undefined,
): Promise<void> {
  if (typeof contentDigest !== 'string' || contentDigest === '')
    throw new DigestMismatchError('There is no digest to compare the body with.')
  const bytes = toBytes(body ?? '')
  const members = contentDigest.split(',')
  let known = 0
  for (const member of members) {
    const [, name = '', value = ''] = MEMBER.exec(member.trim()) ?? []
    if (name === '' || members.length > MEMBERS_MAX)
      throw new DigestMismatchError('The digest must read like sha-256=:<base64>:.')
    const algorithm = Object.hasOwn(ALGORITHMS, name) ? ALGORITHMS[name] : undefined
    if (!algorithm) continue
    known += 1
    const expected = fromBase64(value)
    if (!expected || !constantTimeEqual(expected, await digestOf(algorithm, bytes)))
      throw new DigestMismatchError(`The body does not have the ${name} digest that was signed.`)
  }
  if (known === 0) throw new DigestMismatchError('The digest must hold sha-256 or sha-512.')
}
