import type { Event, TransactionLog, WebhookDelivery } from './api-types.ts'
import type { ExplorerSource } from './explorer-source.ts'
import type { CountsSource } from './histogram.ts'
import { LOG_FILTER_NAMES, sendable, TRANSACTION_LOGS } from './logs.ts'
import type { FilterValues } from './query-language.ts'
import { REQUEST_COUNTS } from './request-counts.ts'
import { DELIVERY_FILTER_NAMES, EVENT_FILTER_NAMES, EVENTS, WEBHOOK_LOGS } from './webhooks.ts'

const NO_DIGITS = '0'.repeat(26)
const STATUSES = ['pending', 'delivered', 'failed', 'skipped']

/** Every request made with a key. */
export const REQUESTS: ExplorerSource<TransactionLog> = {
  path: TRANSACTION_LOGS,
  one: 'request',
  many: 'requests',
  filterNames: LOG_FILTER_NAMES,
  sendable,
  onlyRow: 'id',
  event: 'transaction_log',
  // Older than every request: an empty list begins here, so that nothing falls between it and the stream.
  placeOf: (newest) => newest?.id ?? `req_${NO_DIGITS}`,
  counts: REQUEST_COUNTS,
}

function sendableStatus({ status, ...rest }: FilterValues): FilterValues {
  return { ...rest, ...(status !== undefined && STATUSES.includes(status) ? { status } : {}) }
}

const DELIVERY_COUNTS: CountsSource = {
  path: WEBHOOK_LOGS,
  classes: [
    { of: 'delivered', word: 'delivered', tone: 'good' },
    { of: 'skipped', word: 'skipped', tone: 'off' },
    { of: 'pending', word: 'pending', tone: 'busy' },
    { of: 'retrying', word: 'retrying', tone: 'soon' },
    { of: 'failed', word: 'failed', tone: 'bad', hatch: true },
  ],
  sendable: sendableStatus,
  isAfterIncluded: true,
}

/** What became of every event for every endpoint. */
export const DELIVERIES: ExplorerSource<WebhookDelivery> = {
  path: WEBHOOK_LOGS,
  one: 'delivery',
  many: 'deliveries',
  filterNames: DELIVERY_FILTER_NAMES,
  sendable: sendableStatus,
  event: 'webhook_log',
  moving: { filter: 'status', of: ({ status }) => status },
  // Its places are times: a delivery comes again whenever it changes.
  placeOf: (newest) => String(newest ? Date.parse(newest.created_at) : 0).padStart(13, '0'),
  counts: DELIVERY_COUNTS,
}

/** Everything that happened. */
export const HAPPENINGS: ExplorerSource<Event> = {
  path: EVENTS,
  one: 'event',
  many: 'events',
  filterNames: EVENT_FILTER_NAMES,
  sendable: (filters) => filters,
  event: 'event',
  placeOf: (newest) => newest?.id ?? `evt_${NO_DIGITS}`,
  counts: {
    path: EVENTS,
    classes: [{ of: 'events', word: 'happened', tone: 'busy' }],
    sendable: (filters) => filters,
    isAfterIncluded: true,
  },
}
