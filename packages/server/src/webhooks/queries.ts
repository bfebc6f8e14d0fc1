import { sql, type RawBuilder } from 'kysely'
import { runSql, type Executor } from '../database/database.ts'
import { decodeCursor } from '../http/pagination.ts'
import { idFloor } from '../ids.ts'
import type { CurrencyType, Mode } from '../sessions/principal.ts'

/** `v1`: the HMAC of the endpoint's secret; `v1a`: the platform's Ed25519 key (Standard Webhooks). */
export type SignatureScheme = 'v1' | 'v1a'

/** `thin`: webhooks carry the object's id and nothing else of it. */
export type Payload = 'full' | 'thin'

/** In which order an endpoint gets events: as they can be sent, or one after the other of each object. */
export type Ordering = 'none' | 'object'
export type DisabledReason = 'gone' | 'failing'

export type Endpoint = {
  id: string
  workspaceId: string
  mode: Mode
  number: number
  url: string
  description: string | null
  eventTypes: string[]
  currencyType: CurrencyType | null
  sealedHeaders: string | null
  signatureSchemes: SignatureScheme[]
  payload: Payload
  ordering: Ordering
  enabled: boolean
  disabledReason: DisabledReason | null
  createdAt: Date
  updatedAt: Date
  secretVersion: number
  /** End of the overlap of the secret before, when it has one. */
  previousSecretExpiresAt: Date | null
  lastSuccessAt: Date | null
  lastFailureAt: Date | null
  failingSince: Date | null
  consecutiveFailures: number
  breakerOpenUntil: Date | null
  pingAnsweredAt: Date | null
  /** A `countersign listen` fetches its deliveries; nobody dials it. */
  isListener: boolean
}

/** Whose things are asked for: everything below is bound to it. */
export type Scope = {
  workspaceId: string
  mode: Mode
  /** What the caller may see: a key only its own currency type, and what concerns neither (the empty one). */
  currencyTypes: readonly string[]
}

const ENDPOINT = sql<Endpoint>`
  e.id, e.workspace_id as "workspaceId", e.mode, e.number, e.url, e.description, e.event_types as "eventTypes",
  e.currency_type as "currencyType", e.sealed_headers as "sealedHeaders",
  e.signature_schemes as "signatureSchemes", e.payload, e.ordering, e.enabled,
  e.disabled_reason as "disabledReason", e.created_at as "createdAt", e.updated_at as "updatedAt",
  s.version as "secretVersion", s.previous_expires_at as "previousSecretExpiresAt",
  h.last_success_at as "lastSuccessAt", h.last_failure_at as "lastFailureAt", h.failing_since as "failingSince",
  h.consecutive_failures as "consecutiveFailures", h.breaker_open_until as "breakerOpenUntil",
  h.ping_answered_at as "pingAnsweredAt", e.listener_seen_at is not null as "isListener"
  from webhook_endpoints e
  join webhook_endpoint_health h on h.endpoint_id = e.id
  cross join lateral (
    select coalesce(max(version), 0) as version, max(expires_at) as previous_expires_at
    from webhook_endpoint_secrets where endpoint_id = e.id
  ) s`

export type EndpointInsert = Pick<
  Endpoint,
  | 'id'
  | 'workspaceId'
  | 'mode'
  | 'url'
  | 'description'
  | 'eventTypes'
  | 'currencyType'
  | 'sealedHeaders'
  | 'signatureSchemes'
  | 'payload'
  | 'ordering'
  | 'enabled'
> & { now: Date; isListener?: boolean }

/**
 * Inserts an endpoint with the next number of its workspace and mode, unless there are `endpointsMax` of its kind
 * already.
 * Run it in a transaction: it holds back other inserts for the same workspace and mode.
 * @returns false when the limit is reached
 */
export async function insertEndpoint(
  executor: Executor,
  row: EndpointInsert,
  endpointsMax: number,
): Promise<boolean> {
  await executor.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `webhook_endpoints/${row.workspaceId}/${row.mode}`,
  ])
  const { rowCount } = await executor.query(
    `with counted as (
       select coalesce(max(number), 0) + 1 as number, count(*) filter (where deleted_at is null and (listener_seen_at is not null) = $13) as living
       from webhook_endpoints where workspace_id = $2 and mode = $3
     ), inserted as (
       insert into webhook_endpoints (id, workspace_id, mode, number, url, description, event_types, currency_type,
         sealed_headers, enabled, created_at, updated_at, signature_schemes, listener_seen_at, payload,
         ordering)
       select $1, $2, $3, number, $4, $5, $6, $7, $8, $9, $10, $10, $12, case when $13 then $10::timestamptz end, $14, $15
       from counted where living < $11
       returning id
     )
     insert into webhook_endpoint_health (endpoint_id) select id from inserted`,
    [
      row.id,
      row.workspaceId,
      row.mode,
      row.url,
      row.description,
      row.eventTypes,
      row.currencyType,
      row.sealedHeaders,
      row.enabled,
      row.now,
      endpointsMax,
      row.signatureSchemes,
      row.isListener ?? false,
      row.payload,
      row.ordering,
    ],
  )
  return rowCount === 1
}

