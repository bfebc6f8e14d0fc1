import type { Executor } from '../database/database.ts'

export type CallerUse = {
  keyId: string
  secretVersion: number
  /** Both empty: more callers than are told apart. */
  ip: string
  userAgent: string
  count: number
  firstAt: Date
  lastAt: Date
}

export type CallerRow = {
  secret_version: number
  ip: string
  user_agent: string
  first_used_at: Date
  last_used_at: Date
  request_count: string
}

export type SecretUseRow = {
  version: number
  created_at: Date
  expires_at: Date | null
  last_used_at: Date | null
  request_count: string
}

/** So many callers of one version are told apart; the rest share one row. */
export const CALLERS_PER_VERSION_MAX = 50
/** Of so many versions, the current one among them, callers are kept. */
const VERSIONS_KEPT = 5

/**
 * Adds uses to the callers of their keys, in one statement. Its rows are locked in the order of the primary key, so
 * that servers which write at once do not wait for each other in a circle.
 */
export async function addCallerUses(executor: Executor, uses: readonly CallerUse[]): Promise<void> {
  await executor.query(
    `with used as (
       select * from unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::bigint[],
                            $6::timestamptz[], $7::timestamptz[])
                as u (key_id, version, ip, agent, count, first_at, last_at)
        where exists (select from api_keys k where k.id = u.key_id)
     ), ranked as (
       select u.*, c.api_key_id is not null as known,
              count(*) filter (where c.api_key_id is null)
                over (partition by u.key_id, u.version order by u.last_at desc, u.ip, u.agent) as newcomer
         from used u
         left join api_key_callers c on (c.api_key_id, c.secret_version, c.ip, c.user_agent)
                                      = (u.key_id, u.version, u.ip, u.agent)
     ), placed as (
       select r.*, r.known or r.newcomer + (select count(*) from api_key_callers c
                                             where c.api_key_id = r.key_id and c.secret_version = r.version
                                               and (c.ip, c.user_agent) <> ('', '')) <= $8 as own
         from ranked r
     )
     insert into api_key_callers as c
       (api_key_id, secret_version, ip, user_agent, first_used_at, last_used_at, request_count)
     select key_id, version, case when own then ip else '' end, case when own then agent else '' end,
            min(first_at), max(last_at), sum(count)
       from placed group by 1, 2, 3, 4 order by 1, 2, 3, 4
     on conflict (api_key_id, secret_version, ip, user_agent) do update
       set last_used_at = greatest(c.last_used_at, excluded.last_used_at),
           request_count = c.request_count + excluded.request_count`,
    [
      uses.map((use) => use.keyId),
      uses.map((use) => use.secretVersion),
      uses.map((use) => use.ip),
      uses.map((use) => use.userAgent),
      uses.map((use) => use.count),
      uses.map((use) => use.firstAt),
      uses.map((use) => use.lastAt),
      CALLERS_PER_VERSION_MAX,
    ],
  )
}

/** The callers of a key, the latest first. Bounded by what is kept. */
export async function findCallers(executor: Executor, keyId: string): Promise<CallerRow[]> {
  const { rows } = await executor.query<CallerRow>(
    `select secret_version, ip, user_agent, first_used_at, last_used_at, request_count
       from api_key_callers where api_key_id = $1
      order by last_used_at desc, secret_version desc, ip, user_agent limit $2`,
    [keyId, (CALLERS_PER_VERSION_MAX + 1) * VERSIONS_KEPT],
  )
  return rows
}

/** The newest versions of a key's secret with what was signed with each. */
export async function findSecretUses(executor: Executor, keyId: string): Promise<SecretUseRow[]> {
  const { rows } = await executor.query<SecretUseRow>(
    `select s.version, s.created_at, s.expires_at, max(c.last_used_at) as last_used_at,
            coalesce(sum(c.request_count), 0) as request_count
       from api_key_secrets s
       left join api_key_callers c on c.api_key_id = s.api_key_id and c.secret_version = s.version
      where s.api_key_id = $1 group by s.version, s.created_at, s.expires_at
      order by s.version desc limit $2`,
    [keyId, VERSIONS_KEPT],
  )
  return rows
}

/** Forgets who has not called for long, and who used versions of long ago. */
export async function pruneCallers(
  executor: Executor,
  { usedBefore, limit }: { usedBefore: Date; limit: number },
): Promise<void> {
  await executor.query(
    `delete from api_key_callers where ctid in (
       select ctid from api_key_callers where last_used_at < $1 limit $2)`,
    [usedBefore, limit],
  )
  await executor.query(
    `delete from api_key_callers where ctid in (
       select c.ctid from api_key_callers c join api_keys k on k.id = c.api_key_id
        where c.secret_version <= k.secret_version - $1 limit $2)`,
    [VERSIONS_KEPT, limit],
  )
}
