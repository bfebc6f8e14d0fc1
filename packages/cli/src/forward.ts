import { setTimeout as delay } from 'node:timers/promises'
import { signWebhook } from '../../sdk/src/index.ts'

export type Delivery = {
  delivery_id: string
  event_id: string
  event_type: string
  number: number
  /** The very bytes that are signed. */
  body: string
}

/** What the API takes as one attempt. */
export type Attempt = {
  event_id: string
  number: number
  at: string
  duration_ms: number
  request_headers: [string, string][]
  status_code: number | null
  response_headers: [string, string][] | null
  response_body: string | null
  response_truncated: boolean
  error: 'timeout' | 'refused' | 'dns' | 'connection' | null
  error_detail: string | null
}

const TIMEOUT_MS = 15_000
const RESPONSE_BYTES_MAX = 64 * 1024
const HEADERS_MAX = 100
const HEADER_CHARACTERS_MAX = 8_192
const DETAIL_CHARACTERS_MAX = 500

/** Sends one webhook to the local server, signed with the local secret. What goes wrong is part of the answer. */
export async function forward(delivery: Delivery, to: { url: string; secret: string }): Promise<Attempt> {
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Countersign-CLI/1',
    ...(await signWebhook({ id: delivery.event_id, body: delivery.body, secret: to.secret })),
  }
  const startedAt = performance.now()
  const base = {
    event_id: delivery.event_id,
    number: delivery.number,
    at: new Date().toISOString(),
    request_headers: Object.entries(headers) as [string, string][],
  }
  const limit = AbortSignal.timeout(TIMEOUT_MS)
  try {
    const response = await fetch(to.url, {
      method: 'POST',
      headers,
      body: delivery.body,
      redirect: 'manual',
      signal: limit,
    })
    const { bytes, truncated } = await readStart(response)
    return {
      ...base,
      duration_ms: performance.now() - startedAt,
      status_code: response.status,
      response_headers: [...response.headers]
        .slice(0, HEADERS_MAX)
        .map(([name, value]) => [name, value.slice(0, HEADER_CHARACTERS_MAX)]),
      response_body: bytes.toString('base64'),
      response_truncated: truncated,
      error: null,
      error_detail: null,
    }
  } catch (error) {
    return {
      ...base,
      duration_ms: performance.now() - startedAt,
      status_code: null,
      response_headers: null,
      response_body: null,
      response_truncated: false,
      ...(limit.aborted
        ? { error: 'timeout', error_detail: `no answer within ${TIMEOUT_MS / 1000} seconds` }
        : faultOf(error)),
    }
  }
}

/** The beginning of an answer; the rest is not waited for. */
async function readStart(response: Response): Promise<{ bytes: Buffer; truncated: boolean }> {
  const reader = response.body?.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  while (reader) {
    const { done, value } = await reader.read()
    if (done) break
    chunks.push(value)
    length += value.length
    if (length <= RESPONSE_BYTES_MAX) continue
    await Promise.race([reader.cancel(), delay(100)])
    break
  }
  const bytes = Buffer.concat(chunks)
  return { bytes: bytes.subarray(0, RESPONSE_BYTES_MAX), truncated: length > RESPONSE_BYTES_MAX }
}

function faultOf(error: unknown): Pick<Attempt, 'error' | 'error_detail'> {
  const cause = (error as { cause?: { code?: string; message?: string; errors?: { code?: string }[] } }).cause
  const code = cause?.code ?? cause?.errors?.[0]?.code ?? ''
  const detail = (cause?.message || code || (error as Error).message).slice(0, DETAIL_CHARACTERS_MAX)
  if (code === 'ECONNREFUSED') return { error: 'refused', error_detail: 'nothing listens at this address' }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return { error: 'dns', error_detail: detail }
  return { error: 'connection', error_detail: detail }
}
