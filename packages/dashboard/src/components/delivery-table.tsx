import { Link, useNavigate } from '@tanstack/react-router'
import type { WebhookDelivery } from '../api-types.ts'
import { deliveryReason } from '../webhook-words.ts'
import { DeliveryBadge, HttpStatusBadge } from './badges.tsx'
import { HeldBack } from './held-back.tsx'
import { Time } from './time.tsx'

type DeliveryTableProps = {
  rows: WebhookDelivery[]
  /** What the page around it says already is left out. */
  without?: 'event' | 'endpoint'
}

/** Deliveries, one a row: what, to whom, what became of it. */
export function DeliveryTable({ rows, without }: DeliveryTableProps) {
  return (
    <div className="table-frame">
      <table className="table dense deliveries">
        <thead>
          <tr>
            <th>{without === 'event' ? 'Endpoint' : 'Event'}</th>
            {!without && <th>Endpoint</th>}
            <th>Status</th>
            <th>Answer</th>
            <th className="num">Attempts</th>
            <th>Time</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <DeliveryRow key={row.id} row={row} without={without} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function DeliveryRow({ row, without }: { row: WebhookDelivery; without?: 'event' | 'endpoint' }) {
  const navigate = useNavigate()
  const reason = deliveryReason(row)
  const target = row.endpoint_url ?? 'No endpoint'
  return (
    <tr
      data-href
      // The link in the first cell is the way for keyboards; the rest of the row helps the mouse.
      onClick={() => void navigate({ to: '/webhook-logs/$deliveryId', params: { deliveryId: row.id } })}
    >
      <td>
        <Link
          to="/webhook-logs/$deliveryId"
          params={{ deliveryId: row.id }}
          className="lead"
          onClick={(event) => event.stopPropagation()}
        >
          {without === 'event' ? (
            <code className="break">{target}</code>
          ) : (
            <code className="nowrap">{row.event_type}</code>
          )}
        </Link>
      </td>
      {!without && (
        <td data-label="Endpoint">
          {row.endpoint_url ? (
            <code className="cut" title={row.endpoint_url}>
              {row.endpoint_url}
            </code>
          ) : (
            <span className="quiet">None</span>
          )}
        </td>
      )}
      <td data-label="Status">
        <span className="stack-tight status-cell">
          <DeliveryBadge status={row.status} />
          {reason && <span className="small quiet">{reason}</span>}
          <HeldBack delivery={row} />
          {row.next_attempt_at && row.attempt_count > 0 && (
            <span className="small quiet">
              Next attempt <Time at={row.next_attempt_at} />
            </span>
          )}
        </span>
      </td>
      <td data-label="Answer" data-empty={row.last_status_code === null || undefined}>
        {row.last_status_code === null ? (
          <span className="quiet" aria-label="None">
            –
          </span>
        ) : (
          <HttpStatusBadge status={row.last_status_code} />
        )}
      </td>
      <td data-label="Attempts" className="num hide-narrow">
        {row.attempt_count}
      </td>
      <td data-label="Time">
        <Time at={row.created_at} />
      </td>
    </tr>
  )
}
