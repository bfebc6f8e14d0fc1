import {
  isSensitiveName,
  redactBody,
  redactQuery,
  redactRawHeaders,
  redactValue,
  REDACTED,
} from './redact.ts'
import { pathGrams, pathHash, pathPattern } from './path-pattern.ts'
import { dayOfRequest, requestIdToUuid } from './request-id.ts'
import type { CurrencyType, Mode } from '../sessions/principal.ts'

const JSON_TYPE = /^application\/(?:problem\+)?json\b/

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
  responseHeaders: Record<string, number | string | readonly string[] | undefined>
  responseBody: string | Buffer | null
  idempotencyKey: string | null
  transactionId: string | null
  eventIds: readonly string[]
  /** What a refused signature was told: `signature_base`, `likely_cause`, skew. */
  diagnosis: object | null
}

/** A row ready for the database: redacted, cut, in the columns' forms. */
export type PreparedRow = {
  record: RequestRecord
  uuid: string
  day: number
  pattern: string
  requestCount: number
  /** Null where the pattern is the path. */
  path: string | null
  pathHash: number | null
  pathGrams: string | null
  query: string | null
  requestHeaders: string
  requestBody: string | null
  requestBytes: number
  requestTruncated: boolean
  requestDigest: string | null
  responseHeaders: string
  responseBody: string | null
  responseBytes: number
  responseTruncated: boolean
  responseDigest: string | null
  diagnosis: string | null
}

/** Redacts and lays out one record. Runs when its batch is written, not while its caller waits. */
export function prepareRow(record: RequestRecord, requestCount = 1): PreparedRow {
  const pattern = pathPattern(record.path)
  const starred = pattern !== record.path
  const request = redactBody(record.requestBody)
  const response = redactBody(record.responseBody, {
    isJson: JSON_TYPE.test(String(record.responseHeaders['content-type'])),
  })
  return {
    record,
    uuid: requestIdToUuid(record.id),
    day: dayOfRequest(record.id),
    pattern,
    requestCount,
    path: starred ? record.path : null,
    pathHash: starred ? pathHash(record.path) : null,
    pathGrams: starred ? `{${pathGrams(record.path, pattern).join()}}` : null,
    query: record.query === '' ? null : redactQuery(record.query),
    requestHeaders: JSON.stringify(redactRawHeaders(record.requestHeaders)),
    requestBody: request.text,
    requestBytes: request.bytes,
    requestTruncated: request.truncated,
    requestDigest: request.digest,
    responseHeaders: JSON.stringify(responsePairs(record.responseHeaders)),
    responseBody: response.text,
    responseBytes: response.bytes,
    responseTruncated: response.truncated,
    responseDigest: response.digest,
    // A copy: redaction works in place, and the caller's object may still be on its way out.
    diagnosis: record.diagnosis ? readableJson(redactValue(structuredClone(record.diagnosis), 0)) : null,
  }
}

/**
 * JSON whose members PostgreSQL can read: a NUL or half of a surrogate pair anywhere in it would make every list that
 * holds the row fail.
 */
function readableJson(value: unknown): string {
  const readable = (text: string) => Buffer.from(text.replaceAll('\0', '\ufffd')).toString()
  return JSON.stringify(value, (_name, part: unknown) => (typeof part === 'string' ? readable(part) : part))
}

/** What is told of a refused signature, also where the signature held and its nonce, body or key did not. */
export function diagnosisOf(extra: Record<string, unknown> | undefined, signed: boolean): object | null {
  return extra && (!signed || extra['likely_cause_code'] !== undefined) ? extra : null
}

/** About how many bytes of memory a record holds while it waits: what the queue's bound counts. */
export function bytesOf(record: RequestRecord): number {
  const { requestBody, responseBody, requestHeaders } = record
  let bytes = 2_000 + (requestBody?.length ?? 0) + (responseBody?.length ?? 0)
  for (const text of requestHeaders) bytes += text.length
  // Of what a diagnosis holds, the signature base alone is long: about as long as what it was made of.
  return record.diagnosis ? bytes * 2 : bytes
}

export function responsePairs(headers: RequestRecord['responseHeaders']): [string, string][] {
  const pairs: [string, string][] = []
  for (const name in headers) {
    const value = headers[name]
    if (value === undefined) continue
    const hidden = isSensitiveName(name)
    if (typeof value === 'object') for (const one of value) pairs.push([name, hidden ? REDACTED : one])
    else pairs.push([name, hidden ? REDACTED : String(value)])
  }
  return pairs
}
