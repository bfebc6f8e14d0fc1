import { Link, useNavigate } from '@tanstack/react-router'
import type { WebhookDelivery } from '../api-types.ts'
import type { OpenRow } from '../use-open-row.ts'
import { deliveryReason } from '../webhook-words.ts'
import { DeliveryBadge, HttpStatusBadge } from './badges.tsx'
import { HeldBack } from './held-back.tsx'
import { OpenRowLink } from './open-row-link.tsx'
import { Time } from './time.tsx'

type DeliveryTableProps = {
  rows: WebhookDelivery[]
  /** What the page around it says already is left out. */
  without?: 'event' | 'endpoint'
  /** Where rows open beside their list instead of on a page of their own. */
  beside?: OpenRow
}

/** Deliveries, one a row: what, to whom, what became of it. */
export function DeliveryTable({ rows, without, beside }: DeliveryTableProps) {
  return (
    <div className="table-frame">
      <table className="table dense deliveries">
        <thead>
          <tr>
            <th>{without === 'event' ? 'Endpoint' : 'Event'}</th>
            {!without && <th className="spare">Endpoint</th>}
            <th>Status</th>
            <th>Answer</th>
            <th className="num spare">Attempts</th>
            <th>Time</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <DeliveryRow key={row.id} row={row} without={without} beside={beside} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

type DeliveryRowProps = Omit<DeliveryTableProps, 'rows'> & { row: WebhookDelivery }

function DeliveryRow({ row, without, beside }: DeliveryRowProps) {
  const navigate = useNavigate()
  const reason = deliveryReason(row)
  const target = row.endpoint_url ?? 'No endpoint'
  const isOpen = beside?.id === row.id
  const open = () =>
    beside
      ? beside.open(row.id)
      : void navigate({ to: '/webhook-logs/$deliveryId', params: { deliveryId: row.id } })
  const name =
    without === 'event' ? (
      <code className="break">{target}</code>
    ) : (
      <code className="nowrap">{row.event_type}</code>
    )
  return (
    <tr
      data-href
      data-row={row.id}
      data-open={isOpen || undefined}
      // The link in the first cell is the way for keyboards; the rest of the row helps the mouse.
      onClick={open}
    >
      <td>
        {beside ? (
          <OpenRowLink id={row.id} isOpen={isOpen}>
            {name}
          </OpenRowLink>
        ) : (
          <Link
            to="/webhook-logs/$deliveryId"
            params={{ deliveryId: row.id }}
            className="lead"
            onClick={(event) => event.stopPropagation()}
          >
            {name}
          </Link>
        )}
      </td>
      {!without && (
        <td data-label="Endpoint" className="spare">
          {row.endpoint_url ? (
            <code className="cut address" title={row.endpoint_url}>
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
          {reason && <span className="small quiet spare">{reason}</span>}
          <span className="spare">
            <HeldBack delivery={row} />
          </span>
          {row.next_attempt_at && row.attempt_count > 0 && (
            <span className="small quiet spare">
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
      <td data-label="Attempts" className="num hide-narrow spare">
        {row.attempt_count}
      </td>
      <td data-label="Time">
        <Time at={row.created_at} />
      </td>
    </tr>
  )
}
