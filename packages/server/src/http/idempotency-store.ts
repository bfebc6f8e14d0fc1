import type { Executor } from '../database/database.ts'
import type { Mode } from '../sessions/principal.ts'

/** One Idempotency-Key in its scope, with what must be the same for it to stand for the same request. */
export type IdempotencyScope = {
  workspaceId: string
  mode: Mode
  method: string
  path: string
  key: string
  /** SHA-256 of the body. */
  requestHash: Buffer
  /** The id of the API key or of the person who asks. */
  principalId: string
}

export type StoredAnswer = { status: number; body: string }

export type ClaimOutcome =
  | { outcome: 'claimed' }
  | { outcome: 'replayed'; answer: StoredAnswer }
  | { outcome: 'key-reused' }
  | { outcome: 'key-in-use' }

export const IDEMPOTENCY_KEPT_MS = 24 * 3_600_000
const FORGET_ROWS_MAX = 5_000

/**
 * Claims the key for one request, or tells what became of it. A claim that was never answered frees itself when
 * its lease passes, but only for the same request: what it did before it died is not known.
 * @param claimId names the claiming request; only it may store the answer
 * @param answer stored at once; without it the claim runs until `leaseMs` from now
 */
export async function claimIdempotencyKey(
  executor: Executor,
  scope: IdempotencyScope,
  { claimId, now, leaseMs, answer }: { claimId: string; now: number; leaseMs: number; answer?: StoredAnswer },
): Promise<ClaimOutcome> {
  const identity = [scope.workspaceId, scope.mode, scope.method, scope.path, scope.key]
  const claimed = await executor.query(
    `insert into idempotency_keys as stored
       (workspace_id, mode, method, path, key, request_hash, principal_id, claim_id, lease_expires_at, status, body,
        created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     on conflict (workspace_id, key, path, mode, method) do update set
       request_hash = excluded.request_hash, principal_id = excluded.principal_id, claim_id = excluded.claim_id,
       lease_expires_at = excluded.lease_expires_at, status = excluded.status, body = excluded.body,
       created_at = excluded.created_at, expires_at = excluded.expires_at
     where stored.expires_at <= excluded.created_at
       or (stored.lease_expires_at <= excluded.created_at
           and stored.request_hash = excluded.request_hash and stored.principal_id = excluded.principal_id)`,
    [
      ...identity,
      scope.requestHash,
      scope.principalId,
      claimId,
      answer ? null : new Date(now + leaseMs),
      answer?.status ?? null,
      answer?.body ?? null,
      new Date(now),
      new Date(now + IDEMPOTENCY_KEPT_MS),
    ],
  )
  if (claimed.rowCount === 1) return { outcome: 'claimed' }

  const { rows } = await executor.query<{ same: boolean; status: number | null; body: string | null }>(
    `select request_hash = $6 and principal_id = $7 as same, status, body from idempotency_keys
     where workspace_id = $1 and mode = $2 and method = $3 and path = $4 and key = $5`,
    [...identity, scope.requestHash, scope.principalId],
  )
  const stored = rows[0]
  // Gone in between: the request that held it was refused and let go. The next try will find it free.
  if (!stored) return { outcome: 'key-in-use' }
  if (!stored.same) return { outcome: 'key-reused' }
  if (stored.status === null || stored.body === null) return { outcome: 'key-in-use' }
  return { outcome: 'replayed', answer: { status: stored.status, body: stored.body } }
}

/** Stores the answer of a claim. False when the claim was lost to another request meanwhile. */
export async function completeClaim(
  executor: Executor,
  scope: IdempotencyScope,
  claimId: string,
  answer: StoredAnswer,
): Promise<boolean> {
  const { rowCount } = await executor.query(
    `update idempotency_keys set status = $7, body = $8, lease_expires_at = null
     where workspace_id = $1 and mode = $2 and method = $3 and path = $4 and key = $5
       and claim_id = $6 and status is null`,
    [scope.workspaceId, scope.mode, scope.method, scope.path, scope.key, claimId, answer.status, answer.body],
  )
  return rowCount === 1
}

/** Lets a claim go without an answer: the key is as if it had never been used. */
export async function releaseClaim(
  executor: Executor,
  scope: IdempotencyScope,
  claimId: string,
): Promise<void> {
  await executor.query(
    `delete from idempotency_keys
     where workspace_id = $1 and mode = $2 and method = $3 and path = $4 and key = $5
       and claim_id = $6 and status is null`,
    [scope.workspaceId, scope.mode, scope.method, scope.path, scope.key, claimId],
  )
}

/** Deletes answers past their 24 hours, a bounded number at a time. True when there may be more. */
export async function forgetExpiredKeys(executor: Executor, now: number): Promise<boolean> {
  const { rowCount } = await executor.query(
    `delete from idempotency_keys where ctid = any (array(
       select ctid from idempotency_keys where expires_at <= $1 order by expires_at limit $2))`,
    [new Date(now), FORGET_ROWS_MAX],
  )
  return rowCount === FORGET_ROWS_MAX
}
