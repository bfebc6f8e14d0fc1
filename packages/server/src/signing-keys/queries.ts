import type { Executor } from '../database/database.ts'
import type { Purpose } from './schema.ts'

export type SigningKeyRow = {
  id: string
  purpose: Purpose
  publicKey: Buffer
  /** Null as soon as another key signs. */
  sealed: string | null
  createdAt: Date
  endedAt: Date | null
  retiredAt: Date | null
}

const COLUMNS = `id, purpose, public_key as "publicKey", sealed, created_at as "createdAt", ended_at as "endedAt",
  retired_at as "retiredAt"`

/** What signs and what is still published, the one that signs first. */
export async function listPublishedKeys(executor: Executor): Promise<SigningKeyRow[]> {
  const { rows } = await executor.query<SigningKeyRow>(
    `select ${COLUMNS} from signing_keys where retired_at is null order by ended_at desc nulls first, id`,
  )
  return rows
}

/** The retired ones included, as many as the latest `limit`. */
export async function listSigningKeys(executor: Executor, limit: number): Promise<SigningKeyRow[]> {
  const { rows } = await executor.query<SigningKeyRow>(
    `select ${COLUMNS} from signing_keys order by ended_at desc nulls first, id limit $1`,
    [limit],
  )
  return rows
}

/** Makes every other change of the keys wait until the transaction ends. */
export async function lockSigningKeys(executor: Executor): Promise<void> {
  await executor.query('lock table signing_keys in share row exclusive mode')
}

export async function findSigningKey(executor: Executor, id: string): Promise<SigningKeyRow | null> {
  const { rows } = await executor.query<SigningKeyRow>(`select ${COLUMNS} from signing_keys where id = $1`, [
    id,
  ])
  return rows[0] ?? null
}

export type NewSigningKey = Pick<SigningKeyRow, 'id' | 'purpose' | 'publicKey' | 'createdAt'> & {
  sealed: string
}

/** Keeps a first key, unless the purpose has one that signs already. @returns whether it was kept */
export async function insertFirstKey(executor: Executor, key: NewSigningKey): Promise<boolean> {
  const { rowCount } = await executor.query(
    `insert into signing_keys (id, purpose, public_key, sealed, created_at) values ($1, $2, $3, $4, $5)
     on conflict (purpose) where ended_at is null do nothing`,
    [key.id, key.purpose, key.publicKey, key.sealed, key.createdAt],
  )
  return rowCount === 1
}

/** Ends the key that signs: its private half is destroyed. @returns its id */
export async function endSigningKey(executor: Executor, purpose: Purpose, now: Date): Promise<string | null> {
  const { rows } = await executor.query<{ id: string }>(
    `update signing_keys set sealed = null, ended_at = $2 where purpose = $1 and ended_at is null returning id`,
    [purpose, now],
  )
  return rows[0]?.id ?? null
}

export async function markRetired(executor: Executor, id: string, now: Date): Promise<void> {
  await executor.query('update signing_keys set retired_at = $2 where id = $1', [id, now])
}
