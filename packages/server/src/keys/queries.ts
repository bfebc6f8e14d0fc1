import { sql, type Selectable } from 'kysely'
import type { Executor } from '../database/database.ts'
import { run, sqlBuilder } from '../database/database.ts'
import { decodeCursor } from '../http/pagination.ts'
import type { CurrencyType, Mode } from '../sessions/principal.ts'
import type { KeyStatus } from './schema.ts'

type ApiKeysTable = {
  id: string
  workspace_id: string
  public_key: string
  name: string
  mode: Mode
  currency_type: CurrencyType
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
  created_by_kind: 'member' | 'key'
  created_by_id: string
  created_by_name: string
  expiry_told_days: number | null
  rotation_told_version: number | null
  rotation_told_at: Date | null
}

type ApiKeySecretsTable = {
  api_key_id: string
  version: number
  sealed: string | null
  ed25519_public_key: Buffer | null
  created_at: Date
  expires_at: Date | null
  destroyed_at: Date | null
  /** Who was shown it, or brought the pair. Null where it is from before this was kept and the audit log is silent. */
  made_by_kind: 'member' | 'key' | null
  made_by_id: string | null
}

/** Apart from the key, because it changes all the time. */
type ApiKeyUsesTable = { api_key_id: string; last_used_at: Date; last_used_ip: string }

declare module '../database/database.ts' {
  interface Tables {
    api_keys: ApiKeysTable
    api_key_uses: ApiKeyUsesTable
    api_key_secrets: ApiKeySecretsTable
  }
}

export type KeyRow = Selectable<ApiKeysTable> & {
  /** Of the current version. */
  ed25519_public_key: Buffer | null
  /** End of the overlap of the version before, when it has one. */
  previous_secret_expires_at: Date | null
  last_used_at: Date | null
  last_used_ip: string | null
}
export type SecretRow = Selectable<ApiKeySecretsTable>

/** Within so many milliseconds of its expiry a key is `expiring`. */
export const EXPIRING_MS = 7 * 86_400_000
/** So old may a secret be before people are reminded to rotate it. */
export const ROTATION_MS = 90 * 86_400_000

/** The columns of a key with what its secrets and its use add; the caller narrows and orders. */
const selectKeys = () =>
  sqlBuilder
    .selectFrom('api_keys as k')
    .leftJoin('api_key_secrets as current', (join) =>
      join.onRef('current.api_key_id', '=', 'k.id').onRef('current.version', '=', 'k.secret_version'),
    )
    .leftJoin('api_key_secrets as previous', (join) =>
      join
        .onRef('previous.api_key_id', '=', 'k.id')
        .on('previous.version', '=', sql<number>`k.secret_version - 1`),
    )
    .leftJoin('api_key_uses as used', 'used.api_key_id', 'k.id')
    .selectAll('k')
    .select([
      'current.ed25519_public_key',
      'previous.expires_at as previous_secret_expires_at',
      'used.last_used_at',
      'used.last_used_ip',
    ])

/** @returns null when the workspace has no such key */
export async function findKey(
  executor: Executor,
  { workspaceId, id, forUpdate = false }: { workspaceId: string; id: string; forUpdate?: boolean },
): Promise<KeyRow | null> {
  const query = selectKeys().where('k.id', '=', id).where('k.workspace_id', '=', workspaceId)
  const rows = await run<KeyRow>(executor, forUpdate ? query.forUpdate('k') : query)
  return rows[0] ?? null
}

export async function newestPublicKeys(
  executor: Executor,
  { workspaceId, limit }: { workspaceId: string; limit: number },
): Promise<string[]> {
  const { rows } = await executor.query<{ public_key: string }>(
    `select public_key from api_keys where workspace_id = $1 and revoked_at is null order by id desc limit $2`,
    [workspaceId, limit],
  )
  return rows.map((row) => row.public_key)
}

