import type pg from 'pg'
import type { z } from 'zod'
import { problem } from '../problems.ts'
import { assertKnownTypes } from './catalogue.ts'
import { endpointCurrencyType } from './create-endpoint.ts'
import type { Acting, WebhooksDeps } from './deps.ts'
import { sealHeaders, sealSecret } from './endpoint-secrets.ts'
import {
  findEndpoint,
  insertSecret,
  markEndpointDeleted,
  updateEndpoint as writeEndpoint,
  type Endpoint,
} from './queries.ts'
import type { updateEndpointSchema } from './schema.ts'
import { newWebhookSecret } from './sign.ts'
import { assertTarget } from './target-guard.ts'

const DEADLOCK = '40P01'
const TRIES_MAX = 3

/**
 * Changes the fields given; `enabled: true` also starts an endpoint anew that the server had switched off.
 * @throws Problem `not-found`, `webhook-target-refused`, `currency-type-mismatch`; `conflict` for a listener
 */
export async function updateEndpoint(
  deps: WebhooksDeps,
  acting: Acting,
  id: string,
  input: z.infer<typeof updateEndpointSchema>,
): Promise<Endpoint> {
  const { mode } = acting.scope
  if (input.url !== undefined) assertTarget(deps.guard, input.url, mode)
  return changing(deps, acting, id, async (client, endpoint, now) => {
    assertDialled(endpoint)
    await assertKnownTypes(client, input.event_types ?? [], endpoint.eventTypes)
    const owner = { endpointId: id, mode }
    const patch = {
      url: input.url === endpoint.url ? undefined : input.url,
      description: input.description,
      eventTypes: input.event_types,
      currencyType:
        input.currency_type === undefined ? undefined : endpointCurrencyType(acting, input.currency_type),
      sealedHeaders: input.headers === undefined ? undefined : sealHeaders(deps.sealer, owner, input.headers),
      signatureSchemes: input.signature_schemes,
      payload: input.payload,
      ordering: input.ordering === endpoint.ordering ? undefined : input.ordering,
      enabled: input.enabled,
    }
    await writeEndpoint(client, id, patch, new Date(now))
    const { headers, ...shown } = input
    await acting.record(client, {
      action: 'webhook_endpoint.updated',
      target: { kind: 'webhook_endpoint', id },
      before: {
        url: endpoint.url,
        description: endpoint.description,
        event_types: endpoint.eventTypes,
        currency_type: endpoint.currencyType,
        signature_schemes: endpoint.signatureSchemes,
        payload: endpoint.payload,
        ordering: endpoint.ordering,
        enabled: endpoint.enabled,
      },
      // Values of custom headers may be credentials: only that they changed is written down.
      after: headers === undefined ? shown : { ...shown, header_names: Object.keys(headers) },
      mode,
      now,
    })
    return seen(client, acting, id)
  })
}

/** Removes an endpoint; what waits for it fails, and its logs stay. @throws Problem `not-found` */
export async function deleteEndpoint(deps: WebhooksDeps, acting: Acting, id: string): Promise<void> {
  await changing(deps, acting, id, async (client, endpoint, now) => {
    await markEndpointDeleted(client, id, new Date(now))
    await acting.record(client, {
      action: 'webhook_endpoint.deleted',
      target: { kind: 'webhook_endpoint', id },
      before: { url: endpoint.url, event_types: endpoint.eventTypes },
      mode: endpoint.mode,
      now,
    })
  })
}

/**
 * Gives an endpoint a new secret. Until the overlap ends, webhooks carry a signature of the old one as well.
 * @throws Problem `not-found`; `conflict` for a listener
 */
export async function rotateSecret(
  deps: WebhooksDeps,
  acting: Acting,
  { id, overlapSeconds }: { id: string; overlapSeconds: number },
): Promise<{ endpoint: Endpoint; secret: string }> {
  return changing(deps, acting, id, async (client, endpoint, now) => {
    assertDialled(endpoint)
    const version = endpoint.secretVersion + 1
    const secret = newWebhookSecret()
    await insertSecret(client, {
      endpointId: id,
      version,
      sealed: sealSecret(deps.sealer, { endpointId: id, mode: endpoint.mode }, version, secret),
      now: new Date(now),
      previousExpireAt: new Date(now + overlapSeconds * 1000),
    })
    await acting.record(client, {
      action: 'webhook_endpoint.secret_rotated',
      target: { kind: 'webhook_endpoint', id },
      after: { secret_version: version, overlap_seconds: overlapSeconds },
      mode: endpoint.mode,
      now,
    })
    return { endpoint: await seen(client, acting, id), secret }
  })
}

/**
 * One change of one endpoint at a time, by someone who may. A change of order takes every row of the queue, each of
 * which a deliverer may be recording together with another: whoever PostgreSQL ends for such a circle begins anew.
 */
export async function changing<T>(
  deps: WebhooksDeps,
  acting: Acting,
  id: string,
  change: (client: pg.PoolClient, endpoint: Endpoint, now: number) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await changeOnce(deps, acting, id, change)
    } catch (err) {
      if (tries === TRIES_MAX || (err as { code?: string }).code !== DEADLOCK) throw err
    }
  }
}

function changeOnce<T>(
  deps: WebhooksDeps,
  acting: Acting,
  id: string,
  change: (client: pg.PoolClient, endpoint: Endpoint, now: number) => Promise<T>,
): Promise<T> {
  return deps.database.transaction(async (client) => {
    const endpoint = await findEndpoint(client, acting.scope, id, { lock: true })
    if (!endpoint) throw problem('not-found', { detail: 'There is no such webhook endpoint in this mode.' })
    // An endpoint for both currency types belongs to people: a key would reach past its own with it.
    if (acting.currencyType !== null && endpoint.currencyType !== acting.currencyType)
      throw problem('currency-type-mismatch', { detail: 'This endpoint gets events of both currency types.' })
    return change(client, endpoint, deps.clock.now())
  })
}

function assertDialled(endpoint: Endpoint): void {
  if (endpoint.isListener)
    throw problem('conflict', { detail: 'This is a listener: whoever runs countersign listen sets it up.' })
}

async function seen(client: pg.PoolClient, acting: Acting, id: string): Promise<Endpoint> {
  const endpoint = await findEndpoint(client, acting.scope, id)
  if (!endpoint) throw problem('not-found')
  return endpoint
}
