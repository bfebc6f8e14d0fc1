import { queryOptions, useQuery } from '@tanstack/react-query'
import { call } from './api.ts'
import type { ActivationChecklist, CurrencyType, List } from './api-types.ts'

/** What opens Production Mode, per currency type. */
export const activationQuery = queryOptions({
  queryKey: ['activation'],
  queryFn: ({ signal }) => call<List<ActivationChecklist>>('GET', '/v1/activation', { signal }),
  staleTime: 60_000,
})

export type ProductionLock = {
  locked: boolean
  /** What still has to be done before Production Mode opens, in the server's words. */
  missing: { title: string; detail: string }[]
}

/** Whether Production Mode is closed for one currency type, or for both; closed until the server says otherwise. */
export function useProductionLock(currencyType?: CurrencyType): ProductionLock {
  const { data } = useQuery(activationQuery)
  const lists = (data?.data ?? []).filter((list) => !currencyType || list.currency_type === currencyType)
  const locked = !lists.some((list) => list.production_open)
  const missing = locked ? (lists[0]?.items ?? []).filter((item) => !item.done) : []
  return { locked, missing }
}
