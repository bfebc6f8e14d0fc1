import { hash, sign, type KeyObject } from 'node:crypto'
import { parseAcceptSignature, RECEIPT_TAG } from './accept-signature.ts'
import { componentValue, type ReadRequest } from './signature-base.ts'

export type ReceiptInput = {
  /** The value of Accept-Signature. */
  accept: string
  request: Pick<ReadRequest, 'signature' | 'parts'>
  status: number
  /** The very bytes of the answer. */
  body: string | Buffer
  createdSeconds: number
  signer: { kid: string; privateKey: KeyObject }
}

/** The header fields that make an answer a receipt. */
export type ReceiptHeaders = { 'content-digest': string; 'signature-input': string; signature: string }

/**
 * Signs an answer for whoever asked: over its status and body, and over every component that the request's own
 * signature covers, and that signature (RFC 9421 §2.4). So it says what was answered to what, and to nothing else.
 * @returns null where Accept-Signature asks for something else
 */
export function signReceipt({
  accept,
  request: { signature, parts },
  status,
  body,
  createdSeconds,
  signer,
}: ReceiptInput): ReceiptHeaders | null {
  const contentDigest = `sha-256=:${hash('sha256', body, 'base64')}:`
  const lines: [component: string, value: string][] = [
    ['"@status"', String(status)],
    ['"content-digest"', contentDigest],
  ]
  for (const name of signature.components) lines.push([`"${name}";req`, componentValue(name, parts)])
  lines.push([`"signature";req;key="${signature.label}"`, `:${signature.base64}:`])

  const covered = lines.map(([component]) => component)
  const asked = parseAcceptSignature(accept, { covered: new Set(covered), keyId: signer.kid })
  if (!asked) return null
  const nonce = asked.nonceText === null ? '' : `;nonce=${asked.nonceText}`
  const params = `(${covered.join(' ')});created=${createdSeconds};keyid="${signer.kid}";alg="ed25519"${nonce};tag="${RECEIPT_TAG}"`
  let base = ''
  for (const [component, value] of lines) base += `${component}: ${value}\n`
  base += `"@signature-params": ${params}`
  const bytes = sign(null, Buffer.from(base), signer.privateKey)
  return {
    'content-digest': contentDigest,
    'signature-input': `${asked.label}=${params}`,
    signature: `${asked.label}=:${bytes.toString('base64')}:`,
  }
}
