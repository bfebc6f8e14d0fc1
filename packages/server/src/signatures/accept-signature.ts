import { parseDictionary, serializeParameters, type Parameters } from './parse-signature.ts'

/** What a caller asks of the signature on its answer (RFC 9421 §5.1). */
export type AskedReceipt = { label: string; nonceText: string | null }

export const RECEIPT_TAG = 'countersign-receipt'
const HEADER_BYTES_MAX = 2048
const NONCE_LENGTH_MAX = 128

/**
 * Reads Accept-Signature: the first member that a receipt can satisfy. A receipt covers all that it covers,
 * whatever part of that was asked for; what asks for anything else is not for us, and unreadable is the same as absent
 * (RFC 8941 §4.2): an answer without a receipt says so by itself, and no change fails for want of one.
 * @param covered the components of the receipt, serialised
 * @param keyId the key that signs
 */
export function parseAcceptSignature(
  header: string,
  { covered, keyId }: { covered: ReadonlySet<string>; keyId: string },
): AskedReceipt | null {
  if (header.length > HEADER_BYTES_MAX) return null
  let members: ReturnType<typeof parseDictionary>
  try {
    members = parseDictionary(header, 'Accept-Signature')
  } catch {
    return null
  }
  for (const [label, { items, parameters }] of members) {
    if (!items) continue
    if (!items.every(({ value, parameters: own }) => covered.has(value.text + serializeParameters(own))))
      continue
    const asked = readParameters(parameters, keyId)
    if (asked) return { label, ...asked }
  }
  return null
}

/** Every parameter that is asked for must be met; null where one cannot be. */
function readParameters(parameters: Parameters, keyId: string): { nonceText: string | null } | null {
  let nonceText: string | null = null
  for (const [name, value] of parameters) {
    if (name === 'created' && value.kind === 'boolean' && value.value === '1') continue
    if (name === 'alg' && value.kind === 'string' && value.value === 'ed25519') continue
    if (name === 'keyid' && value.kind === 'string' && value.value === keyId) continue
    if (name === 'tag' && value.kind === 'string' && value.value === RECEIPT_TAG) continue
    if (name === 'nonce' && value.kind === 'string' && value.value.length <= NONCE_LENGTH_MAX) {
      nonceText = value.text
      continue
    }
    return null
  }
  return { nonceText }
}
