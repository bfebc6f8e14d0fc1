import type { Event, WebhookDelivery } from './api-types.ts'
import { DeliveryBadge, HttpStatusBadge } from './components/badges.tsx'
import { HeldBack } from './components/held-back.tsx'
import { None } from './components/none.tsx'
import { Time } from './components/time.tsx'
import type { RowColumn } from './row-columns.ts'
import { deliveryReason } from './webhook-words.ts'

export const DELIVERY_COLUMNS_CHOSEN = {
  key: 'countersign-delivery-columns',
  atFirst: ['status', 'endpoint', 'answer', 'attempts', 'reason', 'time'],
}

/** What a row of Webhook Logs can show beside the type of its event, in order. */
export const DELIVERY_COLUMNS: RowColumn<WebhookDelivery>[] = [
  {
    id: 'status',
    name: 'Status',
    width: 122,
    isNarrow: true,
    cell: ({ status }) => <DeliveryBadge status={status} />,
  },
  {
    id: 'endpoint',
    name: 'Endpoint',
    width: 250,
    isSpare: true,
    isNarrow: true,
    cell: ({ endpoint_url: url }) => (url === null ? <None /> : <code title={url}>{url}</code>),
  },
  {
    id: 'reason',
    name: 'Reason',
    width: 250,
    isSpare: true,
    cell: (row) => {
      const reason = deliveryReason(row)
      if (reason !== undefined) return <span title={reason}>{reason}</span>
      return row.held_back ? <HeldBack delivery={row} /> : <None />
    },
  },
  {
    id: 'answer',
    name: 'Answer',
    width: 84,
    cell: ({ last_status_code: status }) =>
      status === null ? <None /> : <HttpStatusBadge status={status} />,
  },
  {
    id: 'attempts',
    name: 'Attempts',
    width: 84,
    isNumber: true,
    isSpare: true,
    cell: ({ attempt_count: count }) => count,
  },
  {
    id: 'next',
    name: 'Next attempt',
    width: 132,
    isSpare: true,
    cell: ({ next_attempt_at: next, held_back: held }) => {
      const at = next ?? held?.until ?? null
      return at === null ? <None /> : <Time at={at} />
    },
  },
  { id: 'about', name: 'About', width: 258, isSpare: true, cell: (row) => <code>{row.object_id}</code> },
  {
    id: 'request',
    name: 'Request id',
    width: 258,
    isSpare: true,
    cell: ({ request_id: id }) => (id === null ? <None /> : <code className="quiet">{id}</code>),
  },
  {
    id: 'event',
    name: 'Event id',
    width: 258,
    isSpare: true,
    cell: (row) => <code className="quiet">{row.event_id}</code>,
  },
  {
    id: 'id',
    name: 'Delivery id',
    width: 258,
    isSpare: true,
    cell: (row) => <code className="quiet">{row.id}</code>,
  },
  { id: 'time', name: 'Time', width: 104, isNarrow: true, cell: (row) => <Time at={row.created_at} /> },
]

export const EVENT_COLUMNS_CHOSEN = {
  key: 'countersign-event-columns',
  atFirst: ['about', 'sequence', 'id', 'time'],
}

/** What a row of Events can show beside its type, in order. */
export const EVENT_COLUMNS: RowColumn<Event>[] = [
  {
    id: 'about',
    name: 'About',
    width: 262,
    isNarrow: true,
    cell: (row) => <code>{row.object_id}</code>,
  },
  {
    id: 'currency_type',
    name: 'Currency Type',
    width: 116,
    isSpare: true,
    cell: ({ currency_type: type }) => (type === null ? <None /> : type === 'fiat' ? 'Fiat' : 'Crypto'),
  },
  {
    id: 'sequence',
    name: 'Sequence',
    width: 88,
    isNumber: true,
    isSpare: true,
    cell: (row) => row.sequence,
  },
  {
    id: 'request',
    name: 'Request id',
    width: 258,
    isSpare: true,
    cell: ({ request_id: id }) => (id === null ? <None /> : <code className="quiet">{id}</code>),
  },
  {
    id: 'id',
    name: 'Event id',
    width: 262,
    isSpare: true,
    cell: (row) => <code className="quiet">{row.id}</code>,
  },
  { id: 'time', name: 'Time', width: 104, isNarrow: true, cell: (row) => <Time at={row.created_at} /> },
]
