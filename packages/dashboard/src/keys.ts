import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { call } from './api.ts'
import type { Rotation } from './key-deeds.ts'
import type { ApiKey, ApiKeyCallers, ApiKeyChange, ApiKeyWithSecret, List, NewApiKey } from './api-types.ts'

// Every call about keys. Keys belong to the workspace, so no query key here carries the mode.
const PAGE_ITEMS = 50
const FOUND_MAX = 5
// So many calls at once: quick enough for a few hundred keys, and no burst.
const LANES = 4
const CALLERS_REFRESH_MS = 10_000

const NOT_DELETED = 'active,expiring,expired,disabled'

export const KEY_FILTER_NAMES = [
  'search',
  'mode',
  'currency_type',
  'status',
  'known_to',
  'created_after',
  'created_before',
] as const
export type KeyFilters = Partial<Record<(typeof KEY_FILTER_NAMES)[number], string | undefined>>

export const apiKeysQuery = ({ deleted, filters = {} }: { deleted: boolean; filters?: KeyFilters }) =>
  infiniteQueryOptions({
    queryKey: ['api-keys', 'list', { deleted, ...filters }],
    queryFn: ({ signal, pageParam }) =>
      call<List<ApiKey>>('GET', '/v1/api-keys', {
        signal,
        query: {
          status: deleted ? undefined : NOT_DELETED,
          ...given(filters),
          limit: PAGE_ITEMS,
          cursor: pageParam,
        },
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  })

/** The few keys whose name holds the text or whose Public Key begins with it. */
export const foundKeysQuery = (search: string) =>
  queryOptions({
    queryKey: ['api-keys', 'found', search],
    queryFn: ({ signal }) =>
      call<List<ApiKey>>('GET', '/v1/api-keys', {
        signal,
        query: { status: NOT_DELETED, search, limit: FOUND_MAX },
      }),
  })

/** Keys with a secret that still works and that a person was shown. */
export const knownKeysQuery = (userId: string) =>
  queryOptions({
    queryKey: ['api-keys', 'known-to', userId],
    queryFn: ({ signal }) =>
      call<List<ApiKey>>('GET', '/v1/api-keys', { signal, query: { known_to: userId, limit: PAGE_ITEMS } }),
    staleTime: 0,
  })

/** Keys that expire soon, of both modes; one page of them. */
export const expiringKeysQuery = queryOptions({
  queryKey: ['api-keys', 'expiring'],
  queryFn: ({ signal }) =>
    call<List<ApiKey>>('GET', '/v1/api-keys', { signal, query: { status: 'expiring', limit: PAGE_ITEMS } }),
})

export const apiKeyQuery = (id: string) =>
  queryOptions({
    queryKey: ['api-keys', 'one', id],
    queryFn: ({ signal }) => call<ApiKey>('GET', `/v1/api-keys/${id}`, { signal }),
  })

export const apiKeyCallersQuery = (id: string) =>
  queryOptions({
    queryKey: ['api-keys', 'callers', id],
    queryFn: ({ signal }) => call<ApiKeyCallers>('GET', `/v1/api-keys/${id}/callers`, { signal }),
    refetchInterval: CALLERS_REFRESH_MS,
  })

export const createApiKey = (body: NewApiKey) => call<ApiKeyWithSecret>('POST', '/v1/api-keys', { body })

export const editApiKey = (id: string, body: ApiKeyChange) =>
  call<ApiKey>('PATCH', `/v1/api-keys/${id}`, { body })

export const rotateApiKey = (id: string, { overlapSeconds, ed25519PublicKey }: Rotation) =>
  call<ApiKeyWithSecret>('POST', `/v1/api-keys/${id}/rotate`, {
    body: { overlap_seconds: overlapSeconds, ed25519_public_key: ed25519PublicKey },
  })

export const rollBackApiKey = (id: string, overlapSeconds: number) =>
  call<ApiKey>('POST', `/v1/api-keys/${id}/roll-back`, { body: { overlap_seconds: overlapSeconds } })

export const deleteApiKey = (id: string) => call<unknown>('DELETE', `/v1/api-keys/${id}`)

/** Without the filters that are not set, so that they do not hide a value that stands before them. */
function given(filters: KeyFilters): KeyFilters {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined))
}

/**
 * Does one thing to many keys, a few at a time, and goes on after a refusal: what can be done is done.
 * @returns how many were refused, and why the first was
 */
export async function forEachKey(
  keys: readonly ApiKey[],
  action: (key: ApiKey) => Promise<unknown>,
): Promise<{ failed: number; error: unknown }> {
  const waiting = [...keys]
  let failed = 0
  let error: unknown
  const lane = async () => {
    for (let key = waiting.shift(); key; key = waiting.shift())
      await action(key).catch((fault: unknown) => {
        failed += 1
        error ??= fault
      })
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return { failed, error }
}
