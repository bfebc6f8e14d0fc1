import { isId } from '../ids.ts'
import { problem } from '../problems.ts'
import type { CurrencyType, Mode, Principal } from '../sessions/principal.ts'
import type { ListScope } from './list-queries.ts'

const MODE_NAMES: Record<Mode, string> = { test: 'Test Mode', production: 'Production Mode' }

/** What a list may show: a key sees its own currency type, a member may narrow it. */
export function listScope(principal: Principal, currencyType?: CurrencyType): ListScope {
  const { workspaceId, mode } = principal
  return { workspaceId, mode, currencyType: principal.kind === 'key' ? principal.currencyType : currencyType }
}

/**
 * The object that an id names, when this caller may see it in this mode.
 * @throws Problem `not-found`, telling of the other mode only because it is the caller's own workspace; or
 *   `currency-type-mismatch`
 */
export async function visible<T extends { mode: Mode; currency_type: CurrencyType }>(
  principal: Principal,
  kind: 'acc' | 'txn',
  id: string,
  find: () => Promise<T | null>,
): Promise<T> {
  const noun = kind === 'acc' ? 'account' : 'transaction'
  const found = isId(kind, id) ? await find() : null
  if (!found) throw problem('not-found', { detail: `There is no ${noun} with this id.` })
  if (found.mode !== principal.mode) throw otherMode(noun, found.mode)
  if (principal.kind === 'key' && found.currency_type !== principal.currencyType)
    throw problem('currency-type-mismatch', {
      detail: `This ${noun} is ${found.currency_type}; the key is ${principal.currencyType}.`,
    })
  return found
}

export function otherMode(noun: string, mode: Mode) {
  return problem('not-found', {
    detail: `This ${noun} belongs to ${MODE_NAMES[mode]}; the request is made in the other mode.`,
  })
}

/** @throws Problem `currency-type-mismatch` when a key asks for a currency of the other type */
export function assertCurrencyType(
  principal: Principal,
  currency: { code: string; type: CurrencyType },
): void {
  if (principal.kind !== 'key' || principal.currencyType === currency.type) return
  throw problem('currency-type-mismatch', {
    detail: `${currency.code} is a ${currency.type} currency; the key is for ${principal.currencyType}.`,
  })
}

/** @throws Problem `key-required`: members work in Test Mode only */
export function assertMayChange(principal: Principal): void {
  if (principal.kind === 'member' && principal.mode !== 'test') throw problem('key-required')
}
