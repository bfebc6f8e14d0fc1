import type { Executor } from '../database/database.ts'

export type Suspension = { reason: string; suspendedAt: Date; suspendedBy: string }

/** Null while the workspace is not suspended. */
export async function findSuspension(executor: Executor, workspaceId: string): Promise<Suspension | null> {
  const { rows } = await executor.query<{ reason: string; suspended_at: Date; suspended_by: string }>(
    'select reason, suspended_at, suspended_by from workspace_suspensions where workspace_id = $1',
    [workspaceId],
  )
  const row = rows[0]
  return row ? { reason: row.reason, suspendedAt: row.suspended_at, suspendedBy: row.suspended_by } : null
}

export async function insertSuspension(
  executor: Executor,
  row: { workspaceId: string; reason: string; at: Date; by: string },
): Promise<void> {
  await executor.query(
    `insert into workspace_suspensions (workspace_id, reason, suspended_at, suspended_by) values ($1, $2, $3, $4)`,
    [row.workspaceId, row.reason, row.at, row.by],
  )
}

export async function deleteSuspension(executor: Executor, workspaceId: string): Promise<void> {
  await executor.query('delete from workspace_suspensions where workspace_id = $1', [workspaceId])
}
