import type { Database } from '../database/database.ts'
import { publishEvent } from './publish-event.ts'
import { disableEnabledEndpoint } from './queries.ts'

/**
 * Switches an endpoint off that answered 410 or has failed for days, and tells the workspace's other endpoints.
 * Its queue then fails, and can be recovered.
 */
export async function disableEndpoint(
  database: Database,
  { endpointId, reason, now }: { endpointId: string; reason: 'gone' | 'failing'; now: number },
): Promise<void> {
  await database.transaction(async (client) => {
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
  })
}
