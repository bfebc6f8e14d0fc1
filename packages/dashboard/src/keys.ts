import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { call } from './api.ts'
import type { ApiKey, ApiKeyChange, ApiKeyWithSecret, List, NewApiKey } from './api-types.ts'

// Every call about keys. Keys belong to the workspace, so no query key here carries the mode.
const PAGE_ITEMS = 50

const NOT_DELETED = 'active,expiring,expired,disabled'

export const apiKeysQuery = ({ deleted }: { deleted: boolean }) =>
  infiniteQueryOptions({
    queryKey: ['api-keys', 'list', { deleted }],
    queryFn: ({ signal, pageParam }) =>
      call<List<ApiKey>>('GET', '/v1/api-keys', {
        signal,
        query: { limit: PAGE_ITEMS, cursor: pageParam, status: deleted ? undefined : NOT_DELETED },
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  })

export const apiKeyQuery = (id: string) =>
  queryOptions({
    queryKey: ['api-keys', 'one', id],
    queryFn: ({ signal }) => call<ApiKey>('GET', `/v1/api-keys/${id}`, { signal }),
  })

export const createApiKey = (body: NewApiKey) => call<ApiKeyWithSecret>('POST', '/v1/api-keys', { body })

export const editApiKey = (id: string, body: ApiKeyChange) =>
  call<ApiKey>('PATCH', `/v1/api-keys/${id}`, { body })

type Rotation = { overlapSeconds: number; ed25519PublicKey?: string }

export const rotateApiKey = (id: string, { overlapSeconds, ed25519PublicKey }: Rotation) =>
  call<ApiKeyWithSecret>('POST', `/v1/api-keys/${id}/rotate`, {
    body: { overlap_seconds: overlapSeconds, ed25519_public_key: ed25519PublicKey },
  })

export const deleteApiKey = (id: string) => call<unknown>('DELETE', `/v1/api-keys/${id}`)