/** Adds a secret; the ones before it verify until `previousExpireAt`, or go at once when that is now. */
export async function insertSecret(
  executor: Executor,
  secret: { endpointId: string; version: number; sealed: string; now: Date; previousExpireAt: Date },
): Promise<void> {
  // At most two live at a time: what was already in an overlap ends with this rotation.
  await executor.query(
    `delete from webhook_endpoint_secrets
     where endpoint_id = $1 and (expires_at is not null or $2::timestamptz <= $3::timestamptz)`,
    [secret.endpointId, secret.previousExpireAt, secret.now],
  )
  await executor.query(
    'update webhook_endpoint_secrets set expires_at = $2 where endpoint_id = $1 and expires_at is null',
    [secret.endpointId, secret.previousExpireAt],
  )
  await executor.query(
    'insert into webhook_endpoint_secrets (endpoint_id, version, sealed, created_at) values ($1, $2, $3, $4)',
    [secret.endpointId, secret.version, secret.sealed, secret.now],
  )
}

/** Secrets whose overlap is over are of no more use to anybody. @returns how many went */
export async function deleteExpiredSecrets(executor: Executor, now: Date): Promise<number> {
  const { rowCount } = await executor.query('delete from webhook_endpoint_secrets where expires_at <= $1', [
    now,
  ])
  return rowCount ?? 0
}

/** A living endpoint that the scope may see. `lock` keeps others from changing it until the transaction ends. */
export async function findEndpoint(
  executor: Executor,
  scope: Scope,
  id: string,
  { lock = false }: { lock?: boolean } = {},
): Promise<Endpoint | null> {
  const [endpoint] = await runSql(
    executor,
    sql<Endpoint>`select ${ENDPOINT} where e.id = ${id} and ${visible(scope)} and e.deleted_at is null
      ${lock ? sql`for update of e` : sql``}`,
  )
  return endpoint ?? null
}

export type EndpointLife = { id: string; createdAt: Date; deletedAt: Date | null }

/** From when to when an endpoint of this workspace and mode existed; deleted ones too. */
export async function findEndpointLife(
  executor: Executor,
  scope: Scope,
  id: string,
): Promise<EndpointLife | null> {
  const { rows } = await executor.query<EndpointLife>(
    `select id, created_at as "createdAt", deleted_at as "deletedAt" from webhook_endpoints
     where id = $1 and workspace_id = $2 and mode = $3`,
    [id, scope.workspaceId, scope.mode],
  )
  return rows[0] ?? null
}

export type EndpointFilter = {
  enabled?: boolean | undefined
  includeListeners?: boolean
  createdAfter?: Date | undefined
  createdBefore?: Date | undefined
  cursor?: string | undefined
  limit: number
}

/** Newest first, one row more than the limit. */
export async function listEndpoints(
  executor: Executor,
  scope: Scope,
  filter: EndpointFilter,
): Promise<Endpoint[]> {
  return runSql(
    executor,
    sql<Endpoint>`select ${ENDPOINT} where ${visible(scope)} and e.deleted_at is null
      ${filter.includeListeners ? sql`` : sql`and e.listener_seen_at is null`}
      ${filter.enabled === undefined ? sql`` : sql`and e.enabled = ${filter.enabled}`}
      ${idRange('e.id', 'ep', filter)}
      ${filter.cursor ? sql`and e.id < ${decodeCursor(filter.cursor, 1)[0]}` : sql``}
      order by e.id desc limit ${filter.limit + 1}`,
  )
}

export type EndpointPatch = Partial<
  Pick<
    Endpoint,
    | 'url'
    | 'description'
    | 'eventTypes'
    | 'currencyType'
    | 'sealedHeaders'
    | 'signatureSchemes'
    | 'payload'
    | 'ordering'
    | 'enabled'
  >
>

