import type pg from 'pg'
import { newId } from '../ids.ts'
import { problem } from '../problems.ts'
import { endpointCurrencyType } from '../webhooks/create-endpoint.ts'
import { completeDeliveries, type AttemptOutcome } from '../webhooks/delivery-queries.ts'
import { assertKnownTypes } from '../webhooks/catalogue.ts'
import type { Acting, WebhooksDeps } from '../webhooks/deps.ts'
import { findEndpoint, insertEndpoint, markEndpointDeleted, type Endpoint } from '../webhooks/queries.ts'
import { catchUp, leaseForAttempt } from './queries.ts'
import type { Attempt } from './schema.ts'

const LISTENERS_MAX = 20
const CATCH_UP_MAX = 1_000
/** No scheme that anybody could dial: what slipped through to a deliverer would be refused there as well. */
export const LISTENER_SCHEME = 'listener:'
/** The lease of an attempt that is being recorded; deliverers count theirs from 2^32. */
const LEASE_ID = '0'

/**
 * Makes the endpoint of a listener. It has no secret: the listener signs anew with its own.
 * @returns it, and how many events since `afterEventId` wait for it
 * @throws Problem `limit-reached`, `invalid-input` for a type that no catalogue lists
 */
export async function createListener(
  deps: WebhooksDeps,
  acting: Acting,
  input: { forwardTo: string; eventTypes: string[]; afterEventId: string | undefined },
): Promise<{ listener: Endpoint; caughtUp: number; isCapped: boolean }> {
  const now = new Date(deps.clock.now())
  const { scope } = acting
  const id = newId('ep', now.getTime())
  const listener = await deps.database.transaction(async (client) => {
    await assertKnownTypes(client, input.eventTypes)
    const row = {
      id,
      workspaceId: scope.workspaceId,
      mode: scope.mode,
      url: LISTENER_SCHEME + input.forwardTo,
      description: null,
      eventTypes: input.eventTypes,
      currencyType: endpointCurrencyType(acting, undefined),
      sealedHeaders: null,
      signatureSchemes: ['v1' as const],
      payload: 'full' as const,
      ordering: 'none' as const,
      enabled: true,
      isListener: true,
      now,
    }
    if (!(await insertEndpoint(client, row, LISTENERS_MAX)))
      throw problem('limit-reached', { detail: `A workspace has at most ${LISTENERS_MAX} listeners.` })
    await acting.record(client, {
      action: 'webhook_listener.created',
      target: { kind: 'webhook_endpoint', id },
      after: { forward_to: input.forwardTo, event_types: input.eventTypes },
      mode: scope.mode,
      now: now.getTime(),
    })
    return visibleListener(client, acting, id)
  })
  // Once it exists for publishers: whatever they wrote before is found now, the rest they put into its queue.
  const { afterEventId } = input
  const caughtUp =
    afterEventId === undefined
      ? 0
      : await catchUp(deps.database.pool, scope, { endpointId: id, afterEventId, now, rowsMax: CATCH_UP_MAX })
  return { listener, caughtUp, isCapped: caughtUp === CATCH_UP_MAX }
}

/** @throws Problem `not-found` */
export async function visibleListener(
  executor: Parameters<typeof findEndpoint>[0],
  acting: Pick<Acting, 'scope'>,
  id: string,
): Promise<Endpoint> {
  const endpoint = await findEndpoint(executor, acting.scope, id)
  if (!endpoint?.isListener) throw problem('not-found', { detail: 'There is no such listener.' })
  return endpoint
}

/** Ends a listener: what waits for it fails, its logs stay. @throws Problem `not-found` */
export async function endListener(deps: WebhooksDeps, acting: Acting, id: string): Promise<void> {
  const now = new Date(deps.clock.now())
  await deps.database.transaction(async (client: pg.PoolClient) => {
    await visibleListener(client, acting, id)
    await markEndpointDeleted(client, id, now)
  })
}

/**
 * Records what the listener's own server answered. It gets one attempt: by hand it may be sent again.
 * @returns false when this attempt was on record already, or somebody sent the delivery again meanwhile
 * @throws Problem `not-found`
 */
export async function recordAttempt(
  deps: WebhooksDeps,
  acting: Acting,
  { id, attempt }: { id: string; attempt: Attempt },
): Promise<boolean> {
  const now = new Date(deps.clock.now())
  return deps.database.transaction(async (client) => {
    const listener = await visibleListener(client, acting, id)
    const taken = await leaseForAttempt(client, {
      endpointId: id,
      eventId: attempt.event_id,
      number: attempt.number,
      leaseId: LEASE_ID,
      now,
    })
    if (!taken) return false
    await completeDeliveries(client, [outcomeOf(listener, taken.eventType, attempt)], now)
    return true
  })
}

function outcomeOf(listener: Endpoint, eventType: string, attempt: Attempt): AttemptOutcome {
  const { event_id, at, duration_ms, status_code, error_detail } = attempt
  const isDelivered = status_code !== null && status_code >= 200 && status_code < 300
  return {
    endpoint_id: listener.id,
    event_id,
    lease_id: LEASE_ID,
    workspace_id: listener.workspaceId,
    mode: listener.mode,
    event_type: eventType,
    ping: false,
    probe: false,
    outcome: isDelivered ? 'delivered' : 'failed',
    reason: isDelivered ? null : 'attempts_exhausted',
    next_at: null,
    at,
    duration_ms,
    url: listener.url,
    remote_address: null,
    request_headers: attempt.request_headers,
    status_code,
    response_headers: attempt.response_headers,
    response_body: attempt.response_body,
    response_truncated: attempt.response_truncated,
    dns_ms: null,
    connect_ms: null,
    tls_ms: null,
    first_byte_ms: null,
    error: isDelivered ? null : (attempt.error ?? 'status'),
    error_detail: isDelivered ? null : (error_detail ?? `the answer's status was ${status_code}`),
  }
}
