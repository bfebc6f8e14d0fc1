import { isUtf8 } from 'node:buffer'
import type { z } from 'zod'
import type { Mode } from '../sessions/principal.ts'
import { schemaFault } from './check-event.ts'
import { deliveryId } from './delivery-id.ts'
import type { EventRow } from './event-queries.ts'
import type { AttemptRow, DeliveryRow } from './log-queries.ts'
import type { Endpoint } from './queries.ts'
import type { Counts } from './count-rows.ts'
import type {
  AttemptSchema,
  DeliveryHistogramSchema,
  DeliverySchema,
  EndpointView,
  EventHistogramSchema,
  EventSchema,
} from './schema.ts'

/** An endpoint as the API shows it. */
export function endpointView(endpoint: Endpoint, headerNames: string[], nowMs: number): EndpointView {
  const { previousSecretExpiresAt } = endpoint
  const overlaps = previousSecretExpiresAt !== null && previousSecretExpiresAt.getTime() > nowMs
  return {
    id: endpoint.id,
    url: endpoint.url,
    description: endpoint.description,
    event_types: endpoint.eventTypes,
    currency_type: endpoint.currencyType,
    mode: endpoint.mode,
    ordering: endpoint.ordering,
    listener: endpoint.isListener,
    enabled: endpoint.enabled,
    disabled_reason: endpoint.disabledReason,
    header_names: headerNames,
    signature_schemes: endpoint.signatureSchemes,
    payload: endpoint.payload,
    secret_version: endpoint.secretVersion,
    previous_secret_expires_at: overlaps ? previousSecretExpiresAt.toISOString() : null,
    last_success_at: time(endpoint.lastSuccessAt),
    last_failure_at: time(endpoint.lastFailureAt),
    failing_since: time(endpoint.failingSince),
    breaker: breakerView(endpoint, nowMs),
    created_at: endpoint.createdAt.toISOString(),
    updated_at: endpoint.updatedAt.toISOString(),
  }
}

export function breakerView({ breakerOpenUntil }: Endpoint, nowMs: number): EndpointView['breaker'] {
  const isOpen = breakerOpenUntil !== null && breakerOpenUntil.getTime() > nowMs
  return {
    state: breakerOpenUntil === null ? 'closed' : isOpen ? 'open' : 'half_open',
    next_probe_at: time(breakerOpenUntil),
  }
}

export function eventView(row: EventRow): z.infer<typeof EventSchema> {
  return {
    id: row.id,
    type: row.type,
    mode: row.mode,
    currency_type: row.currencyType === '' ? null : row.currencyType,
    object_id: row.objectId,
    sequence: Number(row.sequence),
    request_id: row.requestId,
    data: (JSON.parse(row.body) as { data: Record<string, unknown> }).data,
    schema_fault: row.mode === 'test' ? schemaFault(row.type, row.body) : null,
    created_at: row.createdAt.toISOString(),
  }
}

export function deliveryView(row: DeliveryRow, mode: Mode): z.infer<typeof DeliverySchema> {
  const heldBack = holdsBack(row)
  return {
    id: deliveryId(row.eventId, row.endpointNumber ?? 0),
    event_id: row.eventId,
    event_type: row.eventType,
    object_id: row.objectId,
    endpoint_id: row.endpointId === '' ? null : row.endpointId,
    endpoint_url: row.endpointUrl,
    status: row.status,
    reason: row.reason,
    attempt_count: row.attemptCount,
    // Its own time is known; when its turn comes, nobody can say.
    next_attempt_at: heldBack ? null : time(row.nextAt),
    held_back: heldBack,
    last_status_code: row.lastStatusCode,
    request_id: row.requestId,
    mode,
    created_at: row.createdAt.toISOString(),
  }
}

export function deliveryHistogramView(counts: Counts): z.infer<typeof DeliveryHistogramSchema> {
  return histogramView(counts, (bucket) => ({
    delivered: bucket.get('delivered') ?? 0,
    retrying: bucket.get('retrying') ?? 0,
    pending: bucket.get('pending') ?? 0,
    failed: bucket.get('failed') ?? 0,
    skipped: bucket.get('skipped') ?? 0,
  }))
}

export function eventHistogramView(counts: Counts): z.infer<typeof EventHistogramSchema> {
  return histogramView(counts, (bucket) => ({ events: bucket.get('events') ?? 0 }))
}

function histogramView<Bucket>(
  { fromMs, toMs, bucketMs, isExact, startsMs, buckets }: Counts,
  view: (bucket: ReadonlyMap<string, number>) => Bucket,
) {
  return {
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    bucket_seconds: bucketMs / 1_000,
    exact: isExact,
    data: startsMs.map((ms, index) => ({ at: new Date(ms).toISOString(), ...view(buckets[index]!) })),
  }
}

function holdsBack(row: DeliveryRow): z.infer<typeof DeliverySchema>['held_back'] {
  const { behindEventId, endpointNumber, nextAt, probeAt } = row
  if (behindEventId !== null)
    return { reason: 'ordering', behind: deliveryId(behindEventId, endpointNumber ?? 0), until: null }
  // What is due later than the probe waits for its own time.
  if (probeAt !== null && nextAt !== null && nextAt <= probeAt)
    return { reason: 'breaker', behind: null, until: time(probeAt) }
  return null
}

export function attemptView(row: AttemptRow): z.infer<typeof AttemptSchema> {
  const { responseBody } = row
  const isText = responseBody === null || isUtf8(responseBody)
  return {
    number: row.number,
    at: row.at.toISOString(),
    duration_ms: row.durationMs,
    status_code: row.statusCode,
    error: row.error,
    error_detail: row.errorDetail,
    remote_address: row.remoteAddress,
    timings: {
      dns_ms: row.dnsMs,
      connect_ms: row.connectMs,
      tls_ms: row.tlsMs,
      first_byte_ms: row.firstByteMs,
    },
    request: { method: 'POST', url: row.url, headers: row.requestHeaders, body: row.requestBody },
    response:
      row.statusCode === null
        ? null
        : {
            headers: row.responseHeaders ?? [],
            body: responseBody?.toString(isText ? 'utf8' : 'base64') ?? '',
            body_encoding: isText ? 'utf8' : 'base64',
            body_truncated: row.responseTruncated,
          },
  }
}

function time(at: Date | null): string | null {
  return at?.toISOString() ?? null
}
