import { queryOptions } from '@tanstack/react-query'
import { call } from './api.ts'
import type { ApiKeyDryRun, ApiKeySuggestions, DryRunApiKey } from './api-types.ts'

// What a key's logged requests tell. A change of the key makes all of it stale, as it does everything under 'api-keys'.
export const DAY_MS = 86_400_000

/** How far back one may look; what a key needs now and then shows in the longer ones only. */
export const SUGGESTION_DAYS = [7, 30, 60] as const
export const SUGGESTION_DAYS_DEFAULT = 30

export const suggestionsQuery = (id: string, days: number) =>
  queryOptions({
    queryKey: ['api-keys', 'suggestions', id, days],
    queryFn: ({ signal }) =>
      call<ApiKeySuggestions>('GET', `/v1/api-keys/${id}/suggestions`, { signal, query: { days } }),
    staleTime: 60_000,
  })

const tryOn = (id: string, limits: DryRunApiKey, signal: AbortSignal) =>
  call<ApiKeyDryRun>('POST', `/v1/api-keys/${id}/dry-run`, { body: limits, signal })

/** What limits would have refused in the last 30 days. */
export const dryRunQuery = (id: string, limits: DryRunApiKey) =>
  queryOptions({
    queryKey: ['api-keys', 'dry-run', id, limits],
    queryFn: ({ signal }) => tryOn(id, limits, signal),
    retry: false,
  })

/** Everything that the key was used for in the last day: what ends when the key does. */
export const lastDayQuery = (id: string) =>
  queryOptions({
    queryKey: ['api-keys', 'last-day', id],
    queryFn: ({ signal }) =>
      tryOn(id, { enabled: false, created_after: new Date(Date.now() - DAY_MS).toISOString() }, signal),
  })

/** Routes by how often they were called, whatever the address. */
export function routesOf(run: ApiKeyDryRun): { route: string; count: number }[] {
  const counts = new Map<string, number>()
  for (const { method, path_pattern, request_count } of run.refused) {
    const route = `${method} ${path_pattern}`
    counts.set(route, (counts.get(route) ?? 0) + request_count)
  }
  return [...counts].map(([route, count]) => ({ route, count })).sort((a, b) => b.count - a.count)
}
