import type { TransactionLog, TransactionLogDetail } from './api-types.ts'

export type LoggedProblem = {
  title: string
  detail?: string
  likelyCause?: string
  remedy?: string
  signatureBase?: string
  skewSeconds?: number
}

/**
 * What a refused request was told. It comes from the row's diagnosis and from the problem that was answered;
 * refusals before a valid signature have no logged body, so each value is looked for in both.
 */
export function problemIn(detail: TransactionLogDetail | undefined, row: TransactionLog): LoggedProblem {
  const facts: Record<string, unknown> = { ...parse(detail?.response.body?.text), ...detail?.diagnosis }
  const text = (name: string) => (typeof facts[name] === 'string' ? facts[name] : undefined)
  return {
    title: text('title') ?? sentence(row.code) ?? `The server answered ${row.status}`,
    detail: text('detail'),
    likelyCause: text('likely_cause'),
    remedy: text('remedy'),
    signatureBase: text('signature_base'),
    skewSeconds: typeof facts['skew_seconds'] === 'number' ? facts['skew_seconds'] : undefined,
  }
}

/** "signature-invalid" as words: "Signature invalid". */
function sentence(code: string | null): string | undefined {
  if (!code) return undefined
  const words = code.replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function parse(text: string | null | undefined): object {
  try {
    const value: unknown = JSON.parse(text ?? '')
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {} // cut off at 16 KiB, or no JSON at all
  }
}
