import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { BackLink } from '../components/back-link.tsx'
import { EventDetail } from '../components/event-detail.tsx'
import { Loaded } from '../components/loaded.tsx'
import { useMode } from '../mode.ts'
import { eventQuery } from '../webhooks.ts'

export function EventPage() {
  const { eventId } = useParams({ from: '/inside/events/$eventId' })
  const event = useQuery(eventQuery(useMode(), eventId))
  return (
    <div className="stack">
      <BackLink to="/events">Events</BackLink>
      <Loaded query={event} what="This event" rows={10} isPage>
        {(data) => <EventDetail event={data} level={1} />}
      </Loaded>
    </div>
  )
}
