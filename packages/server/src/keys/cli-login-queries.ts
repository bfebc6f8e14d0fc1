import type { Executor } from '../database/database.ts'

export type CliLoginRow = {
  id: string
  code: string
  device_name: string
  ip: string
  ed25519_public_key: Buffer
  status: 'pending' | 'confirmed' | 'refused'
  created_at: Date
  expires_at: Date
  workspace_id: string | null
  api_key_id: string | null
  decided_at: Date | null
  /** Null: the command line has not said yet. False: not in time, and the key was revoked. */
  key_kept: boolean | null
}

const COLUMNS = `l.id, l.code, l.device_name, l.ip, l.ed25519_public_key, l.status, l.created_at, l.expires_at,
  l.workspace_id, l.api_key_id, l.decided_at, l.key_kept`

/** Until the transaction ends nobody else begins a login: what is counted holds for the insert. */
export async function lockCliLoginCount(executor: Executor): Promise<void> {
  await executor.query("select pg_advisory_xact_lock(hashtextextended('cli_logins', 0))")
}

/** @returns whether so many logins, or more, have not ended yet */
export async function hasOpenCliLogins(
  executor: Executor,
  { count, now }: { count: number; now: Date },
): Promise<boolean> {
  const { rowCount } = await executor.query(
    'select from cli_logins where expires_at > $1 offset $2 limit 1',
    [now, count - 1],
  )
  return rowCount === 1
}

export async function insertCliLogin(
  executor: Executor,
  login: Omit<CliLoginRow, 'status' | 'workspace_id' | 'api_key_id' | 'decided_at' | 'key_kept'> & {
    secret_hash: Buffer
  },
): Promise<void> {
  await executor.query(
    `insert into cli_logins (id, secret_hash, code, device_name, ip, ed25519_public_key, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      login.id,
      login.secret_hash,
      login.code,
      login.device_name,
      login.ip,
      login.ed25519_public_key,
      login.created_at,
      login.expires_at,
    ],
  )
}

export async function findCliLogin(
  executor: Executor,
  { id, forUpdate = false }: { id: string; forUpdate?: boolean },
): Promise<CliLoginRow | null> {
  const { rows } = await executor.query<CliLoginRow>(
    `select ${COLUMNS} from cli_logins l where l.id = $1${forUpdate ? ' for update' : ''}`,
    [id],
  )
  return rows[0] ?? null
}

/** The login whose secret has this digest, with the public key that it led to. */
export async function findCliLoginBySecret(
  executor: Executor,
  secretHash: Buffer,
): Promise<(CliLoginRow & { public_key: string | null }) | null> {
  const { rows } = await executor.query<CliLoginRow & { public_key: string | null }>(
    `select ${COLUMNS}, k.public_key from cli_logins l left join api_keys k on k.id = l.api_key_id
      where l.secret_hash = $1`,
    [secretHash],
  )
  return rows[0] ?? null
}

export async function decideCliLogin(
  executor: Executor,
  decision: { id: string; workspaceId: string; apiKeyId: string | null; now: Date },
): Promise<void> {
  await executor.query(
    `update cli_logins set status = case when $3::text is null then 'refused' else 'confirmed' end,
            workspace_id = $2, api_key_id = $3, decided_at = $4
      where id = $1`,
    [decision.id, decision.workspaceId, decision.apiKeyId, decision.now],
  )
}

/** What became of the key of a confirmed login. What was settled stays. */
export async function settleKept(
  executor: Executor,
  { id, kept }: { id: string; kept: boolean },
): Promise<void> {
  await executor.query(
    `update cli_logins set key_kept = $2 where id = $1 and status = 'confirmed' and key_kept is null`,
    [id, kept],
  )
}

/** Logins that were confirmed before a moment and whose key nobody has said to keep, locked, the oldest first. */
export async function lockUnkeptCliLogins(
  executor: Executor,
  { decidedBefore, limit }: { decidedBefore: Date; limit: number },
): Promise<{ id: string; workspace_id: string; api_key_id: string }[]> {
  const { rows } = await executor.query<{ id: string; workspace_id: string; api_key_id: string }>(
    `select l.id, l.workspace_id, l.api_key_id from cli_logins l
      where l.status = 'confirmed' and l.key_kept is null and l.decided_at <= $1
      order by l.decided_at limit $2 for update skip locked`,
    [decidedBefore, limit],
  )
  return rows
}

/** Forgets logins that ended, but none whose key may still have to be ended. @returns how many */
export async function deleteEndedCliLogins(
  executor: Executor,
  { endedBefore, limit }: { endedBefore: Date; limit: number },
): Promise<number> {
  const { rowCount } = await executor.query(
    `delete from cli_logins where id in (
       select id from cli_logins
        where expires_at < $1 and (status <> 'confirmed' or key_kept is not null) limit $2)`,
    [endedBefore, limit],
  )
  return rowCount ?? 0
}
