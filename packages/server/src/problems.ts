/**
 * Every error the API can return, in one registry (RFC 9457). `docs/problems.md`, the pages under `/problems/`
 * and `openapi.json` are made from it, and a test keeps them equal.
 */
type Definition = {
  status: number
  title: string
  /** What the caller reads when the place that refuses has nothing more exact to say. */
  detail: string
  /** What to do about it, on the problem's page. */
  remedy: string
}

export const PROBLEMS = {
  // The request itself
  'invalid-json': {
    status: 400,
    title: 'The body is not JSON',
    detail: 'The request body could not be parsed as JSON.',
    remedy: 'Send one JSON object, encoded as UTF-8, with Content-Type: application/json.',
  },
  'invalid-request': {
    status: 400,
    title: 'The request is not well formed',
    detail: 'The request breaks a rule of HTTP that this server insists on.',
    remedy:
      'The detail names the rule. Most often a proxy or a hand-written client sends a header twice or an unusual target.',
  },
  'invalid-input': {
    status: 422,
    title: 'Some values are not valid',
    detail: 'One or more values in the request are missing or not valid; `errors` names each.',
    remedy: 'Correct the values that `errors` points at (JSON Pointer, RFC 6901) and send the request again.',
  },
  'body-not-allowed': {
    status: 400,
    title: 'This method carries no body',
    detail: 'A GET or HEAD request must not carry a body.',
    remedy: 'Move the values into the query string, or use the method that the reference names.',
  },
  'body-too-large': {
    status: 413,
    title: 'The body is too large',
    detail: 'A request body may hold 1 MiB at most.',
    remedy: 'Send less in one request.',
  },
  'headers-too-large': {
    status: 431,
    title: 'The headers are too large',
    detail: 'The request headers exceed 16 KiB.',
    remedy: 'Send fewer or shorter headers.',
  },
  'content-encoding-unsupported': {
    status: 415,
    title: 'Compressed bodies are not accepted',
    detail: 'The request carries a Content-Encoding; bodies are signed and read as they are sent.',
    remedy: 'Send the body uncompressed and leave out Content-Encoding.',
  },
  'content-type-unsupported': {
    status: 415,
    title: 'The body must be JSON',
    detail: 'The request body has a Content-Type other than application/json.',
    remedy: 'Send Content-Type: application/json.',
  },
  'request-timeout': {
    status: 408,
    title: 'The request took too long to arrive',
    detail: 'The whole request must arrive within 30 seconds.',
    remedy: 'Send it again; if it happens often, look at the connection between you and the server.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'This path does not take that method',
    detail: 'The path exists, but not with this method.',
    remedy: 'The reference at /docs lists the methods of every path.',
  },
  'not-found': {
    status: 404,
    title: 'Not found',
    detail: 'There is nothing at this path, or nothing that you may see.',
    remedy:
      'Check the id and the mode: an object made in Test Mode is not visible in Production Mode, nor the other way round.',
  },

  // Who is asking
  'signature-missing': {
    status: 401,
    title: 'The request is not signed',
    detail: 'The request carries neither a signature nor a session.',
    remedy:
      'Sign the request with your key as docs/signing.md describes, or use the SDK, which does it for you.',
  },
  'signature-malformed': {
    status: 401,
    title: 'The signature cannot be read',
    detail: 'Signature-Input, Signature or what they cover break the signing profile.',
    remedy: 'The detail names the rule. Compare your headers with the example in docs/signing.md.',
  },
  'signature-expired': {
    status: 401,
    title: 'The signature is outside its time window',
    detail:
      'A signature is accepted from 30 seconds before to 300 seconds after `created`, and not past `expires`.',
    remedy:
      'Sign each request just before you send it, and keep the clock right (NTP). `skew_seconds` says how far off it is.',
  },
  'signature-invalid': {
    status: 401,
    title: 'The signature does not match',
    detail: 'The signature was not made over this request with this key.',
    remedy:
      'Compare `signature_base` with the text that your code signs: the first byte that differs shows the cause.',
  },
  'signature-replayed': {
    status: 401,
    title: 'This signature was already used',
    detail: 'The nonce was seen before with this key.',
    remedy: 'Make a new random nonce and a new signature for every request, retries included.',
  },
  'digest-mismatch': {
    status: 401,
    title: 'The body does not match its digest',
    detail: 'Content-Digest was signed, but the body that arrived has another digest.',
    remedy: 'Compute the digest over the very bytes that you send; do not serialise the body a second time.',
  },
  'key-unknown': {
    status: 401,
    title: 'The key is not known',
    detail: 'There is no key with this public key.',
    remedy: 'Copy the Public Key from the API Keys page again: it is sent as `keyid`.',
  },
  'key-expired': {
    status: 401,
    title: 'The key has expired',
    detail: 'The key is past its expiry.',
    remedy: 'Create a new key, or move the expiry of this one on the API Keys page.',
  },
  'key-disabled': {
    status: 401,
    title: 'The key is disabled',
    detail: 'The key was switched off.',
    remedy: 'Switch it on again on the API Keys page.',
  },
  'key-revoked': {
    status: 401,
    title: 'The key was deleted',
    detail: 'The key was deleted and cannot be used again.',
    remedy: 'Create a new key.',
  },
  'session-required': {
    status: 401,
    title: 'Sign in first',
    detail: 'This needs a person who is signed in; the session is missing or has ended.',
    remedy: 'Sign in again.',
  },
  'password-incorrect': {
    status: 403,
    title: 'The password is not right',
    detail: 'The password that confirms this change is not the one of the account.',
    remedy: 'Type the current password again, or reset it.',
  },
  'password-too-short': {
    status: 422,
    title: 'The password is too short',
    detail: 'A password has at least 10 characters.',
    remedy: 'Choose a longer one; a few words in a row are easy to remember.',
  },
  'password-too-long': {
    status: 422,
    title: 'The password is too long',
    detail: 'A password has at most 128 characters.',
    remedy: 'Choose a shorter one.',
  },
  'email-taken': {
    status: 409,
    title: 'This e-mail address has an account',
    detail: 'There is already an account with this e-mail address.',
    remedy: 'Sign in, or reset the password if it is lost.',
  },
  'link-invalid': {
    status: 400,
    title: 'The link does not work any more',
    detail: 'The link is wrong, has expired, or was used already.',
    remedy: 'Ask for a new one.',
  },
  'two-factor-code-invalid': {
    status: 401,
    title: 'The code is not right',
    detail: 'The code is wrong, too old, or was used already.',
    remedy:
      'Type the code that the app shows now, or use a backup code. Check that the clock of the phone is right.',
  },
  'two-factor-expired': {
    status: 401,
    title: 'The sign-in has to start again',
    detail: 'The step between password and code took too long, or too many wrong codes were tried.',
    remedy: 'Sign in again with e-mail address and password.',
  },
  'two-factor-required': {
    status: 403,
    title: 'A second factor is needed',
    detail: 'This page asks that your account has a second factor.',
    remedy: 'Set up an authenticator app under Settings, then open the page again.',
  },
  'sign-in-failed': {
    status: 401,
    title: 'The e-mail address or the password is not right',
    detail: 'No account has this e-mail address with this password.',
    remedy: 'Check both, or reset the password.',
  },
  'setup-token-invalid': {
    status: 403,
    title: 'The setup link does not work',
    detail: 'The setup link is wrong, or it was used already.',
    remedy:
      'Use the link that the newest start of the server printed, or sign in if the first account exists.',
  },

  // What they may do
  'ip-not-allowed': {
    status: 403,
    title: 'This address may not use the key',
    detail: 'The key has an IP allowlist, and the request came from an address outside it.',
    remedy: 'Send from an allowed address, or edit the allowlist of the key.',
  },
  'scope-missing': {
    status: 403,
    title: 'The key lacks a scope',
    detail: 'The key does not have the scope that this call needs.',
    remedy: 'Give the key the scope that the detail names, or use another key.',
  },
  'currency-type-mismatch': {
    status: 403,
    title: 'The key is for the other currency type',
    detail: 'A Fiat key touches fiat currencies only, a Crypto key crypto currencies only.',
    remedy: 'Use a key of the other currency type.',
  },
  'mode-mismatch': {
    status: 403,
    title: 'The key is for the other mode',
    detail: 'The request asks for another mode than the one its key belongs to.',
    remedy: 'Use a key of that mode, or leave out Countersign-Mode: the key decides the mode.',
  },
  'workspace-mismatch': {
    status: 409,
    title: 'The session works in another workspace',
    detail: 'The request names another workspace than the one its session works in. Nothing was done.',
    remedy:
      'Load the page again, or switch back with POST /v1/workspace/switch. Who was removed from a workspace can do nothing there.',
  },
  'https-required': {
    status: 403,
    title: 'Production keys need HTTPS',
    detail: 'A production key was used over plain HTTP.',
    remedy: 'Call the https address. Operators: see TLS in docs/operating.md.',
  },
  'role-missing': {
    status: 403,
    title: 'Your role does not allow this',
    detail: 'Your role in this workspace does not allow this action.',
    remedy: 'Ask an owner or admin of the workspace.',
  },
  'member-required': {
    status: 403,
    title: 'Only a person can do this',
    detail: 'This call is for members in the dashboard; a key cannot make it.',
    remedy: 'Do it in the dashboard.',
  },
  'operator-required': {
    status: 403,
    title: 'Only operators can do this',
    detail: 'This call is for the people who run the platform.',
    remedy: 'Ask an operator of the platform.',
  },
  'origin-not-allowed': {
    status: 403,
    title: 'The page is not one of ours',
    detail: "A change made with a session must come from one of the server's own pages.",
    remedy: 'Use the dashboard at the address in PUBLIC_URL, or sign the request with a key.',
  },
  'forward-auth-refused': {
    status: 403,
    title: 'The proxy may not ask this',
    detail: 'The call to /forward-auth did not come from a proxy of the platform, or left something out.',
    remedy: 'Operators: compare the proxy with docs/forward-auth.md; the detail names what is missing.',
  },
  'forwarding-off': {
    status: 409,
    title: 'No service of the platform is declared',
    detail: 'This server verifies requests for no other host: FORWARD_AUTHORITIES is not set.',
    remedy: 'Operators: set FORWARD_AUTHORITIES to the host names that your own services answer to.',
  },
  'production-locked': {
    status: 403,
    title: 'Production Mode is locked',
    detail: 'The workspace has not been activated for this currency type.',
    remedy: 'Finish the checklist on the Activation page.',
  },
  'workspace-suspended': {
    status: 403,
    title: 'The workspace is suspended',
    detail:
      'The platform has suspended this workspace: its keys are refused, and its members can read and change nothing.',
    remedy: 'Settle the reason, which the dashboard shows, with the platform.',
  },
  'sign-up-closed': {
    status: 403,
    title: 'Sign-up is by invitation',
    detail: 'New accounts are made by invitation on this server.',
    remedy: 'Ask the platform or an owner of your workspace for an invitation.',
  },
  'invitation-invalid': {
    status: 403,
    title: 'The invitation does not work',
    detail: 'The invitation was used or taken back, or its seven days have passed.',
    remedy: 'Ask whoever invited you for a new link.',
  },

  // State
  'idempotency-key-missing': {
    status: 400,
    title: 'Idempotency-Key is missing',
    detail: 'This call moves money and needs an Idempotency-Key header.',
    remedy: 'Send a new random Idempotency-Key for every operation, and the same one when you retry it.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'The Idempotency-Key was used for another request',
    detail: 'The same Idempotency-Key came with another body or from another caller.',
    remedy: 'Use a new key for a new operation; retry with exactly the same body.',
  },
  'idempotency-key-in-use': {
    status: 409,
    title: 'The first request with this Idempotency-Key is still running',
    detail: 'A request with the same Idempotency-Key has not finished yet.',
    remedy: 'Wait a moment and send it again.',
  },
  conflict: {
    status: 409,
    title: 'The object is in another state',
    detail: 'The action does not fit the state that the object is in.',
    remedy: 'Read the object again and decide anew.',
  },
  'key-not-changeable': {
    status: 409,
    title: 'The key can no longer be changed',
    detail: 'The key was deleted, so it cannot be edited or rotated.',
    remedy: 'Create a new key.',
  },
  'last-owner': {
    status: 409,
    title: 'A workspace needs an owner',
    detail: 'This is the only owner of the workspace.',
    remedy: 'Make another member an owner first.',
  },
  'already-member': {
    status: 409,
    title: 'Already a member',
    detail: 'A member of the workspace has this address.',
    remedy: 'Change their role instead.',
  },
  'already-invited': {
    status: 409,
    title: 'Already invited',
    detail: 'There is an open invitation for this address.',
    remedy: 'Resend it, or take it back and invite again.',
  },
  'limit-reached': {
    status: 409,
    title: 'A limit of the workspace is reached',
    detail: 'The workspace holds as many of these as it may.',
    remedy: 'Delete what is no longer used.',
  },

  // Money
  'currency-unknown': {
    status: 422,
    title: 'The currency is not known',
    detail: 'There is no currency with this code here.',
    remedy: 'Use a code from GET /v1/currencies, in capital letters.',
  },
  'insufficient-funds': {
    status: 422,
    title: 'The account does not hold enough',
    detail:
      'The amount is more than what the account has available; funds held for open payouts do not count.',
    remedy:
      'Read the available balance from GET /v1/balances, then send less or wait for a deposit to complete.',
  },
  'key-required': {
    status: 403,
    title: 'In Production Mode only a key can do this',
    detail:
      'Members create and change transactions in Test Mode only; in Production Mode a signed request does.',
    remedy: 'Sign the request with a production key, or switch the dashboard to Test Mode.',
  },
  'transaction-not-cancelable': {
    status: 409,
    title: 'The transaction can no longer be canceled',
    detail: 'Only a pending transaction can be canceled.',
    remedy: 'Read the transaction again: it is already under way or has ended.',
  },
  'transaction-ended': {
    status: 409,
    title: 'The transaction has already ended',
    detail: 'A transaction that is completed, failed, canceled or expired never changes again.',
    remedy: 'Create a new transaction.',
  },
  'transaction-not-refundable': {
    status: 409,
    title: 'The transaction cannot be refunded',
    detail: 'Only a completed deposit can be refunded.',
    remedy:
      'Wait until the deposit has completed. What a transfer moved, a transfer the other way moves back.',
  },
  'refund-exceeds-amount': {
    status: 422,
    title: 'The refund is more than what is left',
    detail: 'Refunds and returns together cannot pass the amount of the transaction; those under way count.',
    remedy: 'Send at most `refundable`, or leave the amount out to refund all that is left.',
  },
  'reference-taken': {
    status: 409,
    title: 'The reference is taken',
    detail: 'A transaction of this account that was created with `unique_reference` has this reference.',
    remedy:
      'Look at `transaction_id`, the one that has it: most often it is the very thing that you were about to do again. For another one choose another reference.',
  },
  'transaction-not-returnable': {
    status: 409,
    title: 'The transaction cannot come back',
    detail: 'Only a completed deposit or payout can be returned, and only once.',
    remedy: 'Wait until it has completed, or look at the transactions that are linked to it.',
  },
  'fee-exceeds-amount': {
    status: 422,
    title: 'The fee is more than the amount',
    detail: 'The fee of this deposit is more than the deposit itself.',
    remedy: 'Deposit more; GET /v1/fees says what is charged.',
  },
  'type-not-offered': {
    status: 422,
    title: 'The payment connection does not move this',
    detail: 'The payment connection of this currency type never takes transactions of this type.',
    remedy: 'Ask the platform which types its payment connections take.',
  },
  'rail-call-refused': {
    status: 403,
    title: 'The call of the payment connection is not genuine',
    detail: 'The call did not carry the signature that the payment connection signs with.',
    remedy: 'Operators: compare the secret of the calls with that of the bank or provider.',
  },
  'rail-unavailable': {
    status: 503,
    title: 'The payment connection is not available',
    detail: 'No payment connection can take this transaction now; nothing was changed.',
    remedy: 'Send it again after the seconds in Retry-After, with the same Idempotency-Key.',
  },

  'webhook-target-refused': {
    status: 422,
    title: 'Webhooks cannot be sent to this URL',
    detail: 'The URL is not one that webhooks may be sent to; `errors` says why.',
    remedy: 'Use a public https address. In Test Mode on your own machine, http://localhost works as well.',
  },

  // Load and faults
  'rate-limited': {
    status: 429,
    title: 'Too many requests',
    detail: 'The limit for this minute is used up.',
    remedy: 'Wait for the seconds in Retry-After; spread the calls, or raise the limit of the key.',
  },
  'too-many-at-once': {
    status: 429,
    title: 'Too many of these at once',
    detail: 'The workspace has as many of these under way as it may.',
    remedy: 'Wait until one has ended, or for the seconds in Retry-After.',
  },
  'too-many-failures': {
    status: 429,
    title: 'Too many failed requests from this address',
    detail: 'This address sent too many requests with bad signatures within a minute.',
    remedy: 'Wait for the seconds in Retry-After and correct the signing code.',
  },
  'service-unavailable': {
    status: 503,
    title: 'The service cannot answer right now',
    detail: 'Something that the server needs is out of reach; the request was not carried out.',
    remedy: 'Send it again after the seconds in Retry-After, with the same Idempotency-Key.',
  },
  'internal-error': {
    status: 500,
    title: 'Something went wrong on our side',
    detail: 'The request failed because of a fault in the server.',
    remedy: 'Send it again with the same Idempotency-Key; if it stays, give the request id to support.',
  },
} as const satisfies Record<string, Definition>

