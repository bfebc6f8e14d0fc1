import { describe, expect, it } from 'vitest'
import { KEY_SCOPES, scopesInShort, SERVICE_SCOPES } from './scope-words.ts'

describe('the words for scopes', () => {
  it('put every scope into one group', () => {
    expect(KEY_SCOPES.groups.flatMap(({ scopes }) => scopes).toSorted()).toEqual(
      Object.keys(KEY_SCOPES.words).toSorted(),
    )
  })

  it('say in a line what a key may do', () => {
    expect(scopesInShort(SERVICE_SCOPES)).toBe('All of Services')
    expect(scopesInShort([...SERVICE_SCOPES.slice(2), 'api-keys:read'])).toBe(
      '8 of 10 of Services, 1 of 5 of Management',
    )
    expect(scopesInShort([])).toMatch(/^None/)
  })
})
