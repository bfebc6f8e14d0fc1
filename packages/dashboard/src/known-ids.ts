import type { QueryClient } from '@tanstack/react-query'
import { call, ProblemError, type Mode } from './api.ts'

type Kind = { name: string; page: string; path: string }

const KINDS = new Map<string, Kind>(
  Object.entries({
    req: { name: 'Request', page: '/transaction-logs', path: '/v1/transaction-logs' },
    txn: { name: 'Transaction', page: '/transactions', path: '/v1/transactions' },
    evt: { name: 'Event', page: '/events', path: '/v1/events' },
    dlv: { name: 'Delivery', page: '/webhook-logs', path: '/v1/webhook-logs' },
    ep: { name: 'Webhook', page: '/webhooks', path: '/v1/webhook-endpoints' },
    key: { name: 'API Key', page: '/api-keys', path: '/v1/api-keys' },
    acc: { name: 'Account', page: '/balances', path: '/v1/accounts' },
  }),
)
const ID = /^([a-z]+)_[0-9a-z]{26}$/
const FOUND_FRESH_MS = 30_000

/** An id that has a page of its own. */
export type KnownId = { id: string; name: string; page: string; path: string }

/** What kind of id a text is, or null when it is none that has a page. */
export function knownId(text: string): KnownId | null {
  const id = text.trim()
  const kind = KINDS.get(ID.exec(id)?.[1] ?? '')
  return kind ? { id, name: kind.name, page: `${kind.page}/${id}`, path: `${kind.path}/${id}` } : null
}

/**
 * The mode that an id belongs to, asked of the API in the mode of the page first: an id out of a log does not say.
 * Null when neither mode has it.
 */
export function idModeQuery({ path }: KnownId, mode: Mode) {
  const has = (asked: Mode, signal: AbortSignal) =>
    call('GET', path, { mode: asked, signal }).then(
      () => true,
      (error: unknown) => {
        // Production Mode may be closed to the workspace: then nothing of it is there.
        if (error instanceof ProblemError && (error.status === 404 || error.status === 403)) return false
        throw error
      },
    )
  return {
    queryKey: ['id-mode', path, mode],
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Mode | null> => {
      const other = mode === 'test' ? 'production' : 'test'
      if (await has(mode, signal)) return mode
      return (await has(other, signal)) ? other : null
    },
    staleTime: FOUND_FRESH_MS,
    retry: false,
  }
}

/** @see idModeQuery, for who can wait for the answer. */
export const idMode = (queryClient: QueryClient, id: KnownId, mode: Mode) =>
  queryClient.fetchQuery(idModeQuery(id, mode))
