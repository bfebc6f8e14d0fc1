import type { Executor } from '../database/database.ts'

export type EarlyNonce = { keyId: string; nonce: string; created: number }

// More than a minute's limit of requests from keys with a clock that runs ahead.
const EARLY_NONCES_MAX = 200_000

/** @returns Unix seconds; 0 before the first lease */
export async function readFloor(executor: Executor): Promise<number> {
  const { rows } = await executor.query<{ floor: string }>('select floor from nonce_floor')
  return Number(rows[0]?.floor ?? 0)
}

/** Raises the floor; a higher one stays. */
export async function raiseFloor(executor: Executor, floor: number): Promise<void> {
  await executor.query(
    `insert into nonce_floor (floor) values ($1)
     on conflict (only_row) do update set floor = greatest(nonce_floor.floor, excluded.floor)`,
    [floor],
  )
}

/** Takes back what was leased and not used, unless another server has raised the floor since. */
export async function lowerFloor(
  executor: Executor,
  { from, to }: { from: number; to: number },
): Promise<void> {
  await executor.query('update nonce_floor set floor = $2 where floor = $1', [from, to])
}

export async function insertEarlyNonce(executor: Executor, early: EarlyNonce): Promise<void> {
  await executor.query(
    'insert into early_nonces (api_key_id, nonce, created) values ($1, $2, $3) on conflict do nothing',
    [early.keyId, early.nonce, early.created],
  )
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
