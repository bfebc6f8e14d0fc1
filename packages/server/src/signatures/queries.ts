import type { Executor } from '../database/database.ts'

export type EarlyNonce = { keyId: string; nonce: string; created: number }

// More than a minute's limit of requests from keys with a clock that runs ahead.
const EARLY_NONCES_MAX = 200_000

/**
 * Makes an epoch the one that the floor belongs to. Whoever works in an earlier one can raise it no more.
 * @returns the floor in Unix seconds; 0 before the first lease
 */
export async function takeFloor(executor: Executor, epoch: string): Promise<number> {
  const { rows } = await executor.query<{ floor: string }>(
    `insert into nonce_floor (floor, epoch) values (0, $1)
     on conflict (only_row) do update set epoch = excluded.epoch returning floor`,
    [epoch],
  )
  return Number(rows[0]?.floor)
}

/** The floor and its epoch, locked until the transaction ends: nobody raises it meanwhile. */
export async function lockFloor(executor: Executor): Promise<{ floor: number; epoch: string | null }> {
  await executor.query('insert into nonce_floor (floor) values (0) on conflict do nothing')
  const { rows } = await executor.query<{ floor: string; epoch: string | null }>(
    'select floor, epoch from nonce_floor for update',
  )
  return { floor: Number(rows[0]?.floor), epoch: rows[0]?.epoch ?? null }
}

/** Raises the floor; a higher one stays. @returns false when it belongs to another epoch by now */
export async function raiseFloor(
  executor: Executor,
  { floor, epoch }: { floor: number; epoch: string },
): Promise<boolean> {
  const { rowCount } = await executor.query(
    'update nonce_floor set floor = greatest(floor, $1) where epoch = $2',
    [floor, epoch],
  )
  return rowCount === 1
}

/** Takes back what was leased and not used, unless another server has raised or taken the floor since. */
export async function lowerFloor(
  executor: Executor,
  { from, to, epoch }: { from: number; to: number; epoch: string },
): Promise<void> {
  await executor.query('update nonce_floor set floor = $2 where floor = $1 and epoch = $3', [from, to, epoch])
}

/** @returns false when the floor belongs to another epoch by now */
export async function insertEarlyNonce(
  executor: Executor,
  early: EarlyNonce & { epoch: string },
): Promise<boolean> {
  const { rows } = await executor.query<{ ours: boolean }>(
    `with ours as materialized (select 1 from nonce_floor where epoch = $4 for share),
          added as (insert into early_nonces (api_key_id, nonce, created)
                    select $1, $2, $3 from ours on conflict do nothing)
     select exists (select from ours) as ours`,
    [early.keyId, early.nonce, early.created, early.epoch],
  )
  return rows[0]?.ours ?? false
}

export async function readEarlyNonces(executor: Executor): Promise<EarlyNonce[]> {
  const { rows } = await executor.query<{ api_key_id: string; nonce: string; created: string }>(
    'select api_key_id, nonce, created from early_nonces order by created desc limit $1',
    [EARLY_NONCES_MAX],
  )
  return rows.map((row) => ({ keyId: row.api_key_id, nonce: row.nonce, created: Number(row.created) }))
}

export async function deleteEarlyNonces(executor: Executor, createdBefore: number): Promise<void> {
  await executor.query('delete from early_nonces where created < $1', [createdBefore])
}
