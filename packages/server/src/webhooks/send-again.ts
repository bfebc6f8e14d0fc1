import { problem } from '../problems.ts'
import { exampleOf } from './catalogue.ts'
import { changing } from './change-endpoint.ts'
import { deliveryId } from './delivery-id.ts'
import type { Acting, WebhooksDeps } from './deps.ts'
import { isReserved } from './event-types.ts'
import { findDelivery, type DeliveryRow } from './log-queries.ts'
import { publishPing } from './publish-event.ts'
import { findEndpoint, probeNow, type Endpoint } from './queries.ts'
import { countFailed, requeueDelivery, requeueFailed, wakeDeliverers } from './resend-queries.ts'

/** One call moves at most so many rows, so that it ends within a request's time. */
const RECOVERED_MAX = 20_000

/**
 * Sends one delivery again, whatever became of it: due now, with a fresh schedule.
 * @throws Problem `not-found`; `conflict` when there is no endpoint that could get it
 */
export async function resendDelivery(deps: WebhooksDeps, acting: Acting, id: string): Promise<DeliveryRow> {
  const found = await findDelivery(deps.database.pool, acting.scope, id)
  if (!found) throw problem('not-found')
  if (found.endpointId === '')
    throw problem('conflict', {
      detail: 'The event found no endpoint, so there is none to send it to again.',
    })
  const existing = await findEndpoint(deps.database.pool, acting.scope, found.endpointId)
  if (!existing) throw problem('conflict', { detail: 'The endpoint was deleted.' })
  await changing(deps, acting, found.endpointId, async (client, endpoint, now) => {
    assertEnabled(endpoint)
    const at = new Date(now)
    await requeueDelivery(client, { eventId: found.eventId, endpointId: endpoint.id, now: at })
    await probeNow(client, endpoint.id, at)
    await wakeDeliverers(client)
    await acting.record(client, {
      action: 'webhook.resent',
      target: { kind: 'webhook_delivery', id },
      mode: endpoint.mode,
      now,
    })
  })
  const resent = await findDelivery(deps.database.pool, acting.scope, id)
  if (!resent) throw problem('not-found')
  return resent
}

/**
 * Sends an example event to one endpoint alone.
 * @returns the ids of the event and of its delivery, whose log shows the answer
 * @throws Problem `not-found`; `invalid-input` when nobody knows the type; `conflict` when the endpoint is off
 */
export async function pingEndpoint(
  deps: WebhooksDeps,
  acting: Acting,
  { id, eventType }: { id: string; eventType: string },
): Promise<{ eventId: string; deliveryId: string }> {
  return changing(deps, acting, id, async (client, endpoint, now) => {
    assertEnabled(endpoint)
    const example = await exampleOf(client, eventType)
    const own = { id, url: endpoint.url, mode: endpoint.mode, enabled: true, disabled_reason: null }
    const eventId = await publishPing(
      client,
      {
        workspaceId: endpoint.workspaceId,
        mode: endpoint.mode,
        currencyType: endpoint.currencyType,
        type: eventType,
        objectId: id,
        requestId: acting.requestId,
        data: pingData(eventType, { own, example, mode: endpoint.mode }),
        now,
      },
      id,
    )
    await probeNow(client, id, new Date(now))
    await wakeDeliverers(client)
    return { eventId, deliveryId: deliveryId(eventId, endpoint.number) }
  })
}

type PingParts = { own: Record<string, unknown>; example: Record<string, unknown>; mode: string }

/** An example of ours names the mode that it is sent in; one that the platform declared is sent as it is. */
function pingData(type: string, { own, example, mode }: PingParts): Record<string, unknown> {
  if (type === 'webhook_endpoint.ping') return own
  return isReserved(type) ? { ...example, mode } : example
}

export type Recovered = { count: number; remaining: number }

/**
 * Sends everything again that failed in a range of time, the oldest first.
 * @throws Problem `not-found`; `conflict` when the endpoint is off
 */
export async function recoverEndpoint(
  deps: WebhooksDeps,
  acting: Acting,
  input: { id: string; since: Date; until: Date | undefined; dryRun: boolean },
): Promise<Recovered> {
  return changing(deps, acting, input.id, async (client, endpoint, now) => {
    const at = new Date(now)
    const range = { endpointId: endpoint.id, since: input.since, until: input.until ?? new Date(now + 1) }
    if (input.dryRun) return { count: await countFailed(client, range), remaining: 0 }
    assertEnabled(endpoint)
    const count = await requeueFailed(client, { ...range, now: at, rowsMax: RECOVERED_MAX })
    const remaining = count < RECOVERED_MAX ? 0 : await countFailed(client, range)
    await probeNow(client, endpoint.id, at)
    await wakeDeliverers(client)
    await acting.record(client, {
      action: 'webhook_endpoint.recovered',
      target: { kind: 'webhook_endpoint', id: endpoint.id },
      after: { since: range.since.toISOString(), until: range.until.toISOString(), count },
      mode: endpoint.mode,
      now,
    })
    return { count, remaining }
  })
}

export function assertEnabled(endpoint: Endpoint): void {
  if (endpoint.enabled) return
  throw problem('conflict', { detail: 'The endpoint is disabled. Enable it first, then send again.' })
}
