import type { z } from 'zod'
import { newId } from '../ids.ts'
import { problem } from '../problems.ts'
import type { CurrencyType } from '../sessions/principal.ts'
import { assertKnownTypes } from './catalogue.ts'
import type { Acting, WebhooksDeps } from './deps.ts'
import { sealHeaders, sealSecret } from './endpoint-secrets.ts'
import { findEndpoint, insertEndpoint, insertSecret, type Endpoint } from './queries.ts'
import type { createEndpointSchema } from './schema.ts'
import { newWebhookSecret } from './sign.ts'
import { assertTarget } from './target-guard.ts'

export const ENDPOINTS_MAX = 50

/**
 * Makes an endpoint with its first secret, which is shown this one time.
 * @throws Problem `webhook-target-refused`, `currency-type-mismatch`, `invalid-input`, `limit-reached`
 */
export async function createEndpoint(
  deps: WebhooksDeps,
  acting: Acting,
  input: Omit<z.infer<typeof createEndpointSchema>, 'mode'>,
): Promise<{ endpoint: Endpoint; secret: string }> {
  const { scope } = acting
  const now = deps.clock.now()
  assertTarget(deps.guard, input.url, scope.mode)
  const currencyType = endpointCurrencyType(acting, input.currency_type)
  const id = newId('ep', now)
  const owner = { endpointId: id, mode: scope.mode }
  const secret = newWebhookSecret()

  return deps.database.transaction(async (client) => {
    await assertKnownTypes(client, input.event_types)
    const row = {
      id,
      workspaceId: scope.workspaceId,
      mode: scope.mode,
      url: input.url,
      description: input.description,
      eventTypes: input.event_types,
      currencyType,
      sealedHeaders: sealHeaders(deps.sealer, owner, input.headers),
      signatureSchemes: input.signature_schemes,
      payload: input.payload,
      ordering: input.ordering,
      enabled: input.enabled,
      now: new Date(now),
    }
    if (!(await insertEndpoint(client, row, ENDPOINTS_MAX)))
      throw problem('limit-reached', {
        detail: `A workspace has at most ${ENDPOINTS_MAX} webhook endpoints per mode.`,
      })
    await insertSecret(client, {
      endpointId: id,
      version: 1,
      sealed: sealSecret(deps.sealer, owner, 1, secret),
      now: row.now,
      previousExpireAt: row.now,
    })
    await acting.record(client, {
      action: 'webhook_endpoint.created',
      target: { kind: 'webhook_endpoint', id },
      after: {
        url: input.url,
        event_types: input.event_types,
        currency_type: currencyType,
        signature_schemes: input.signature_schemes,
        payload: input.payload,
        ordering: input.ordering,
        enabled: input.enabled,
      },
      mode: scope.mode,
      now,
    })
    const endpoint = await findEndpoint(client, scope, id)
    if (!endpoint) throw new Error('the endpoint that was just made is not there')
    return { endpoint, secret }
  })
}

/**
 * A key's endpoints get what the key itself may see, and no more.
 * @throws Problem `currency-type-mismatch`
 */
export function endpointCurrencyType(
  acting: Acting,
  wanted: CurrencyType | null | undefined,
): CurrencyType | null {
  if (acting.currencyType === null) return wanted ?? null
  if (wanted !== undefined && wanted !== acting.currencyType)
    throw problem('currency-type-mismatch', {
      detail: `This key makes endpoints for ${acting.currencyType} events only.`,
    })
  return acting.currencyType
}
