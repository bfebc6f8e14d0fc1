import { queryOptions, useQuery } from '@tanstack/react-query'
import { call } from './api.ts'
import type { CurrencyType, Workspace } from './api-types.ts'

export const workspaceQuery = queryOptions({
  queryKey: ['workspace'],
  queryFn: ({ signal }) => call<Workspace>('GET', '/v1/workspace', { signal }),
  staleTime: 60_000,
})

export const PRODUCTION_LOCKED =
  'Production Mode opens when this workspace is activated. Until then everything works in Test Mode, with the same API.'

/** Whether Production Mode is still closed, for one currency type or for all, and the reason in words. */
export function useProductionLock(currencyType?: CurrencyType): { locked: boolean; reason: string } {
  const { data } = useQuery(workspaceQuery)
  const open = data?.production_enabled ?? []
  const locked = currencyType ? !open.includes(currencyType) : open.length === 0
  return { locked, reason: PRODUCTION_LOCKED }
}
