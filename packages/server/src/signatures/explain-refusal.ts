import type { IncomingHttpHeaders } from 'node:http'
import { Problem } from '../problems.ts'
import { CAUSES, type Cause, type CauseCode } from './causes.ts'
import { explainUnreadable } from './explain-mismatch.ts'

/** The codes that say a signature or its key was refused: each tells the server's time and the skew. */
const SIGNATURE_CODES = /^(?:signature|digest|key|ip|https|scope|mode|currency)-/

/** A refusal with what every refused signature is told; any other problem comes back as it is. */
export function explainRefusal(error: Problem, known: Record<string, unknown>): Problem {
  if (!SIGNATURE_CODES.test(error.code)) return error
  const extra: Record<string, unknown> = {
    likely_cause: error.detail,
    likely_cause_code: error.code,
    ...known,
    ...error.extra,
  }
  extra['remedy'] ??= CAUSES[extra['likely_cause_code'] as CauseCode]
  return new Problem(error.code, {
    detail: error.detail,
    headers: error.headers,
    errors: error.errors,
    internal: error.internal,
    extra,
  })
}

/** What is wrong with a signature that cannot be read, where its header tells. */
export function unreadable({ headers }: { headers: IncomingHttpHeaders }, error: Problem): Cause | null {
  const { signature } = headers
  return error.code === 'signature-malformed' && typeof signature === 'string'
    ? explainUnreadable(signature)
    : null
}
