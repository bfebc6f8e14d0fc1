import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import type { Event, WebhookDelivery } from '../api-types.ts'
import { BackLink } from '../components/back-link.tsx'
import { ModeBadge } from '../components/badges.tsx'
import { Chip } from '../components/chip.tsx'
import { CodeBlock } from '../components/code-sample.tsx'
import { DeliveryTable } from '../components/delivery-table.tsx'
import { Fact, Facts } from '../components/facts.tsx'
import { ObjectLink } from '../components/object-link.tsx'
import { PagedList } from '../components/paged-list.tsx'
import { RequestLink } from '../components/request-link.tsx'
import { Empty, Failed, LoadingRows, Note, PageHead } from '../components/states.tsx'
import { ExactTime } from '../components/time.tsx'
import { useMode } from '../mode.ts'
import { useList } from '../use-list.ts'
import { eventQuery, WEBHOOK_LOGS } from '../webhooks.ts'

export function EventPage() {
  const { eventId } = useParams({ from: '/inside/events/$eventId' })
  const event = useQuery(eventQuery(useMode(), eventId))
  return (
    <div className="stack">
      <BackLink to="/events">Events</BackLink>
      {event.isPending && <LoadingRows rows={10} />}
      {event.isError && <Failed what="This event" error={event.error} onRetry={() => void event.refetch()} />}
      {event.isSuccess && <EventDetail event={event.data} />}
    </div>
  )
}

function EventDetail({ event }: { event: Event }) {
  const { id, type, mode, sequence, data, created_at: timestamp } = event
  return (
    <>
      <PageHead
        title={<code className="title-code">{type}</code>}
        lead={<ExactTime at={event.created_at} />}
      />
      {event.schema_fault && (
        <Note tone="bad">
          <strong>This event does not fit the schema of its type.</strong> <code>{event.schema_fault}</code>{' '}
          It went out all the same. The fault is the server's: tell whoever runs it.
        </Note>
      )}
      <Facts>
        <Fact name="Event id">
          <Chip value={id} what="event id" />
        </Fact>
        <Fact name="About">
          <ObjectLink id={event.object_id} />
        </Fact>
        <Fact name="Sequence">
          {sequence} <span className="quiet">of the events of this object</span>
        </Fact>
        <Fact name="Request">
          <RequestLink requestId={event.request_id} />
        </Fact>
        <Fact name="Mode">
          <ModeBadge mode={mode} />
        </Fact>
      </Facts>
      <section className="stack-tight">
        <h2>Deliveries</h2>
        <Deliveries eventId={id} />
      </section>
      <CodeBlock title="Body" code={JSON.stringify({ id, type, timestamp, mode, sequence, data }, null, 2)} />
    </>
  )
}

function Deliveries({ eventId }: { eventId: string }) {
  const state = useList<WebhookDelivery>({ path: WEBHOOK_LOGS, query: { event_id: eventId }, live: true })
  return (
    <PagedList
      state={state}
      what="The deliveries"
      empty={<Empty title="No deliveries">No endpoint was concerned by this event.</Empty>}
    >
      {(rows) => <DeliveryTable rows={rows} without="event" />}
    </PagedList>
  )
}
