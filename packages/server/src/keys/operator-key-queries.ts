import type { Executor } from '../database/database.ts'
import { run, sqlBuilder } from '../database/database.ts'
import type { SecretRow } from './queries.ts'

type OperatorKeysTable = {
  id: string
  public_key: string
  name: string
  algorithm: 'hmac-sha256' | 'ed25519'
  scopes: string[]
  ip_allowlist: string[]
  rate_limit_per_minute: number
  enabled: boolean
  secret_version: number
  expires_at: Date | null
  revoked_at: Date | null
  created_at: Date
  rotated_at: Date | null
  created_by_id: string
  created_by_name: string
}

declare module '../database/database.ts' {
  interface Tables {
    operator_keys: OperatorKeysTable
  }
}

export type OperatorKeyRow = OperatorKeysTable & {
  /** Of the current version. */
  ed25519_public_key: Buffer | null
  /** End of the overlap of the version before, when it has one. */
  previous_secret_expires_at: Date | null
  last_used_at: Date | null
  last_used_ip: string | null
}

const SELECT = `select k.*, current.ed25519_public_key, previous.expires_at as previous_secret_expires_at,
    used.last_used_at, used.last_used_ip
  from operator_keys k
  left join operator_key_uses used on used.operator_key_id = k.id
  left join operator_key_secrets current on current.operator_key_id = k.id and current.version = k.secret_version
  left join operator_key_secrets previous on previous.operator_key_id = k.id and previous.version = k.secret_version - 1`

export async function findOperatorKey(
  executor: Executor,
  { id, forUpdate = false }: { id: string; forUpdate?: boolean },
): Promise<OperatorKeyRow | null> {
  const { rows } = await executor.query<OperatorKeyRow>(
    `${SELECT} where k.id = $1${forUpdate ? ' for update of k' : ''}`,
    [id],
  )
  return rows[0] ?? null
}

/** One row more than `limit`, newest first. */
export async function listOperatorKeys(
  executor: Executor,
  { before, limit }: { before: string | null; limit: number },
): Promise<OperatorKeyRow[]> {
  const { rows } = await executor.query<OperatorKeyRow>(
    `${SELECT} where $1::text is null or k.id < $1 order by k.id desc limit $2`,
    [before, limit],
  )
  return rows
}

/** What verifying a signature needs, by public key. */
export async function findOperatorVerificationRows(
  executor: Executor,
  publicKey: string,
): Promise<{ key: OperatorKeysTable; secrets: SecretRow[] } | null> {
  const { rows } = await executor.query<OperatorKeysTable>(
    'select * from operator_keys where public_key = $1',
    [publicKey],
  )
  const key = rows[0]
  if (!key) return null
  const secrets = await executor.query<SecretRow>(
    `select operator_key_id as api_key_id, version, sealed, ed25519_public_key, created_at, expires_at, destroyed_at
       from operator_key_secrets where operator_key_id = $1 and destroyed_at is null order by version desc`,
    [key.id],
  )
  return { key, secrets: secrets.rows }
}

export async function insertOperatorKey(
  executor: Executor,
  key: Omit<OperatorKeysTable, 'enabled' | 'secret_version' | 'revoked_at' | 'rotated_at'>,
): Promise<void> {
  await run(
    executor,
    sqlBuilder.insertInto('operator_keys').values({ ...key, enabled: true, secret_version: 1 } as never),
  )
}

export async function insertOperatorSecret(
  executor: Executor,
  secret: {
    keyId: string
    version: number
    sealed: string | null
    ed25519PublicKey: Buffer | null
    createdAt: Date
  },
): Promise<void> {
  await executor.query(
    `insert into operator_key_secrets (operator_key_id, version, sealed, ed25519_public_key, created_at)
     values ($1, $2, $3, $4, $5)`,
    [secret.keyId, secret.version, secret.sealed, secret.ed25519PublicKey, secret.createdAt],
  )
}

/** Two secrets are live at most: the one before the current ends its overlap, all older ones end now. */
export async function retireOperatorSecrets(
  executor: Executor,
  {
    keyId,
    currentVersion,
    overlapEnd,
    now,
  }: { keyId: string; currentVersion: number; overlapEnd: Date; now: Date },
): Promise<void> {
  await executor.query(
    `update operator_key_secrets
        set expires_at = case when version = $2 - 1 then $3 else least(expires_at, $4) end
      where operator_key_id = $1 and version < $2`,
    [keyId, currentVersion, overlapEnd, now],
  )
}

export async function updateOperatorKeyRow(
  executor: Executor,
  keyId: string,
  changes: Partial<OperatorKeysTable>,
): Promise<void> {
  await run(executor, sqlBuilder.updateTable('operator_keys').set(changes).where('id', '=', keyId))
}

/** Until the transaction ends nobody else makes an operator key: what is counted holds for the insert. */
export async function lockOperatorKeyCount(executor: Executor): Promise<void> {
  await executor.query("select pg_advisory_xact_lock(hashtextextended('operator_keys', 0))")
}

export async function countLiveOperatorKeys(executor: Executor): Promise<number> {
  const { rows } = await executor.query<{ count: string }>(
    'select count(*) as count from operator_keys where revoked_at is null',
  )
  return Number(rows[0]?.count ?? 0)
}

/** Notes uses in one statement; an older use never replaces a newer one. */
export async function touchOperatorKeys(
  executor: Executor,
  uses: readonly { keyId: string; at: Date; ip: string }[],
): Promise<void> {
  await executor.query(
    `insert into operator_key_uses as u (operator_key_id, last_used_at, last_used_ip)
     select k.id, used.at, used.ip
       from unnest($1::text[], $2::timestamptz[], $3::text[]) as used (key_id, at, ip)
       join operator_keys k on k.id = used.key_id
      order by k.id
     on conflict (operator_key_id) do update
        set last_used_at = excluded.last_used_at, last_used_ip = excluded.last_used_ip
      where u.last_used_at < excluded.last_used_at`,
    [uses.map((use) => use.keyId), uses.map((use) => use.at), uses.map((use) => use.ip)],
  )
}

/** Destroys sealed secrets that ended before a moment. */
export async function destroyRetiredOperatorSecrets(
  executor: Executor,
  { endedBefore, now }: { endedBefore: Date; now: Date },
): Promise<void> {
  await executor.query(
    `update operator_key_secrets set sealed = null, destroyed_at = $2
      where expires_at < $1 and sealed is not null`,
    [endedBefore, now],
  )
}
