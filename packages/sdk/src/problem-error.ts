/** One value that the server did not accept: where it stands (JSON Pointer, RFC 6901) and what is wrong. */
export type InputError = { pointer: string; message: string }

/** The members of `application/problem+json` (RFC 9457) as the server sends them. */
export type ProblemMembers = {
  type: string
  title: string
  status: number
  detail: string
  code: string
  request_id: string | null
  errors?: InputError[]
  [member: string]: unknown
}

const BODY_EXCERPT_CHARACTERS_MAX = 200

/** A request that the server refused. `code` is stable: branch on it; `message` is for people. */
export class ProblemError extends Error {
  override name = 'ProblemError'
  /** The address of a page that explains the problem. */
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  /** The stable name, such as `key-revoked`; `unexpected-answer` when the answer was no problem at all. */
  readonly code: string
  /** The row in Transaction Logs; null when something before the server answered. */
  readonly request_id: string | null
  readonly errors: readonly InputError[]
  /** The server's clock, RFC 3339, with refused signatures. */
  readonly server_time: string | undefined
  readonly likely_cause: string | undefined
  /** With `signature-invalid`: the text that the server expected to be signed. */
  readonly signature_base: string | undefined
  /** Every member of the answer, the ones without a property of their own included. */
  readonly members: Readonly<ProblemMembers>
  /** Seconds that the server asks to wait before the next attempt. */
  readonly retryAfterSeconds: number | null

  constructor(members: ProblemMembers, retryAfterSeconds: number | null = null) {
    super(readable(members))
    this.type = members.type
    this.title = members.title
    this.status = members.status
    this.detail = members.detail
    this.code = members.code
    this.request_id = members.request_id
    this.errors = members.errors ?? []
    this.server_time = textMember(members, 'server_time')
    this.likely_cause = textMember(members, 'likely_cause')
    this.signature_base = textMember(members, 'signature_base')
    this.members = members
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** The problem that a refused answer carries, whatever its body turned out to be. */
export function problemFrom(response: Response, body: string): ProblemError {
  const parsed = parseObject(body)
  const retryAfterSeconds = parseRetryAfter(response.headers.get('retry-after'))
  const unexpected = typeof parsed?.['code'] !== 'string'
  const defaults = {
    type: 'about:blank',
    title: unexpected ? 'The answer is not from the API' : 'The request was refused',
    status: response.status,
    detail: unexpected ? unexpectedDetail(response, body) : '',
    code: 'unexpected-answer',
    request_id: response.headers.get('request-id'),
  }
  return new ProblemError(unexpected ? defaults : { ...defaults, ...parsed }, retryAfterSeconds)
}

function unexpectedDetail(response: Response, body: string): string {
  const location = response.headers.get('location')
  if (location || response.type === 'opaqueredirect') {
    return `The server redirects${location ? ` to ${location}` : ''}. A signature holds for one address only: set baseUrl to the final one.`
  }
  const excerpt = body.trim().slice(0, BODY_EXCERPT_CHARACTERS_MAX)
  return `Status ${response.status} without a problem; check that baseUrl leads to a Countersign server.${excerpt ? ` It said: ${excerpt}` : ''}`
}

/** Retry-After in seconds, from either of its forms (RFC 9110 §10.2.3). */
function parseRetryAfter(value: string | null): number | null {
  if (value === null) return null
  if (/^\d{1,9}$/.test(value)) return Number(value)
  // Date.parse alone would take `-1` for a year.
  const at = /^[A-Z][a-z]+, /.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(at) ? null : Math.max(0, (at - Date.now()) / 1000)
}

function readable({ title, status, code, detail, errors, likely_cause, request_id }: ProblemMembers): string {
  return [
    `${title} (${status} ${code}).`,
    detail,
    ...(errors ?? []).map(({ pointer, message }) => `${pointer}: ${message}`),
    typeof likely_cause === 'string' ? `Likely cause: ${likely_cause}` : '',
    request_id ? `[${request_id}]` : '',
  ]
    .filter(Boolean)
    .join(' ')
}

function textMember(members: ProblemMembers, name: string): string | undefined {
  const value = members[name]
  return typeof value === 'string' ? value : undefined
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
  } catch {
    return null
  }
}