export type ProblemCode = keyof typeof PROBLEMS

/** One wrong value: where (JSON Pointer, RFC 6901; query parameters as `/query/<name>`) and what is wrong. */
export type InputError = { pointer: string; message: string }

export type ProblemOptions = {
  /** Public: replaces the registry's detail. */
  detail?: string
  /** For the server's log only. Never a secret. */
  internal?: string
  errors?: InputError[]
  /** Public members beside the standard ones (RFC 9457 §3.2), in snake_case. */
  extra?: Record<string, unknown>
  headers?: Record<string, string>
  cause?: unknown
}

export class Problem extends Error {
  override name = 'Problem'
  readonly code: ProblemCode
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly internal: string | undefined
  readonly errors: InputError[] | undefined
  readonly extra: Record<string, unknown> | undefined
  readonly headers: Record<string, string> | undefined
  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    const definition = PROBLEMS[code]
    // A refusal is an answer, not a fault: without a stack it costs a tenth, and strangers choose how many there are.
    const stackTraceLimit = Error.stackTraceLimit
    if (definition.status < 500) Error.stackTraceLimit = 0
    super(options.detail ?? definition.detail, { cause: options.cause })
    Error.stackTraceLimit = stackTraceLimit
    this.code = code
    this.status = definition.status
    this.title = definition.title
    this.detail = options.detail ?? definition.detail
    this.internal = options.internal
    this.errors = options.errors
    this.extra = options.extra
    this.headers = options.headers
  }
}

/** The problem to throw: public text helps the caller, `internal` helps us. */
export function problem(code: ProblemCode, options?: ProblemOptions): Problem {
  return new Problem(code, options)
}

/** A rule in the middle of a sentence ("the header host is missing") as a detail of its own. */
export function sentence(rule: string): string {
  return `${rule.charAt(0).toUpperCase()}${rule.slice(1)}.`
}

/** The problem as it goes over the wire (RFC 9457 §3). */
export function problemBody(
  error: Problem,
  { publicUrl, requestId }: { publicUrl: string; requestId: string },
): Record<string, unknown> {
  return {
    type: `${publicUrl}/problems/${error.code}`,
    title: error.title,
    status: error.status,
    detail: error.detail,
    code: error.code,
    request_id: requestId,
    ...(error.errors ? { errors: error.errors } : {}),
    ...error.extra,
  }
}
