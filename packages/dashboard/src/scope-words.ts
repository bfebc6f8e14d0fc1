// The server's own table, which imports nothing: the page can neither miss a scope nor word it otherwise.
import { ALL_SCOPES, DEFAULT_SCOPES, SCOPES } from '../../server/src/keys/scopes.ts'
import type { Scope } from './api-types.ts'

export const SERVICE_SCOPES: readonly Scope[] = DEFAULT_SCOPES

/** In the order of the catalogue, each group with what it is for. */
export const SCOPE_GROUPS: readonly { name: string; explain: string; scopes: readonly Scope[] }[] = [
  { name: 'Services', explain: 'What a key is for. On unless you say otherwise.', scopes: DEFAULT_SCOPES },
  {
    name: 'Management',
    explain: 'Lets code change the workspace itself. Off unless you say otherwise.',
    scopes: ALL_SCOPES.filter((scope) => !DEFAULT_SCOPES.includes(scope)),
  },
]

export const SCOPE_WORDS: Record<Scope, string> = SCOPES

/** "Services", "Services without 2, and 1 of Management": what a key may do, in a line. */
export function scopesInShort(scopes: readonly Scope[]): string {
  const parts = SCOPE_GROUPS.map((group) => {
    const held = group.scopes.filter((scope) => scopes.includes(scope)).length
    if (held === 0) return undefined
    return held === group.scopes.length
      ? `all of ${group.name}`
      : `${held} of ${group.scopes.length} of ${group.name}`
  }).filter((part) => part !== undefined)
  const words = parts.join(', ')
  return words === ''
    ? 'None: it can ask who it is, and nothing else'
    : words.charAt(0).toUpperCase() + words.slice(1)
}
