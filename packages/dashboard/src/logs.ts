import { queryOptions } from '@tanstack/react-query'
import { call, type Mode } from './api.ts'
import type { List, TransactionLog, TransactionLogDetail } from './api-types.ts'
import type { FilterValues } from './query-language.ts'
import { useList } from './use-list.ts'

/** The filters of the list, named as the API names them; the URL holds the same. */
export const LOG_FILTER_NAMES = [
  'api_key_id',
  'method',
  'path',
  'path_contains',
  'status',
  'status_class',
  'code',
  'currency_type',
  'created_after',
  'created_before',
  'id',
] as const

export const TRANSACTION_LOGS = '/v1/transaction-logs'
export const PATH_TEXT_MIN = 3
const OUTCOME_POLL_MS = 5_000
const REQUEST_ID = /^req_[0-9a-z]{26}$/

/** Filters that the API would refuse, which only an address typed by hand can hold, are not sent. */
export function sendable({ id, path_contains, ...rest }: FilterValues): FilterValues {
  return {
    ...rest,
    ...(id && REQUEST_ID.test(id) ? { id } : {}),
    ...(path_contains && path_contains.length >= PATH_TEXT_MIN ? { path_contains } : {}),
  }
}

/** The requests that fit, newest first. */
export const useLogs = (filters: FilterValues, options: { itemsMax?: number; live?: boolean } = {}) =>
  useList<TransactionLog>({ path: '/v1/transaction-logs', query: sendable(filters), ...options })

export const logQuery = (mode: Mode, requestId: string) =>
  queryOptions({
    queryKey: ['transaction-log', mode, requestId],
    queryFn: ({ signal }) =>
      call<TransactionLogDetail>('GET', `/v1/transaction-logs/${encodeURIComponent(requestId)}`, {
        signal,
        mode,
      }),
    // A row changes once at most: when the service that it was passed on to tells its outcome.
    staleTime: ({ state }) => (state.data?.outcome === 'forwarded' ? 0 : Infinity),
    refetchInterval: ({ state }) => state.data?.outcome === 'forwarded' && OUTCOME_POLL_MS,
  })

/** The newest requests of one key: what the page that waits for the first request asks. */
export const keyRequests = (mode: Mode, apiKeyId: string, signal?: AbortSignal) =>
  call<List<TransactionLog>>('GET', '/v1/transaction-logs', {
    signal,
    mode,
    query: { api_key_id: apiKeyId, limit: 10 },
  })

/** Whether Transaction Logs have this request: they hold what keys did, not what people did in the dashboard. */
export const requestExistsQuery = (mode: Mode, requestId: string) =>
  queryOptions({
    queryKey: ['transaction-log', mode, requestId, 'exists'],
    queryFn: async ({ signal }) => {
      const query = { id: requestId, limit: 1 }
      const { data } = await call<List<TransactionLog>>('GET', '/v1/transaction-logs', {
        signal,
        mode,
        query,
      })
      return data.length > 0
    },
    staleTime: Infinity,
  })
