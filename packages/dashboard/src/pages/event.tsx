import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { BackLink } from '../components/back-link.tsx'
import { EventDetail } from '../components/event-detail.tsx'
import { Failed, LoadingRows } from '../components/states.tsx'
import { useMode } from '../mode.ts'
import { eventQuery } from '../webhooks.ts'

export function EventPage() {
  const { eventId } = useParams({ from: '/inside/events/$eventId' })
  const event = useQuery(eventQuery(useMode(), eventId))
  return (
    <div className="stack">
      <BackLink to="/events">Events</BackLink>
      {event.isPending && <LoadingRows rows={10} />}
      {event.isError && <Failed what="This event" error={event.error} onRetry={() => void event.refetch()} />}
      {event.isSuccess && <EventDetail event={event.data} level={1} />}
    </div>
  )
}