/** What verifying a signature needs, by public key: the key's row and its secrets that were not destroyed. */
export async function findVerificationRows(
  executor: Executor,
  publicKey: string,
): Promise<{ key: Selectable<ApiKeysTable>; isSuspended: boolean; secrets: SecretRow[] } | null> {
  const { rows } = await executor.query<
    Selectable<ApiKeysTable> & { is_suspended: boolean; secrets: SecretRow[] }
  >({
    name: 'find-verification-key',
    text: `select k.id, k.workspace_id, k.public_key, k.name, k.mode, k.currency_type, k.algorithm, k.scopes,
                  k.ip_allowlist, k.rate_limit_per_minute, k.enabled, k.secret_version, k.expires_at, k.revoked_at,
                  exists (select from workspace_suspensions u where u.workspace_id = k.workspace_id) as is_suspended,
                  (select json_agg(json_build_object(
                            'version', s.version, 'sealed', s.sealed,
                            'ed25519_public_key', encode(s.ed25519_public_key, 'base64'),
                            'expires_at', s.expires_at) order by s.version desc)
                     from api_key_secrets s
                    where s.api_key_id = k.id and s.destroyed_at is null) as secrets
             from api_keys k
            where k.public_key = $1`,
    values: [publicKey],
  })
  const row = rows[0]
  if (!row) return null
  const { secrets, is_suspended: isSuspended, ...key } = row
  return {
    key,
    isSuspended,
    secrets: (secrets ?? []).map((secret) => ({
      ...secret,
      ed25519_public_key: secret.ed25519_public_key
        ? Buffer.from(secret.ed25519_public_key as unknown as string, 'base64')
        : null,
      expires_at: secret.expires_at ? new Date(secret.expires_at) : null,
    })),
  }
}

export type KeyFilter = {
  workspaceId: string
  mode?: Mode | undefined
  currencyType?: CurrencyType | undefined
  statuses?: readonly KeyStatus[] | undefined
  publicKey?: string | undefined
  /** A part of the name, or the beginning of the public key. */
  search?: string | undefined
  nameContains?: string | undefined
  /** The id of somebody who was shown a secret that still verifies, or brought its pair. */
  knownTo?: string | undefined
  createdAfter?: Date | undefined
  createdBefore?: Date | undefined
  cursor?: string | undefined
  limit: number
  now: Date
}

/**
 * One row more than `limit`, newest first, so that the caller knows whether there is more. Which ones is asked of
 * api_keys_filter_idx alone, which holds every column that a condition here may name.
 */
export async function listKeys(executor: Executor, filter: KeyFilter): Promise<KeyRow[]> {
  let query = sqlBuilder
    .selectFrom('api_keys as k')
    .select('k.id')
    .where('k.workspace_id', '=', filter.workspaceId)
    .orderBy('k.id', 'desc')
    .limit(filter.limit + 1)
  if (filter.mode) query = query.where('k.mode', '=', filter.mode)
  if (filter.currencyType) query = query.where('k.currency_type', '=', filter.currencyType)
  if (filter.publicKey) query = query.where('k.public_key', '=', filter.publicKey)
  if (filter.nameContains)
    query = query.where(sql<boolean>`k.name_folded like ${containing(filter.nameContains)}`)
  if (filter.search) query = query.where(found(filter.search))
  if (filter.knownTo) query = query.where(knownTo(filter.knownTo, filter.now))
  if (filter.createdAfter) query = query.where('k.created_at', '>=', filter.createdAfter)
  if (filter.createdBefore) query = query.where('k.created_at', '<', filter.createdBefore)
  if (filter.statuses)
    query = query.where(sql<boolean>`(${sql.join(statusConditions(filter.statuses, filter.now), sql` or `)})`)
  if (filter.cursor) query = query.where('k.id', '<', decodeCursor(filter.cursor, 1)[0] as string)
  return run<KeyRow>(executor, selectKeys().where('k.id', 'in', query).orderBy('k.id', 'desc'))
}

// What every public key begins with.
const PUBLIC_KEY_BEGIN = 'pk_'

const NOT_REVOKED: readonly KeyStatus[] = ['active', 'expiring', 'expired', 'disabled']

