import type { Executor } from '../database/database.ts'
import type { Mode } from '../sessions/principal.ts'
import { requeueTaken, TAKEN, wakeDeliverers } from './resend-queries.ts'

type EventOfObject = { workspaceId: string; mode: Mode; objectId: string; type: string }

const EVENT = `select id from events where workspace_id = $1 and mode = $2 and object_id = $3 and type = $4
  order by id desc limit 1`

/** How many deliveries of an object's latest event of a type have not been answered yet. */
export async function countWaiting(executor: Executor, event: EventOfObject): Promise<number> {
  const { rows } = await executor.query<{ count: number }>(
    `select count(*)::int as count from pending_deliveries p
     where p.event_id = (${EVENT}) and p.endpoint_id in (
       select id from webhook_endpoints where workspace_id = $1 and mode = $2)`,
    [event.workspaceId, event.mode, event.objectId, event.type],
  )
  return rows[0]?.count ?? 0
}

/** Delivers an object's latest event of a type a second time, wherever it has arrived: the same id, the same bytes. */
export async function tellAgain(executor: Executor, event: EventOfObject & { now: Date }): Promise<void> {
  const { rowCount } = await executor.query(
    `with taken as (
       delete from finished_deliveries f where f.event_id = (${EVENT}) and f.status = 'delivered'
       returning ${TAKEN}
     )
     ${requeueTaken('$5')} on conflict (endpoint_id, event_id) do nothing`,
    [event.workspaceId, event.mode, event.objectId, event.type, event.now],
  )
  if ((rowCount ?? 0) > 0) await wakeDeliverers(executor)
}

/** Keeps an event from being delivered before a moment. Call it in the transaction that published it. */
export async function holdBackEvent(executor: Executor, eventId: string, until: Date): Promise<void> {
  await executor.query(
    `update pending_deliveries p set next_at = $2 from events v join webhook_endpoints e
       on e.workspace_id = v.workspace_id and e.mode = v.mode
     where v.id = $1 and p.event_id = v.id and p.endpoint_id = e.id`,
    [eventId, until],
  )
}
