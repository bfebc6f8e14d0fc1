import type { Problem, TransactionLog, TransactionLogDetail } from './api-types.ts'

export type LoggedProblem = {
  title: string
  detail?: string
  likelyCause?: string
  signatureBase?: string
  skewSeconds?: number
}

/** What a refused request was told, from its log row; the code in words while the row is still loading. */
export function problemIn(detail: TransactionLogDetail | undefined, row: TransactionLog): LoggedProblem {
  const problem = parse(detail?.response.body?.text)
  return {
    title: problem.title ?? row.code?.replaceAll('-', ' ') ?? `status ${row.status}`,
    detail: problem.detail,
    likelyCause: problem.likely_cause,
    signatureBase: problem.signature_base,
    skewSeconds: problem.skew_seconds,
  }
}

function parse(text: string | null | undefined): Partial<Problem> {
  try {
    const value: unknown = JSON.parse(text ?? '')
    return typeof value === 'object' && value !== null ? (value as Partial<Problem>) : {}
  } catch {
    return {} // cut off at 16 KiB, or no JSON at all
  }
}
