import type { Database, Executor } from '../database/database.ts'

/** A workspace's clock in Test Mode: how far ahead it is, and since when it stands still. */
export type TestClock = { aheadMs: number; frozenSinceMs: number | null; updatedAtMs: number | null }

/** What its owner asks of it; times are the clock's own. */
export type ClockChange =
  { kind: 'advance'; byMs: number } | { kind: 'freeze'; atMs: number } | { kind: 'run' } | { kind: 'reset' }

const REAL: TestClock = { aheadMs: 0, frozenSinceMs: null, updatedAtMs: null }

/** What the clock shows. */
export function clockTime(clock: TestClock, nowMs: number): number {
  return (clock.frozenSinceMs ?? nowMs) + clock.aheadMs
}

export async function findTestClock(
  executor: Executor,
  workspaceId: string,
  lock = false,
): Promise<TestClock> {
  const { rows } = await executor.query<{ ahead_ms: string; frozen_since: Date | null; updated_at: Date }>(
    `select ahead_ms, frozen_since, updated_at from test_clocks where workspace_id = $1 ${lock ? 'for update' : ''}`,
    [workspaceId],
  )
  const [row] = rows
  if (!row) return REAL
  return {
    aheadMs: Number(row.ahead_ms),
    frozenSinceMs: row.frozen_since?.getTime() ?? null,
    updatedAtMs: row.updated_at.getTime(),
  }
}

export type Moved = { before: TestClock; after: TestClock }

/**
 * Changes the clock, and when what waits for it is due. Decides by what `plan` says of the clock as it is, under its
 * lock; a throw there changes nothing.
 */
export async function changeTestClock(
  database: Database,
  { workspaceId, nowMs }: { workspaceId: string; nowMs: number },
  plan: (clock: TestClock) => ClockChange,
  alongWith: (client: Executor, moved: Moved) => Promise<void>,
): Promise<Moved> {
  return database.transaction(async (client) => {
    await client.query(
      `insert into test_clocks (workspace_id, ahead_ms, updated_at) values ($1, 0, $2) on conflict do nothing`,
      [workspaceId, new Date(nowMs)],
    )
    const before = await findTestClock(client, workspaceId, true)
    const change = plan(before)
    const after = changed(before, change, nowMs)
    // A clock that is set back to the server's takes nothing back: what waits waits as long as before.
    const byMs = change.kind === 'reset' ? 0 : clockTime(after, nowMs) - clockTime(before, nowMs)
    await moveTasks(client, { workspaceId, nowMs, byMs, before, after })
    if (change.kind === 'reset')
      await client.query('delete from test_clocks where workspace_id = $1', [workspaceId])
    else
      await client.query(
        `update test_clocks set ahead_ms = $2, frozen_since = $3, updated_at = $4 where workspace_id = $1`,
        [workspaceId, after.aheadMs, dateOrNull(after.frozenSinceMs), new Date(nowMs)],
      )
    const moved = { before, after }
    await alongWith(client, moved)
    return moved
  })
}

function changed(before: TestClock, change: ClockChange, nowMs: number): TestClock {
  const shows = clockTime(before, nowMs)
  switch (change.kind) {
    case 'reset':
      return REAL
    case 'run':
      return { aheadMs: Math.max(shows - nowMs, 0), frozenSinceMs: null, updatedAtMs: nowMs }
    case 'freeze':
      return { aheadMs: change.atMs - nowMs, frozenSinceMs: nowMs, updatedAtMs: nowMs }
    case 'advance':
      return {
        aheadMs: shows + change.byMs - nowMs,
        frozenSinceMs: before.frozenSinceMs === null ? null : nowMs,
        updatedAtMs: nowMs,
      }
  }
}

type Move = { workspaceId: string; nowMs: number; byMs: number; before: TestClock; after: TestClock }

/**
 * Gives every task of the workspace its new time: how long it still waited by the clock as it was, less what the clock
 * went on. What a worker asks about at this moment is passed by: it is happening.
 */
async function moveTasks(client: Executor, { workspaceId, nowMs, byMs, before, after }: Move): Promise<void> {
  await client.query(
    `with task as (
       select r.transaction_id, coalesce(r.left_ms, (extract(epoch from r.due_at - case
           when $4::timestamptz is null then $2::timestamptz else greatest(t.updated_at, $4) end) * 1000)::bigint) - $3::bigint
         as left_ms
       from rail_tasks r join transactions t on t.id = r.transaction_id
       where t.workspace_id = $1 and t.mode = 'test' and r.lease_id is null
       for update of r skip locked
     )
     update rail_tasks r set
       due_at = case when $5::boolean and task.left_ms > 0 then 'infinity'
         else $2::timestamptz + task.left_ms * interval '1 millisecond' end,
       left_ms = case when $5 and task.left_ms > 0 then task.left_ms end
     from task where r.transaction_id = task.transaction_id`,
    [workspaceId, new Date(nowMs), byMs, dateOrNull(before.frozenSinceMs), after.frozenSinceMs !== null],
  )
}

const dateOrNull = (ms: number | null) => (ms === null ? null : new Date(ms))
