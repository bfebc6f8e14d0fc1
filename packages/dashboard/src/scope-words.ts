// The server's own table, which imports nothing: the page can neither miss a scope nor word it otherwise.
import { ALL_OPERATOR_SCOPES, OPERATOR_SCOPES } from '../../server/src/keys/operator-scopes.ts'
import { ALL_SCOPES, DEFAULT_SCOPES, SCOPES } from '../../server/src/keys/scopes.ts'
import type { OperatorScope, Scope } from './api-types.ts'

type ScopeGroup<One extends string> = { name: string; explain: string; scopes: readonly One[] }

/** What keys of one kind may be allowed: in groups, each with what it is for, and in words. */
export type ScopeCatalogue<One extends string> = {
  groups: readonly ScopeGroup<One>[]
  words: Record<One, string>
}

export const SERVICE_SCOPES: readonly Scope[] = DEFAULT_SCOPES

const SCOPE_GROUPS: readonly ScopeGroup<Scope>[] = [
  { name: 'Services', explain: 'What a key is for. On unless you say otherwise.', scopes: DEFAULT_SCOPES },
  {
    name: 'Management',
    explain: 'Lets code change the workspace itself. Off unless you say otherwise.',
    scopes: ALL_SCOPES.filter((scope) => !DEFAULT_SCOPES.includes(scope)),
  },
]

/** Of a workspace's keys. */
export const KEY_SCOPES: ScopeCatalogue<Scope> = { groups: SCOPE_GROUPS, words: SCOPES }

/** Of the platform's own keys. */
export const PLATFORM_SCOPES: ScopeCatalogue<OperatorScope> = {
  groups: [
    {
      name: 'Platform',
      explain: 'They reach every workspace. Allow what the service needs, and no more.',
      scopes: ALL_OPERATOR_SCOPES,
    },
  ],
  words: OPERATOR_SCOPES,
}

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
