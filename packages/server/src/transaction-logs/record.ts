import { idTime } from '../ids.ts'
import { pathPattern } from './path-pattern.ts'
import { dayOf, requestIdToUuid } from './request-id.ts'
import type { CurrencyType, Mode } from '../sessions/principal.ts'

/** The status of a row whose request was passed on to a service that has not told its answer. */
export const PASSED_ON = 0

/** One request made with a key, as the app hands it over: nothing is redacted or cut yet. */
export type RequestRecord = {
  /** `req_…`; its time is the time of the row. */
  id: string
  createdAt: number
  workspaceId: string
  apiKeyId: string
  /** The version of the secret that signed; null where no signature held. */
  secretVersion: number | null
  mode: Mode
  /** The key's. */
  currencyType: CurrencyType
  method: string
  path: string
  /** Without the `?`; empty when there is none. */
  query: string
  status: number
  /** The problem's code; null when there was none. */
  code: string | null
  durationMs: number
  ip: string | null
  userAgent: string | null
  /** Raw: name, value, name, value, … */
  requestHeaders: readonly string[]
  requestBody: Buffer | null
  /** The body was parsed as JSON already. */
  isBodyJson: boolean
  responseHeaders: Record<string, number | string | readonly string[] | undefined>
  responseBody: string | Buffer | null
  idempotencyKey: string | null
  transactionId: string | null
  eventIds: readonly string[]
  /** What a refused signature was told: `signature_base`, `likely_cause`, skew. */
  diagnosis: object | null
}

/** What rows have in common: the dimensions by which logs are filtered and counted. */
export type Series = {
  workspaceId: string
  mode: Mode
  currencyType: CurrencyType
  apiKeyId: string
  method: string
  /** Of the path: `/v1/transactions/txn_*`. */
  pattern: string
  status: number
  code: string | null
}

/** What a row is listed by. */
export type ListedRow = {
  id: string
  uuid: string
  /** The time that its id says. */
  createdAt: number
  /** The start of its UTC day. */
  day: number
  series: Series
  /** Null where the pattern is the path. */
  path: string | null
  durationMs: number
  ip: string | null
  likelyCauseCode: string | null
  requestCount: number
}

export function listedRow(record: RequestRecord, requestCount: number): ListedRow {
  const series = seriesOf(record)
  const createdAt = idTime(record.id)
  return {
    id: record.id,
    uuid: requestIdToUuid(record.id),
    createdAt,
    day: dayOf(createdAt),
    series,
    path: series.pattern === record.path ? null : record.path,
    durationMs: record.durationMs,
    ip: record.ip,
    likelyCauseCode: (record.diagnosis as { likely_cause_code?: string } | null)?.likely_cause_code ?? null,
    requestCount,
  }
}

let latest: Series | null = null

/** Requests come in runs: those of one series share it. */
function seriesOf(record: RequestRecord): Series {
  const { workspaceId, mode, currencyType, apiKeyId, method, status, code } = record
  const pattern = pathPattern(record.path)
  if (
    latest &&
    latest.apiKeyId === apiKeyId &&
    latest.pattern === pattern &&
    latest.status === status &&
    latest.method === method &&
    latest.code === code &&
    latest.workspaceId === workspaceId &&
    latest.mode === mode &&
    latest.currencyType === currencyType
  )
    return latest
  latest = { workspaceId, mode, currencyType, apiKeyId, method, pattern, status, code }
  return latest
}

/** What is told of a refused signature, also where the signature held and its nonce, body or key did not. */
export function diagnosisOf(extra: Record<string, unknown> | undefined, signed: boolean): object | null {
  return extra && (!signed || extra['likely_cause_code'] !== undefined) ? extra : null
}
