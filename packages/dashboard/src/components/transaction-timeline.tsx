import { Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { Event, Transaction } from '../api-types.ts'
import { useList } from '../use-list.ts'
import { EVENTS } from '../webhooks.ts'
import { TransactionBadge } from './badges.tsx'
import { PagedList } from './paged-list.tsx'
import { Note } from './states.tsx'
import { ExactTime } from './time.tsx'

const STATUSES: readonly string[] = ['pending', 'processing', 'completed', 'failed', 'canceled', 'expired']

/** The states in the order in which they came, each with the event that told of it. */
export function TransactionTimeline({ transaction }: { transaction: Transaction }) {
  const state = useList<Event>({ path: EVENTS, query: { object_id: transaction.id }, live: true })
  // The event of a new state is there with it, so it is asked for at once.
  const { refetch } = state.list
  useEffect(() => {
    void refetch() // a failure shows in the list itself
  }, [refetch, transaction.status])
  return (
    <PagedList
      state={state}
      what="The events"
      usually={2}
      empty={<Note>No events of this transaction are kept any more.</Note>}
    >
      {(rows) => (
        <ol className="card timeline">
          {rows.toReversed().map((event) => (
            <li key={event.id}>
              <StateOf event={event} />
              <Link to="/events/$eventId" params={{ eventId: event.id }} className="link">
                <code>{event.type}</code>
              </Link>
              <span className="second small">
                <ExactTime at={event.created_at} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </PagedList>
  )
}

function StateOf({ event }: { event: Event }) {
  const { status } = event.data
  const known = typeof status === 'string' && STATUSES.includes(status)
  return known ? <TransactionBadge status={status as Transaction['status']} /> : null
}
