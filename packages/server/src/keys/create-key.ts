import type { Executor } from '../database/database.ts'
import { newId } from '../ids.ts'
import { problem } from '../problems.ts'
import type { CurrencyType, Mode, Principal } from '../sessions/principal.ts'
import { recordAudit } from '../workspaces/audit-log.ts'
import { newPublicKey, newSecretKey } from './credentials.ts'
import type { Acting, KeysDeps } from './deps.ts'
import { assertMayGrant, assertMayManage } from './key-access.ts'
import { secretName } from './key-cache.ts'
import { keyView } from './key-view.ts'
import { findKey, hasLiveKeys, insertKey, insertSecret, lockKeyCount, type KeyRow } from './queries.ts'
import { RATE_LIMIT_DEFAULT, type ApiKey, type CreateApiKey } from './schema.ts'
import { DEFAULT_SCOPES } from './scopes.ts'

// Issue of scale: lists stay quick at this size; a workspace that needs more runs several.
export const LIVE_KEYS_MAX = 100_000

export type KeyWithSecret = ApiKey & { secret_key: string | null }
type MadeKey = KeyWithSecret & { eventId: string }

/**
 * Makes a key, its sealed secret, its event and its audit entry in one transaction.
 * @returns the key with its secret, which exists in the clear in this answer only
 * @throws Problem `production-locked`, `role-missing`, `scope-missing`, `mode-mismatch`,
 *   `currency-type-mismatch`, `limit-reached` or `invalid-input`
 */
export async function createKey(deps: KeysDeps, acting: Acting, input: CreateApiKey): Promise<MadeKey> {
  return deps.database.transaction((client) => makeKey(deps, client, acting, input))
}

/** The same within a transaction of the caller's. */
export async function makeKey(
  deps: KeysDeps,
  client: Executor,
  acting: Acting,
  input: CreateApiKey,
): Promise<MadeKey> {
  const { principal } = acting
  const now = new Date(deps.clock.now())
  const scopes = input.scopes ?? [...DEFAULT_SCOPES]
  assertOwnKind(acting, input)
  assertMayManage(principal, input.mode)
  assertMayGrant(principal, scopes)
  assertFuture(input.expires_at, now)
  const id = newId('key', now.getTime())
  const secret = input.algorithm === 'hmac-sha256' ? newSecretKey(input.mode) : null

  if (
    input.mode === 'production' &&
    !(await deps.isProductionOpen(client, principal.workspaceId, input.currency_type))
  )
    throw problem('production-locked')
  await lockKeyCount(client, principal.workspaceId)
  if (await hasLiveKeys(client, { workspaceId: principal.workspaceId, count: LIVE_KEYS_MAX }))
    throw problem('limit-reached', { detail: `A workspace may hold ${LIVE_KEYS_MAX} live keys.` })
  await insertKey(client, {
    id,
    workspace_id: principal.workspaceId,
    public_key: newPublicKey(input.mode),
    name: input.name ?? defaultName(input.mode, input.currency_type, now),
    mode: input.mode,
    currency_type: input.currency_type,
    algorithm: input.algorithm,
    scopes,
    ip_allowlist: input.ip_allowlist ?? [],
    rate_limit_per_minute: input.rate_limit_per_minute ?? RATE_LIMIT_DEFAULT,
    expires_at: input.expires_at,
    created_at: now,
    created_by_kind: principal.kind,
    created_by_id: idOf(principal),
    created_by_name: principal.kind === 'key' ? principal.publicKey : principal.name,
  })
  const name = secretName({ keyId: id, mode: input.mode, version: 1 })
  await insertSecret(client, {
    api_key_id: id,
    version: 1,
    sealed: secret ? deps.sealer.seal(Buffer.from(secret), name) : null,
    ed25519_public_key: input.ed25519_public_key ?? null,
    created_at: now,
    made_by_kind: principal.kind,
    made_by_id: idOf(principal),
  })
  const row = (await findKey(client, { workspaceId: principal.workspaceId, id })) as KeyRow
  const view = keyView(row, now.getTime())
  await recordAudit(client, {
    ...acting,
    workspaceId: principal.workspaceId,
    action: 'api_key.created',
    target: { kind: 'api_key', id },
    after: {
      name: view.name,
      mode: view.mode,
      currency_type: view.currency_type,
      scopes,
      expires_at: view.expires_at,
    },
    mode: input.mode,
    now: now.getTime(),
  })
  const eventId = await deps.publishEvent(client, {
    workspaceId: principal.workspaceId,
    mode: input.mode,
    currencyType: input.currency_type,
    type: 'api_key.created',
    objectId: id,
    requestId: acting.requestId,
    data: view,
    now: now.getTime(),
  })
  return { ...view, secret_key: secret, eventId }
}

/** The id of the key or the person that acts. */
export function idOf(principal: Principal): string {
  return principal.kind === 'key' ? principal.keyId : principal.userId
}

/** "Test · Fiat · 23 Nov": says what the key is when nobody named it. */
function defaultName(mode: Mode, currencyType: CurrencyType, now: Date): string {
  const day = now.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' })
  return `${mode === 'test' ? 'Test' : 'Production'} · ${currencyType === 'fiat' ? 'Fiat' : 'Crypto'} · ${day}`
}

function assertOwnKind({ principal }: Acting, input: CreateApiKey): void {
  if (principal.kind !== 'key') return
  if (principal.mode !== input.mode)
    throw problem('mode-mismatch', { detail: 'A key creates keys of its own mode only.' })
  if (principal.currencyType !== input.currency_type)
    throw problem('currency-type-mismatch', { detail: 'A key creates keys of its own currency type only.' })
}

/** @throws Problem `invalid-input` */
export function assertFuture(expiresAt: Date | null | undefined, now: Date): void {
  if (expiresAt && expiresAt.getTime() <= now.getTime())
    throw problem('invalid-input', { errors: [{ pointer: '/expires_at', message: 'must be in the future' }] })
}
