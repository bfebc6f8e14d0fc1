import type { Executor } from '../database/database.ts'
import type { Mode } from '../sessions/principal.ts'

// What operators see of one workspace, counted where it lives; this room changes none of it.

export type KeyCounts = { mode: Mode; active: number; total: number; lastUsedAt: Date | null }

/** Keys that were not deleted, by mode. */
export async function countKeys(
  executor: Executor,
  { workspaceId, now }: { workspaceId: string; now: Date },
): Promise<KeyCounts[]> {
  const { rows } = await executor.query<KeyCounts>(
    `select mode, count(*) filter (where enabled and (expires_at is null or expires_at > $2))::int as active,
       count(*)::int as total, max(u.last_used_at) as "lastUsedAt"
     from api_keys left join api_key_uses u on u.api_key_id = api_keys.id
     where workspace_id = $1 and revoked_at is null group by mode order by mode desc`,
    [workspaceId, now],
  )
  return rows
}

const WAITING_COUNTED_MAX = 10_000

export type EndpointCounts = {
  mode: Mode
  total: number
  enabled: number
  failing: number
  /** Deliveries that are still to go out; counted up to 10 000 an endpoint. */
  waiting: number
}

export async function countEndpoints(executor: Executor, workspaceId: string): Promise<EndpointCounts[]> {
  const { rows } = await executor.query<EndpointCounts>(
    `select e.mode, count(*)::int as total, count(*) filter (where e.enabled)::int as enabled,
       count(*) filter (where e.enabled and h.failing_since is not null)::int as failing,
       coalesce(sum(p.waiting), 0)::int as waiting
     from webhook_endpoints e
       left join webhook_endpoint_health h on h.endpoint_id = e.id
       cross join lateral (
         select count(*) as waiting
         from (select from pending_deliveries where endpoint_id = e.id limit ${WAITING_COUNTED_MAX}) few
       ) p
     where e.workspace_id = $1 and e.deleted_at is null and e.listener_seen_at is null
     group by e.mode order by e.mode desc`,
    [workspaceId],
  )
  return rows
}

export type Volume = { mode: Mode; currency: string; type: string; count: number; sum: string }

/** What has completed since a time, by mode, currency and type. */
export async function sumVolumes(
  executor: Executor,
  { workspaceId, since }: { workspaceId: string; since: Date },
): Promise<Volume[]> {
  const { rows } = await executor.query<Volume>(
    `select mode, currency, type, count(*)::int as count, money_text(sum(amount), decimals) as sum
     from transactions
     where workspace_id = $1 and mode in ('test', 'production') and completed_at >= $2
     group by mode, currency, decimals, type order by mode, currency, type`,
    [workspaceId, since],
  )
  return rows
}

export type ModeBalance = { mode: Mode; currency: string; posted: string; held: string }

/** What the workspace's accounts hold, by mode and currency. */
export async function sumBalances(executor: Executor, workspaceId: string): Promise<ModeBalance[]> {
  const { rows } = await executor.query<ModeBalance>(
    `select mode, currency, money_text(sum(posted), decimals) as posted,
       money_text(sum(pending_out), decimals) as held
     from accounts where workspace_id = $1 and kind = 'customer'
     group by mode, currency, decimals order by mode, currency`,
    [workspaceId],
  )
  return rows
}

/** What people call somebody; null when there is no such person any more. */
export async function findEmail(executor: Executor, userId: string): Promise<string | null> {
  const { rows } = await executor.query<{ email: string }>('select email from users where id = $1', [userId])
  return rows[0]?.email ?? null
}