/** The same rule as `keyStatus`, for filters; a test holds the two together. */
function statusConditions(statuses: readonly KeyStatus[], now: Date) {
  const soon = new Date(now.getTime() + EXPIRING_MS)
  const conditions: Record<KeyStatus, ReturnType<typeof sql<boolean>>> = {
    revoked: sql`k.revoked_at is not null`,
    expired: sql`(k.revoked_at is null and k.expires_at <= ${now})`,
    disabled: sql`(k.revoked_at is null and not k.enabled and (k.expires_at is null or k.expires_at > ${now}))`,
    expiring: sql`(k.revoked_at is null and k.enabled and k.expires_at > ${now} and k.expires_at <= ${soon})`,
    active: sql`(k.revoked_at is null and k.enabled and (k.expires_at is null or k.expires_at > ${soon}))`,
  }
  const wanted = new Set(statuses)
  if (NOT_REVOKED.every((status) => wanted.has(status)))
    return wanted.has('revoked') ? [sql<boolean>`true`] : [sql<boolean>`k.revoked_at is null`]
  return [...wanted].map((status) => conditions[status])
}

/** Revoking a key ends its secrets, so that a revoked one is known to nobody. */
function knownTo(id: string, now: Date) {
  return sql<boolean>`k.id in (select s.api_key_id from api_key_secrets s
    where s.made_by_id = ${id} and (s.expires_at is null or s.expires_at > ${now}))`
}

/** A part of the name, or the beginning of the public key if the text can be one. */
function found(search: string) {
  const name = sql<boolean>`k.name_folded like ${containing(search)}`
  if (!PUBLIC_KEY_BEGIN.startsWith(search) && !search.startsWith(PUBLIC_KEY_BEGIN)) return name
  return sql<boolean>`(${name} or k.public_key like ${literal(search)} || '%')`
}

/** A text for `like`, none of whose characters means anything else. */
function literal(text: string): string {
  return text.replaceAll(/[\\%_]/g, (character) => `\\${character}`)
}

function containing(text: string): string {
  return `%${literal(text.toLowerCase())}%`
}

/** What the key is worth now; the strongest reason not to work comes first. */
export function keyStatus(
  key: { revoked_at: Date | null; expires_at: Date | null; enabled: boolean },
  nowMs: number,
): KeyStatus {
  if (key.revoked_at) return 'revoked'
  if (key.expires_at && key.expires_at.getTime() <= nowMs) return 'expired'
  if (!key.enabled) return 'disabled'
  if (key.expires_at && key.expires_at.getTime() <= nowMs + EXPIRING_MS) return 'expiring'
  return 'active'
}

export type NewKey = Omit<
  Selectable<ApiKeysTable>,
  | 'enabled'
  | 'secret_version'
  | 'revoked_at'
  | 'rotated_at'
  | 'expiry_told_days'
  | 'rotation_told_version'
  | 'rotation_told_at'
>

export async function insertKey(executor: Executor, key: NewKey): Promise<void> {
  await run(
    executor,
    sqlBuilder.insertInto('api_keys').values({ ...key, enabled: true, secret_version: 1 } as never),
  )
}

