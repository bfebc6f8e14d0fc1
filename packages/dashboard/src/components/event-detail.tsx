import type { Event, WebhookDelivery } from '../api-types.ts'
import { useList } from '../use-list.ts'
import { WEBHOOK_LOGS } from '../webhooks.ts'
import { ModeBadge } from './badges.tsx'
import { Chip } from './chip.tsx'
import { DeliveryTable } from './delivery-table.tsx'
import { Fact, Facts } from './facts.tsx'
import { MessageBlock } from './logged-message.tsx'
import { ObjectLink } from './object-link.tsx'
import { PagedList } from './paged-list.tsx'
import { RequestLink } from './request-link.tsx'
import { Empty, Note, PageHead } from './states.tsx'
import { ExactTime } from './time.tsx'

/**
 * One event: what it is about, where it went, its body.
 * @param props.level of its heading: 1 on a page of its own, 2 beside the list
 */
export function EventDetail({ event, level }: { event: Event; level: 1 | 2 }) {
  const { id, type, mode, sequence, data, created_at: timestamp } = event
  const body = { id, type, timestamp, mode, sequence, data }
  return (
    <>
      <PageHead
        level={level}
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
      <MessageBlock title="Body" text={JSON.stringify(body, null, 2)} json={{ value: body }} empty="" />
    </>
  )
}

function Deliveries({ eventId }: { eventId: string }) {
  const state = useList<WebhookDelivery>({ path: WEBHOOK_LOGS, query: { event_id: eventId }, live: true })
  return (
    <PagedList
      state={state}
      what="The deliveries"
      usually={2}
      empty={<Empty title="No deliveries">No endpoint was concerned by this event.</Empty>}
    >
      {(rows) => <DeliveryTable rows={rows} without="event" />}
    </PagedList>
  )
}
