import type { Database, Executor } from '../database/database.ts'
import { publishEvent } from './publish-event.ts'
import { disableEnabledEndpoint, type DisabledReason } from './queries.ts'

/** Switches an endpoint off that answered 410. The mail about it follows with the next round of `tell-failing.ts`. */
export async function disableGoneEndpoint(
  database: Database,
  { endpointId, now }: { endpointId: string; now: number },
): Promise<void> {
  await database.transaction((client) => disableEndpoint(client, { endpointId, reason: 'gone', now }))
}

/**
 * Switches an endpoint off and tells the workspace's other endpoints. Its queue then fails, and can be recovered.
 */
export async function disableEndpoint(
  client: Executor,
  { endpointId, reason, now }: { endpointId: string; reason: DisabledReason; now: number },
): Promise<void> {
  const endpoint = await disableEnabledEndpoint(client, { endpointId, reason, now: new Date(now) })
  if (!endpoint) return
  await publishEvent(client, {
    workspaceId: endpoint.workspaceId,
    mode: endpoint.mode,
    currencyType: endpoint.currencyType,
    type: 'webhook_endpoint.disabled',
    objectId: endpoint.id,
    requestId: null,
    data: {
      id: endpoint.id,
      url: endpoint.url,
      mode: endpoint.mode,
      enabled: false,
      disabled_reason: reason,
    },
    now,
  })
}
