import { Link } from '@tanstack/react-router'
import type { WebhookDelivery } from '../api-types.ts'
import { Note } from './states.tsx'
import { Time } from './time.tsx'

/** In a row: why a delivery that is due does not go out yet. */
export function HeldBack({ delivery: { held_back: held } }: { delivery: WebhookDelivery }) {
  if (!held) return null
  return (
    <span className="small quiet">
      {held.reason === 'ordering'
        ? 'Behind an earlier event of its object'
        : 'The endpoint is failing: waits'}
      {held.until && (
        <>
          ; next probe <Time at={held.until} />
        </>
      )}
    </span>
  )
}

/** On the delivery's own page: the same, with what to do about it. */
export function HeldBackNote({ delivery: { held_back: held, mode } }: { delivery: WebhookDelivery }) {
  if (!held) return null
  return (
    <Note tone="soon">
      {held.reason === 'ordering' && (
        <>
          <strong>Held back for the order.</strong> An earlier event of the same object has not arrived yet,
          and this endpoint asks for order. Once that one is delivered, or has failed for good, this one goes.{' '}
          {held.behind && (
            <Link
              to="/webhook-logs/$deliveryId"
              params={{ deliveryId: held.behind }}
              search={{ mode }}
              className="link"
            >
              Open the one in front
            </Link>
          )}
        </>
      )}
      {held.reason === 'breaker' && (
        <>
          <strong>Held back because the endpoint fails.</strong>{' '}
          {held.until && (
            <>
              One delivery probes it <Time at={held.until} />; after the first success the others follow.{' '}
            </>
          )}
          Resend probes it now.
        </>
      )}
    </Note>
  )
}
