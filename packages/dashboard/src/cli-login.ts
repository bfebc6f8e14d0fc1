import { queryOptions } from '@tanstack/react-query'
import { call } from './api.ts'
import type { ApiKey, CliLogin, ConfirmCliLogin } from './api-types.ts'

const TAKEN_REFRESH_MS = 1_000

/**
 * A command line that asks for a key. Asked anew by each look at the page, because it may have ended; and again and
 * again between the yes of the person and the terminal's word that it has the key.
 */
export const cliLoginQuery = (id: string) =>
  queryOptions({
    queryKey: ['cli-login', id],
    queryFn: ({ signal }) => call<CliLogin>('GET', `/v1/cli-logins/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: ({ state: { data } }) =>
      data?.status === 'confirmed' && !data.acknowledged && TAKEN_REFRESH_MS,
    retry: false,
    gcTime: 0,
  })

export const confirmCliLogin = (id: string, body: ConfirmCliLogin) =>
  call<ApiKey>('POST', `/v1/cli-logins/${id}/confirm`, { body })

export const refuseCliLogin = (id: string) => call<CliLogin>('POST', `/v1/cli-logins/${id}/refuse`)
