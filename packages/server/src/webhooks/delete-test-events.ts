import type { Executor } from '../database/database.ts'

/**
 * Deletes events of Test Mode with their deliveries and attempts, and the counts of the objects that are gone. Queued
 * deliveries go first: a try that runs is waited for while it is recorded, or finds nothing to record.
 * @returns how many events
 */
async function deleteEvents(
  executor: Executor,
  workspaceId: string,
  ids: readonly string[],
): Promise<number> {
  if (ids.length === 0) return 0
  await executor.query(
    `delete from pending_deliveries where event_id = any ($2)
       and endpoint_id in (select id from webhook_endpoints where workspace_id = $1 and mode = 'test')`,
    [workspaceId, ids],
  )
  await executor.query('delete from delivery_attempts where event_id = any ($1)', [ids])
  await executor.query('delete from finished_deliveries where event_id = any ($1)', [ids])
  const { rowCount } = await executor.query(
    `delete from events where id = any ($2) and workspace_id = $1 and mode = 'test'`,
    [workspaceId, ids],
  )
  return rowCount ?? 0
}

/** Everything that was told of these objects, and how often. @returns how many events */
export async function deleteEventsOf(
  executor: Executor,
  workspaceId: string,
  objectIds: readonly string[],
): Promise<number> {
  const { rows } = await executor.query<{ id: string }>(
    `select id from events where workspace_id = $1 and mode = 'test' and object_id = any ($2)`,
    [workspaceId, objectIds],
  )
  await executor.query(
    `delete from event_sequences where workspace_id = $1 and mode = 'test' and object_id = any ($2)`,
    [workspaceId, objectIds],
  )
  return deleteEvents(
    executor,
    workspaceId,
    rows.map(({ id }) => id),
  )
}

/**
 * A batch of the events up to an id, whatever they tell of; not those of a transaction or account that exists, which
 * somebody makes at this moment.
 * @returns how many there were, and how many of them are deleted
 */
export async function deleteEventsUpTo(
  executor: Executor,
  input: { workspaceId: string; upTo: string; rowsMax: number },
): Promise<number> {
  const { rows } = await executor.query<{ id: string }>(
    `select v.id from unnest(array['', 'fiat', 'crypto']) as c (currency_type) cross join lateral (
       select e.id from events e
       where e.workspace_id = $1 and e.mode = 'test' and e.currency_type = c.currency_type and e.id <= $2
         and not exists (select from transactions t where t.id = e.object_id)
         and not exists (select from accounts a where a.id = e.object_id and a.workspace_id = e.workspace_id)
       order by e.id limit $3
     ) v order by v.id limit $3`,
    [input.workspaceId, input.upTo, input.rowsMax],
  )
  return deleteEvents(
    executor,
    input.workspaceId,
    rows.map(({ id }) => id),
  )
}

/** Replays of Test Mode go, and listeners end: their connections close within seconds. Endpoints stay. */
export async function endTestListeners(executor: Executor, workspaceId: string, now: Date): Promise<void> {
  await executor.query(`delete from webhook_replays where workspace_id = $1 and mode = 'test'`, [workspaceId])
  await executor.query(
    `update webhook_endpoints set deleted_at = $2, updated_at = $2, enabled = false
     where workspace_id = $1 and mode = 'test' and listener_seen_at is not null and deleted_at is null`,
    [workspaceId, now],
  )
}
