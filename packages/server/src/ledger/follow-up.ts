import type { Database } from '../database/database.ts'
import type { Mode } from '../sessions/principal.ts'
import type { Observation } from '../rails/rail.ts'
import { countWaiting, tellAgain } from '../webhooks/tell-again.ts'
import { returnTransaction } from './return-transaction.ts'

type FollowUp = { observation: Observation; leaseId: string; createdAtMs: number; nowMs: number }

const HOUR_MS = 3_600_000
const LOOK_AGAIN_MS = 2_000
/** An endpoint that has not answered until then gets no second delivery. */
const ANSWER_WAIT_MS = 60_000

/**
 * What happens to a transaction after it completed, under the lease of the worker that asked. A report of anything
 * but what can follow a completion ends the asking.
 */
export async function followUp(
  database: Database,
  { observation, leaseId, createdAtMs, nowMs }: FollowUp,
): Promise<void> {
  const { transactionId } = observation
  if (observation.kind === 'returned') {
    const { code, message } = observation
    // Somebody spent what came in: it goes back when it is there again, asked for less and less often.
    const pauseMs = Math.min(Math.max((nowMs - createdAtMs) / 2, LOOK_AGAIN_MS), HOUR_MS)
    const lease = { id: leaseId, againAtMs: nowMs + pauseMs }
    await returnTransaction(database.pool, { transactionId, code, message, lease }, nowMs)
    return
  }
  await database.transaction(async (client) => {
    const { rows } = await client.query<{ workspaceId: string; mode: Mode; completedAt: Date }>(
      `select t.workspace_id as "workspaceId", t.mode, t.completed_at as "completedAt"
       from rail_tasks r join transactions t on t.id = r.transaction_id
       where r.transaction_id = $1 and r.lease_id = $2 for update of r`,
      [transactionId, leaseId],
    )
    const [task] = rows
    if (!task) return
    const event = { ...task, objectId: transactionId, type: 'transaction.completed' }
    if (observation.kind === 'told-again') {
      const isWaiting = (await countWaiting(client, event)) > 0
      if (isWaiting && nowMs - task.completedAt.getTime() < ANSWER_WAIT_MS) {
        await client.query('update rail_tasks set due_at = $2, lease_id = null where transaction_id = $1', [
          transactionId,
          new Date(nowMs + LOOK_AGAIN_MS),
        ])
        return
      }
      await tellAgain(client, { ...event, now: new Date(nowMs) })
    }
    await client.query('delete from rail_tasks where transaction_id = $1', [transactionId])
  })
}
