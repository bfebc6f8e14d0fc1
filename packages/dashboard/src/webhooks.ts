import { queryOptions } from '@tanstack/react-query'
import { call, type Mode } from './api.ts'
import type {
  CurrencyType,
  Event,
  EventType,
  List,
  WebhookDelivery,
  WebhookDeliveryWithAttempts,
  WebhookEndpoint,
  WebhookEndpointHealth,
  WebhookEndpointWithSecret,
  WebhookReplay,
  WebhookReplayCount,
} from './api-types.ts'

// Every call about endpoints, events and their deliveries. Query keys start with the path and the mode, as in
// use-list.ts, so that one invalidation reaches lists and details alike.
export const ENDPOINTS = '/v1/webhook-endpoints'
export const WEBHOOK_LOGS = '/v1/webhook-logs'
export const EVENTS = '/v1/events'
const ENDPOINTS_MAX = 100
const WAITING_POLL_MS = 1_000
const HEALTH_POLL_MS = 10_000

export const endpointsQuery = (mode: Mode) =>
  queryOptions({
    queryKey: [ENDPOINTS, mode, 'all'],
    queryFn: ({ signal }) =>
      call<List<WebhookEndpoint>>('GET', ENDPOINTS, {
        signal,
        mode,
        query: { limit: ENDPOINTS_MAX, include_listeners: 'true' },
      }),
  })

export const endpointQuery = (mode: Mode, id: string) =>
  queryOptions({
    queryKey: [ENDPOINTS, mode, 'one', id],
    queryFn: ({ signal }) =>
      call<WebhookEndpoint>('GET', `${ENDPOINTS}/${encodeURIComponent(id)}`, { signal, mode }),
  })

export const healthQuery = (mode: Mode, id: string) =>
  queryOptions({
    queryKey: [ENDPOINTS, mode, 'health', id],
    queryFn: ({ signal }) =>
      call<WebhookEndpointHealth>('GET', `${ENDPOINTS}/${encodeURIComponent(id)}/health`, { signal, mode }),
    refetchInterval: HEALTH_POLL_MS,
  })

export const ENDPOINT_FILTER_NAMES = ['enabled', 'include_listeners'] as const

export type EndpointSettings = {
  url: string
  event_types: string[]
  description: string | null
  currency_type: CurrencyType | null
  /** Replaces all of them; absent keeps what there is. */
  headers?: Record<string, string>
  signature_schemes: WebhookEndpoint['signature_schemes']
  payload: WebhookEndpoint['payload']
  ordering: WebhookEndpoint['ordering']
}

export const createEndpoint = (settings: EndpointSettings) =>
  call<WebhookEndpointWithSecret>('POST', ENDPOINTS, { body: settings })

export const editEndpoint = (id: string, change: Partial<EndpointSettings> & { enabled?: boolean }) =>
  call<WebhookEndpoint>('PATCH', `${ENDPOINTS}/${id}`, { body: change })

export const deleteEndpoint = (id: string) => call<unknown>('DELETE', `${ENDPOINTS}/${id}`)

export const rotateEndpointSecret = (id: string, overlapSeconds: number) =>
  call<WebhookEndpointWithSecret>('POST', `${ENDPOINTS}/${id}/rotate-secret`, {
    body: { overlap_seconds: overlapSeconds },
  })

export const pingEndpoint = (id: string, eventType: string) =>
  call<{ event_id: string; delivery_id: string }>('POST', `${ENDPOINTS}/${id}/ping`, {
    body: { event_type: eventType },
  })

export const recoverEndpoint = (id: string, since: string, dryRun: boolean) =>
  call<{ count: number; remaining: number }>('POST', `${ENDPOINTS}/${id}/recover`, {
    body: { since, dry_run: dryRun },
  })

/** What a replay takes; what is left out does not narrow it. */
export type ReplayRange = {
  created_after: string
  created_before?: string | undefined
  event_type?: string | undefined
  status?: string | undefined
  object_id?: string | undefined
}

export const countReplay = (id: string, range: ReplayRange) =>
  call<WebhookReplayCount>('POST', `${ENDPOINTS}/${id}/replays`, { body: { ...range, dry_run: true } })

export const startReplay = (id: string, range: ReplayRange & { rate_per_second: number }) =>
  call<WebhookReplay>('POST', `${ENDPOINTS}/${id}/replays`, { body: range })

export const cancelReplay = (id: string) =>
  call<WebhookReplay>('POST', `/v1/webhook-replays/${encodeURIComponent(id)}/cancel`)

/** All replays of an endpoint, the newest first. */
export const replaysPath = (id: string) => `${ENDPOINTS}/${encodeURIComponent(id)}/replays`

/** The newest replay of an endpoint; asked again while it runs. */
export const newestReplayQuery = (mode: Mode, id: string) =>
  queryOptions({
    queryKey: [ENDPOINTS, mode, 'replays', id],
    queryFn: ({ signal }) =>
      call<List<WebhookReplay>>('GET', replaysPath(id), {
        signal,
        mode,
        query: { limit: 1 },
      }),
    refetchInterval: ({ state }) => state.data?.data[0]?.status === 'running' && WAITING_POLL_MS,
  })

export const eventTypesQuery = queryOptions({
  queryKey: ['event-types'],
  queryFn: ({ signal }) => call<List<EventType>>('GET', '/v1/event-types', { signal }),
  staleTime: 60_000, // the platform may declare types of its own
})

export const eventQuery = (mode: Mode, id: string) =>
  queryOptions({
    queryKey: [EVENTS, mode, 'one', id],
    queryFn: ({ signal }) => call<Event>('GET', `${EVENTS}/${encodeURIComponent(id)}`, { signal, mode }),
    staleTime: Infinity, // an event never changes
  })

/** A delivery with its attempts; asked again while the next attempt is still to come. */
export const deliveryQuery = (mode: Mode, id: string) =>
  queryOptions({
    queryKey: [WEBHOOK_LOGS, mode, 'one', id],
    queryFn: ({ signal }) =>
      call<WebhookDeliveryWithAttempts>('GET', `${WEBHOOK_LOGS}/${encodeURIComponent(id)}`, { signal, mode }),
    refetchInterval: ({ state }) => state.data?.status === 'pending' && WAITING_POLL_MS,
  })

export const resendDelivery = (id: string) =>
  call<WebhookDelivery>('POST', `${WEBHOOK_LOGS}/${encodeURIComponent(id)}/resend`)

export const DELIVERY_FILTER_NAMES = [
  'endpoint_id',
  'event_type',
  'status',
  'event_id',
  'request_id',
  'object_id',
  'created_after',
  'created_before',
] as const

export const EVENT_FILTER_NAMES = [
  'type',
  'object_id',
  'request_id',
  'created_after',
  'created_before',
] as const