/** Writes the fields given. A new URL or a fresh start clears what was learned about the old one. */
export async function updateEndpoint(
  executor: Executor,
  id: string,
  patch: EndpointPatch,
  now: Date,
): Promise<void> {
  const columns = {
    url: patch.url,
    description: patch.description,
    event_types: patch.eventTypes,
    currency_type: patch.currencyType,
    sealed_headers: patch.sealedHeaders,
    signature_schemes: patch.signatureSchemes,
    payload: patch.payload,
    ordering: patch.ordering,
    enabled: patch.enabled,
  }
  const sets = Object.entries(columns).flatMap(([column, value]) =>
    value === undefined ? [] : [sql`${sql.ref(column)} = ${value}`],
  )
  if (patch.enabled !== undefined) sets.push(sql`disabled_reason = null`)
  await runSql(
    executor,
    sql`update webhook_endpoints set ${sql.join([...sets, sql`updated_at = ${now}`])} where id = ${id}`,
  )
  if (patch.ordering !== undefined) await orderQueue(executor, id, patch.ordering, now)
  if (patch.url === undefined && patch.enabled !== true) return
  await executor.query(
    `update webhook_endpoint_health set failing_since = null, failing_told = 0, consecutive_failures = 0,
       breaker_open_until = null, breaker_openings = 0, recovered_at = null, ping_answered_at = case when $2 then null else ping_answered_at end
     where endpoint_id = $1`,
    [id, patch.url !== undefined],
  )
}

/** What waits already takes its place in the new order. */
async function orderQueue(executor: Executor, id: string, ordering: Ordering, now: Date): Promise<void> {
  if (ordering === 'object')
    await executor.query(
      `update pending_deliveries p set object_id = v.object_id, sequence = v.sequence from events v
       where p.endpoint_id = $1 and p.object_id is null and v.id = p.event_id and not v.ping`,
      [id],
    )
  // Those that an earlier event held back may go.
  else
    await executor.query(
      `update pending_deliveries set object_id = null, sequence = null,
         next_at = case when attempt_count = attempts_before then least(next_at, $2) else next_at end
       where endpoint_id = $1 and object_id is not null`,
      [id, now],
    )
}

/** The row stays for its logs; its secrets and headers are destroyed. */
export async function markEndpointDeleted(executor: Executor, id: string, now: Date): Promise<void> {
  await executor.query(
    'update webhook_endpoints set deleted_at = $2, updated_at = $2, enabled = false, sealed_headers = null where id = $1',
    [id, now],
  )
  await executor.query('delete from webhook_endpoint_secrets where endpoint_id = $1', [id])
}

/** What the deliverer switches off. @returns null when it was off or deleted already */
export async function disableEnabledEndpoint(
  executor: Executor,
  { endpointId, reason, now }: { endpointId: string; reason: DisabledReason; now: Date },
): Promise<Pick<Endpoint, 'id' | 'workspaceId' | 'mode' | 'currencyType' | 'url'> | null> {
  const { rows } = await executor.query<
    Pick<Endpoint, 'id' | 'workspaceId' | 'mode' | 'currencyType' | 'url'>
  >(
    `update webhook_endpoints set enabled = false, disabled_reason = $2, updated_at = $3
     where id = $1 and enabled and deleted_at is null
     returning id, workspace_id as "workspaceId", mode, currency_type as "currencyType", url`,
    [endpointId, reason, now],
  )
  return rows[0] ?? null
}

/** Lets a half-open or open breaker try at once: somebody asks for it by hand. */
export async function probeNow(executor: Executor, endpointId: string, now: Date): Promise<void> {
  await executor.query(
    'update webhook_endpoint_health set breaker_open_until = $2 where endpoint_id = $1 and breaker_open_until > $2',
    [endpointId, now],
  )
}

export type EndpointProof = { endpoints: number; answered: number }

/** How many production endpoints a workspace has, and how many of them have answered a signed ping. */
export async function findEndpointProof(executor: Executor, workspaceId: string): Promise<EndpointProof> {
  const { rows } = await executor.query<{ endpoints: number; answered: number }>(
    `select count(*)::int as endpoints, count(h.ping_answered_at)::int as answered
     from webhook_endpoints e join webhook_endpoint_health h on h.endpoint_id = e.id
     where e.workspace_id = $1 and e.mode = 'production' and e.deleted_at is null`,
    [workspaceId],
  )
  return rows[0] ?? { endpoints: 0, answered: 0 }
}

/** Bounds on a time-ordered id instead of on a column: they also choose the partitions. */
export function idRange(
  column: string,
  kind: 'evt' | 'ep',
  { createdAfter, createdBefore }: { createdAfter?: Date | undefined; createdBefore?: Date | undefined },
): RawBuilder<unknown> {
  const after = createdAfter
    ? sql` and ${sql.ref(column)} >= ${idFloor(kind, createdAfter.getTime())}`
    : sql``
  const before = createdBefore
    ? sql` and ${sql.ref(column)} < ${idFloor(kind, createdBefore.getTime())}`
    : sql``
  return sql`${after}${before}`
}

/** Whether the scope may see `webhook_endpoints e`. */
export function visible(scope: Scope): RawBuilder<unknown> {
  return sql`e.workspace_id = ${scope.workspaceId} and e.mode = ${scope.mode}
    and coalesce(e.currency_type, '') = any (${[...scope.currencyTypes]}::text[])`
}
