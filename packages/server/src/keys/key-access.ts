import type { Executor } from '../database/database.ts'
import { problem } from '../problems.ts'
import { roleReaches, type CurrencyType, type Mode, type Principal } from '../sessions/principal.ts'
import type { KeysDeps } from './deps.ts'
import { findKey, type KeyRow } from './queries.ts'

/**
 * Runs a change of a key in one transaction. When it returns, the change holds for every request on this server.
 * It forgets the key after a failure too: a commit whose answer was lost has changed it all the same.
 * @throws Problem as `managedKey` does
 */
export async function changeKey<T>(
  deps: Pick<KeysDeps, 'database' | 'cache'>,
  { principal, id }: { principal: Principal; id: string },
  change: (client: Executor, row: KeyRow) => Promise<T>,
): Promise<T> {
  let publicKey: string | undefined
  try {
    return await deps.database.transaction(async (client) => {
      const row = await managedKey(client, principal, id)
      publicKey = row.public_key
      return change(client, row)
    })
  } finally {
    if (publicKey !== undefined) deps.cache.evict(publicKey)
  }
}

/**
 * The key that a principal wants to manage, locked for the transaction. A member manages every key of the
 * workspace; a key manages keys of its own mode and currency type, never itself.
 * @throws Problem `not-found`, `role-missing` or `conflict`
 */
async function managedKey(executor: Executor, principal: Principal, id: string): Promise<KeyRow> {
  const row = await visibleKey(executor, principal, id, { forUpdate: true })
  if (principal.kind === 'key' && row.id === principal.keyId)
    throw problem('conflict', { detail: 'A key cannot change itself. Use another key, or the dashboard.' })
  assertMayManage(principal, row.mode)
  return row
}

/** @throws Problem `not-found`, the same for another workspace's key as for none */
export async function visibleKey(
  executor: Executor,
  principal: Principal,
  id: string,
  options: { forUpdate?: boolean } = {},
): Promise<KeyRow> {
  const row = await findKey(executor, { workspaceId: principal.workspaceId, id, ...options })
  if (!row || !reaches(principal, { mode: row.mode, currencyType: row.currency_type }))
    throw problem('not-found', { detail: 'There is no API key with this id.' })
  return row
}

/** @throws Problem `role-missing`: production keys move real money, so managing them takes an admin */
export function assertMayManage(principal: Principal, mode: Mode): void {
  if (principal.kind === 'member' && mode === 'production' && !roleReaches(principal.role, 'admin'))
    throw problem('role-missing', { detail: 'Managing Production Mode keys needs the role admin or owner.' })
}

/** @throws Problem `scope-missing` when a key would grant what it does not hold itself */
export function assertMayGrant(principal: Principal, scopes: readonly string[]): void {
  if (principal.kind !== 'key') return
  const missing = scopes.filter((scope) => !principal.scopes.has(scope))
  if (missing.length > 0)
    throw problem('scope-missing', {
      detail: `A key grants only scopes that it holds; this one lacks ${missing.join(', ')}.`,
    })
}

function reaches(principal: Principal, key: { mode: Mode; currencyType: CurrencyType }): boolean {
  return (
    principal.kind === 'member' ||
    (principal.mode === key.mode && principal.currencyType === key.currencyType)
  )
}
