import type { Executor } from '../database/database.ts'
import type { CurrencyType, Mode } from '../sessions/principal.ts'

export type FailingEndpoint = {
  id: string
  workspaceId: string
  mode: Mode
  currencyType: CurrencyType | null
  url: string
  failingSince: Date
  /** From the first failure to the last one seen. */
  failedMs: number
  consecutiveFailures: number
  /** It answered 410 and is off already. */
  isGone: boolean
}

/**
 * Locks one endpoint that has reached the next of its steps, or was switched off untold; one that somebody works
 * on is passed by.
 * @param stepsMs after how many milliseconds of failures each step is due
 */
export async function lockUntoldEndpoint(
  executor: Executor,
  stepsMs: readonly number[],
): Promise<FailingEndpoint | null> {
  const { rows } = await executor.query<FailingEndpoint>(
    `select e.id, e.workspace_id as "workspaceId", e.mode, e.currency_type as "currencyType", e.url,
       coalesce(h.failing_since, h.last_failure_at, e.updated_at) as "failingSince",
       coalesce(extract(epoch from h.last_failure_at - h.failing_since) * 1000, 0)::float8 as "failedMs",
       h.consecutive_failures as "consecutiveFailures", not e.enabled as "isGone"
     from webhook_endpoint_health h join webhook_endpoints e on e.id = h.endpoint_id
     where e.deleted_at is null and e.listener_seen_at is null and (
       (e.enabled and extract(epoch from h.last_failure_at - h.failing_since) * 1000 >= ($1::float8[])[h.failing_told + 1])
       or (e.disabled_reason = 'gone' and h.failing_told < cardinality($1::float8[])))
     order by e.id limit 1 for update of e, h skip locked`,
    [stepsMs],
  )
  return rows[0] ?? null
}

/** Remembers how many steps of this failing period are told; a success begins anew. */
export async function markTold(executor: Executor, endpointId: string, steps: number): Promise<void> {
  await executor.query('update webhook_endpoint_health set failing_told = $2 where endpoint_id = $1', [
    endpointId,
    steps,
  ])
}