export async function insertSecret(
  executor: Executor,
  secret: Omit<SecretRow, 'expires_at' | 'destroyed_at'>,
): Promise<void> {
  await executor.query(
    `insert into api_key_secrets
       (api_key_id, version, sealed, ed25519_public_key, created_at, made_by_kind, made_by_id)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      secret.api_key_id,
      secret.version,
      secret.sealed,
      secret.ed25519_public_key,
      secret.created_at,
      secret.made_by_kind,
      secret.made_by_id,
    ],
  )
}

/** One version of a key's secret, or null. */
export async function findSecret(
  executor: Executor,
  { keyId, version }: { keyId: string; version: number },
): Promise<SecretRow | null> {
  const { rows } = await executor.query<SecretRow>(
    `select api_key_id, version, sealed, ed25519_public_key, created_at, expires_at, destroyed_at,
            made_by_kind, made_by_id
       from api_key_secrets where api_key_id = $1 and version = $2`,
    [keyId, version],
  )
  return rows[0] ?? null
}

/** Two secrets are live at most: the one before the current ends its overlap, all older ones end now. */
export async function retireSecrets(
  executor: Executor,
  {
    keyId,
    currentVersion,
    overlapEnd,
    now,
  }: { keyId: string; currentVersion: number; overlapEnd: Date; now: Date },
): Promise<void> {
  await executor.query(
    `update api_key_secrets
        set expires_at = case when version = $2 - 1 then $3 else least(expires_at, $4) end
      where api_key_id = $1 and version < $2`,
    [keyId, currentVersion, overlapEnd, now],
  )
}

export type KeyChanges = Partial<
  Pick<
    Selectable<ApiKeysTable>,
    | 'name'
    | 'expires_at'
    | 'enabled'
    | 'scopes'
    | 'ip_allowlist'
    | 'rate_limit_per_minute'
    | 'revoked_at'
    | 'secret_version'
    | 'rotated_at'
    | 'expiry_told_days'
    | 'rotation_told_version'
    | 'rotation_told_at'
  >
>

export async function updateKey(executor: Executor, keyId: string, changes: KeyChanges): Promise<void> {
  await run(executor, sqlBuilder.updateTable('api_keys').set(changes).where('id', '=', keyId))
}

/** Notes uses in one statement; an older use never replaces a newer one. */
export async function touchKeys(
  executor: Executor,
  uses: readonly { keyId: string; at: Date; ip: string }[],
): Promise<void> {
  await executor.query(
    `insert into api_key_uses as u (api_key_id, last_used_at, last_used_ip)
     select k.id, used.at, used.ip
       from unnest($1::text[], $2::timestamptz[], $3::text[]) as used (key_id, at, ip)
       join api_keys k on k.id = used.key_id
      order by k.id
     on conflict (api_key_id) do update set last_used_at = excluded.last_used_at, last_used_ip = excluded.last_used_ip
      where u.last_used_at < excluded.last_used_at`,
    [uses.map((use) => use.keyId), uses.map((use) => use.at), uses.map((use) => use.ip)],
  )
}

/** Until the transaction ends nobody else makes a key of this workspace: what is counted holds for the insert. */
export async function lockKeyCount(executor: Executor, workspaceId: string): Promise<void> {
  // Beside this the inserts of other rows, whose foreign keys ask for `key share`, go on.
  await executor.query('select from workspaces where id = $1 for no key update', [workspaceId])
}

/** @returns whether so many keys of the workspace, or more, are not revoked */
export async function hasLiveKeys(
  executor: Executor,
  { workspaceId, count }: { workspaceId: string; count: number },
): Promise<boolean> {
  const { rowCount } = await executor.query(
    'select from api_keys where workspace_id = $1 and revoked_at is null offset $2 limit 1',
    [workspaceId, count - 1],
  )
  return rowCount === 1
}

/** Destroys sealed secrets that ended before a moment. @returns how many */
export async function destroyRetiredSecrets(
  executor: Executor,
  { endedBefore, now, limit }: { endedBefore: Date; now: Date; limit: number },
): Promise<number> {
  const { rowCount } = await executor.query(
    `update api_key_secrets set sealed = null, destroyed_at = $2
      where (api_key_id, version) in (
        select api_key_id, version from api_key_secrets
         where expires_at < $1 and sealed is not null limit $3)`,
    [endedBefore, now, limit],
  )
  return rowCount ?? 0
}

/** Keys that have reached a step of their end which was not told yet, locked, the most urgent first. */
export async function lockExpiringKeys(
  executor: Executor,
  { now, limit }: { now: Date; limit: number },
): Promise<Selectable<ApiKeysTable>[]> {
  const { rows } = await executor.query<Selectable<ApiKeysTable>>(
    `select k.* from api_keys k
      where k.expires_at is not null and k.revoked_at is null and k.expiry_told_days is distinct from 0
        and k.expires_at <= $1::timestamptz + interval '7 days'
        and (k.expiry_told_days is null
             or (k.expiry_told_days = 7 and k.expires_at <= $1::timestamptz + interval '1 day')
             or k.expires_at <= $1::timestamptz)
      order by k.expires_at
      limit $2
      for update skip locked`,
    [now, limit],
  )
  return rows
}

/** Keys whose current secret is 90 days old and was not told of yet, locked, the oldest first. */
export async function lockKeysDueForRotation(
  executor: Executor,
  { now, limit }: { now: Date; limit: number },
): Promise<Selectable<ApiKeysTable>[]> {
  const { rows } = await executor.query<Selectable<ApiKeysTable>>(
    `select k.* from api_keys k
      where k.revoked_at is null and k.rotation_told_version is distinct from k.secret_version
        and coalesce(k.rotated_at, k.created_at) <= $1
        and (k.expires_at is null or k.expires_at > $2)
      order by coalesce(k.rotated_at, k.created_at)
      limit $3
      for update skip locked`,
    [new Date(now.getTime() - ROTATION_MS), now, limit],
  )
  return rows
}
