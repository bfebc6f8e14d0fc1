import type { Executor } from '../database/database.ts'
import type { Mode } from '../sessions/principal.ts'

export type LetterTopic = 'expired' | 'expiring' | 'rotation_due'
export type KeyForLetter = { name: string; public_key: string; mode: Mode; at: Date }

/** Remembers that a workspace is to be told of keys; the letter finds them by itself. */
export async function noteForLetter(
  executor: Executor,
  workspaceIds: readonly string[],
  now: Date,
): Promise<void> {
  await executor.query(
    `insert into api_key_letters (workspace_id, pending_since)
     select w.id, $2 from workspaces w where w.id = any($1) order by w.id
     on conflict (workspace_id) do update
       set pending_since = coalesce(api_key_letters.pending_since, excluded.pending_since)`,
    [workspaceIds, now],
  )
}

/** Workspaces to be told of something, whose last letter is older than a moment; locked. */
export async function lockDueLetters(
  executor: Executor,
  { sentBefore, limit }: { sentBefore: Date; limit: number },
): Promise<{ workspaceId: string; name: string; sentAt: Date | null }[]> {
  const { rows } = await executor.query<{ workspace_id: string; name: string; sent_at: Date | null }>(
    `select l.workspace_id, w.name, l.sent_at from api_key_letters l
       join workspaces w on w.id = l.workspace_id
      where l.pending_since is not null and (l.sent_at is null or l.sent_at <= $1)
      order by l.pending_since limit $2 for update of l skip locked`,
    [sentBefore, limit],
  )
  return rows.map((row) => ({ workspaceId: row.workspace_id, name: row.name, sentAt: row.sent_at }))
}

export async function markLetterSent(executor: Executor, workspaceId: string, now: Date): Promise<void> {
  await executor.query(
    'update api_key_letters set pending_since = null, sent_at = $2 where workspace_id = $1',
    [workspaceId, now],
  )
}

const TOPIC_SQL: Record<LetterTopic, { at: string; where: string }> = {
  expired: { at: 'expires_at', where: 'expires_at > $2 and expires_at <= $3' },
  expiring: {
    at: 'expires_at',
    where: `expires_at > $3 and expires_at <= $3::timestamptz + interval '7 days' and $2::timestamptz is not null`,
  },
  rotation_due: {
    at: 'coalesce(rotated_at, created_at)',
    where: `rotation_told_version = secret_version and rotation_told_at > $2
            and (expires_at is null or expires_at > $3)`,
  },
}

/** The first keys of a topic and how many there are, of those that were not deleted. */
export async function findKeysForLetter(
  executor: Executor,
  topic: LetterTopic,
  { workspaceId, since, now, limit }: { workspaceId: string; since: Date; now: Date; limit: number },
): Promise<{ keys: KeyForLetter[]; count: number }> {
  const { at, where } = TOPIC_SQL[topic]
  const { rows } = await executor.query<KeyForLetter & { count: string }>(
    `select name, public_key, mode, ${at} as at, count(*) over () as count from api_keys
      where workspace_id = $1 and revoked_at is null and ${where} order by ${at}, id limit $4`,
    [workspaceId, since, now, limit],
  )
  return { keys: rows, count: Number(rows[0]?.count ?? 0) }
}
