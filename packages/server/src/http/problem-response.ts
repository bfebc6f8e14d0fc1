import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { Socket } from 'node:net'
import { newId } from '../ids.ts'
import type { Log } from '../log.ts'
import { Problem, problem, problemBody, type InputError, type ProblemCode } from '../problems.ts'

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'

type ValidationIssue = {
  instancePath?: string
  message?: string
  keyword?: string
  params?: { issue?: unknown }
}

/** Any error as a problem. What is not one of ours becomes `internal-error`, which leaks nothing. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const { code, validation, validationContext } = (error ?? {}) as Partial<FastifyError>
  if (validation) return invalidInput(validation as ValidationIssue[], validationContext ?? 'body')
  const known = typeof code === 'string' ? FRAMEWORK_CODES[code] : undefined
  // With a system call it is not the caller's connection that broke but one of ours, to the database.
  if (known && !('syscall' in (error as object))) return problem(known)
  if (typeof code === 'string' && UNSTORABLE_TEXT.has(code))
    return problem('invalid-input', {
      detail: 'A text in the request holds a character that cannot be stored, such as NUL (U+0000).',
      errors: [{ pointer: '', message: 'must not hold NUL (U+0000) or half of a surrogate pair' }],
    })
  if (isUnreachable(error))
    return problem('service-unavailable', {
      internal: `database: ${String(code)}`,
      headers: { 'retry-after': '2' },
      cause: error,
    })
  // @fastify/static says so of a path that names a folder or nothing.
  const { statusCode } = error as { statusCode?: number }
  if (statusCode === 403 || statusCode === 404) return problem('not-found')
  return problem('internal-error', { internal: 'unexpected', cause: error })
}

/** Answers with a problem (RFC 9457 §3); logs it when it is our fault. */
export function sendProblem(
  refusal: Problem,
  {
    request,
    reply,
    publicUrl,
    log,
  }: { request: FastifyRequest; reply: FastifyReply; publicUrl: string; log: Log },
): void {
  if (refusal.status >= 500)
    log.error(
      {
        err: refusal.cause ?? refusal,
        request_id: request.id,
        code: refusal.code,
        internal: refusal.internal,
      },
      'request failed',
    )
  else if (refusal.internal)
    log.info({ request_id: request.id, code: refusal.code, internal: refusal.internal }, 'request refused')
  for (const [name, value] of Object.entries(refusal.headers ?? {})) reply.header(name, value)
  const body = JSON.stringify(problemBody(refusal, { publicUrl, requestId: request.id }))
  reply.header('request-id', request.id)
  void reply.code(refusal.status).header('content-type', PROBLEM_TYPE).send(body)
}

/** What Node's HTTP parser refuses never becomes a request; it is answered on the bare socket. */
export function sendParserProblem(error: NodeJS.ErrnoException, socket: Socket, publicUrl: string): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const known = PARSER_CODES[error.code ?? '']
  const refusal = known
    ? problem(known)
    : problem('invalid-request', { detail: 'The request is not valid HTTP/1.1.' })
  const requestId = newId('req')
  const body = JSON.stringify(problemBody(refusal, { publicUrl, requestId }))
  socket.end(
    `HTTP/1.1 ${refusal.status} ${refusal.title}\r\nContent-Type: ${PROBLEM_TYPE}\r\nRequest-Id: ${requestId}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}

const FRAMEWORK_CODES: Record<string, ProblemCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid-request',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'content-type-unsupported',
  FST_ERR_CTP_EMPTY_TYPE: 'content-type-unsupported',
  FST_ERR_BAD_URL: 'invalid-request',
  FST_ERR_ASYNC_CONSTRAINT: 'invalid-request',
  FST_ERR_NOT_FOUND: 'not-found',
  ECONNRESET: 'request-timeout',
}

const PARSER_CODES: Record<string, ProblemCode> = {
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
}

/** What a route's schema says against a request. */
export function invalidInput(issues: readonly ValidationIssue[], context: string): Problem {
  const prefix = context === 'body' ? '' : context === 'querystring' ? '/query' : `/${context}`
  const errors: InputError[] = issues.slice(0, ERRORS_MAX).map((issue) => ({
    pointer: `${prefix}${issue.instancePath ?? ''}`,
    message: issue.message ?? 'is not valid',
  }))
  return problem('invalid-input', { errors })
}

const ERRORS_MAX = 50
// SQLSTATE: a character that is not in the encoding, and one that jsonb cannot turn into text.
const UNSTORABLE_TEXT = new Set(['22021', '22P05'])
// Connection failures of Node and pg, and the SQLSTATE classes of a server that goes away: 08 connection
// exception, 53 insufficient resources, 57P operator intervention (PostgreSQL appendix A).
const UNREACHABLE = /^(?:ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ETIMEDOUT|08\w{3}|53\w{3}|57P0\w)$/
const UNREACHABLE_MESSAGE =
  /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error/

function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code } = error as NodeJS.ErrnoException
  return (typeof code === 'string' && UNREACHABLE.test(code)) || UNREACHABLE_MESSAGE.test(error.message)
}
