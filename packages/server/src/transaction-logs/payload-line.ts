import { csvText } from './csv-text.ts'
import type { RequestRecord } from './record.ts'
import {
  answerHeadersJson,
  rawHeadersJson,
  redactBody,
  redactQuery,
  redactValue,
  type LoggedBody,
} from './redact.ts'

/** The columns of a payload line, in their order. */
export const PAYLOAD_COLUMNS = `id, secret_version, query, user_agent, idempotency_key, transaction_id, event_ids,
  request_headers, request_body, request_body_bytes, request_body_truncated, request_body_digest,
  response_headers, response_body, response_body_bytes, response_body_truncated, response_body_digest, diagnosis`

const USUAL_TYPE = 'application/json; charset=utf-8'
const JSON_TYPE = /^application\/(?:problem\+)?json\b/
const NO_BODY = '\t0\tfalse\t'

/**
 * What is not listed of a record, redacted, cut and laid out as it is copied. JSON that this server writes holds
 * nothing that CSV quotes, nor do its ids.
 */
export function payloadLine(uuid: string, record: RequestRecord): string {
  const { responseHeaders, responseBody } = record
  const asked = redactBody(record.requestBody, { isJson: record.isBodyJson })
  const answered = redactBody(responseBody, { isJson: isJsonType(responseHeaders['content-type']) })
  return (
    `${uuid}\t${record.secretVersion ?? ''}\t${record.query === '' ? '' : csvText(redactQuery(record.query))}\t` +
    `${textOrNull(record.userAgent)}\t${textOrNull(record.idempotencyKey)}\t${textOrNull(record.transactionId)}\t` +
    `{${record.eventIds.length === 0 ? '' : record.eventIds.join()}}\t` +
    `${rawHeadersJson(record.requestHeaders)}\t${bodyColumns(asked)}\t` +
    `${answerHeadersJson(responseHeaders)}\t${bodyColumns(answered)}\t${diagnosisJson(record.diagnosis)}\n`
  )
}

function textOrNull(text: string | null): string {
  return text === null ? '' : csvText(text)
}

function bodyColumns({ text, bytes, truncated, digest }: LoggedBody): string {
  if (bytes === 0) return NO_BODY
  return `${textOrNull(text)}\t${bytes}\t${truncated}\t${digest ?? ''}`
}

function diagnosisJson(diagnosis: object | null): string {
  // A copy: redaction works in place, and the caller's object may still be on its way out.
  return diagnosis === null ? '' : JSON.stringify(redactValue(structuredClone(diagnosis), 0))
}

function isJsonType(type: RequestRecord['responseHeaders'][string]): boolean {
  return type === USUAL_TYPE || JSON_TYPE.test(String(type))
}
