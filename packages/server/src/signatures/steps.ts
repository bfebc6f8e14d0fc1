import type { ParsedSignature } from './parse-signature.ts'

/** The checks of a signed request in the order in which they run, and what each holds. */
export const STEPS = {
  headers:
    'The request is signed; Host, Content-Type, Content-Digest and Idempotency-Key are sent once at most.',
  parse:
    'Signature-Input and Signature can be read; created, nonce (16 to 128 characters) and keyid are there.',
  target: 'The target can be read in one way only, and Host is sent.',
  body: 'The body is not encoded, and the method may carry one.',
  coverage: 'All that must be covered is covered, once.',
  base: 'Every covered component has one value that can be signed.',
  time: 'created is at most 300 s old and 30 s ahead, and expires has not passed.',
  key: 'The key exists and may be used.',
  authority: '@authority is an address of this server.',
  algorithm: 'alg, where it is given, is the algorithm of the key.',
  signature: 'The signature is the one of a live secret over this base.',
  digest: 'Content-Digest is that of the body that arrived.',
  nonce: 'The nonce was not used before.',
  connection:
    'The workspace is not suspended, and the key may be used from this address and over this connection.',
} as const

export type Step = keyof typeof STEPS

/** How far the checks have come. */
export type Progress = {
  /** The one that runs, or that refused. */
  step: Step
  /** What the signature says of itself, once it can be read. */
  signature: ParsedSignature | null
}
