import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import type { Event } from '../api-types.ts'
import { FilterBar, SelectFilter, TextFilter, TimeFilter } from '../components/filter-fields.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { NoMatch, PagedList } from '../components/paged-list.tsx'
import { Empty, PageHead } from '../components/states.tsx'
import { Time } from '../components/time.tsx'
import { MODE_NAMES, useMode } from '../mode.ts'
import { useFilters } from '../use-filters.ts'
import { useList } from '../use-list.ts'
import { EVENT_FILTER_NAMES, EVENTS, eventTypesQuery } from '../webhooks.ts'

export function EventsPage() {
  const mode = useMode()
  const { filters, set, isFiltered, clear } = useFilters(EVENT_FILTER_NAMES)
  const events = useList<Event>({ path: EVENTS, query: filters, live: true })
  const types = useQuery(eventTypesQuery).data?.data ?? []
  return (
    <>
      <PageHead
        title="Events"
        lead="What happened, in order; webhooks carry the same."
        action={
          <LinkButton to="/events/types" variant="default">
            Event catalogue
          </LinkButton>
        }
      />
      <div className="stack">
        <FilterBar isFiltered={isFiltered} onClear={clear}>
          <SelectFilter
            label="Event type"
            placeholder="Any event type"
            options={types.map(({ type }) => ({ value: type, label: type }))}
            value={filters.type}
            onChange={(type) => set({ type })}
            searchable
          />
          <TextFilter
            label="Object id"
            placeholder="Object id: txn_…, key_…"
            value={filters.object_id}
            onChange={(object_id) => set({ object_id })}
          />
          <TextFilter
            label="Request id"
            value={filters.request_id}
            onChange={(request_id) => set({ request_id })}
          />
          <TimeFilter filters={filters} onChange={set} />
        </FilterBar>
        <PagedList
          state={events}
          what="Events"
          empty={
            isFiltered ? (
              <NoMatch what="event" onClear={clear} />
            ) : (
              <Empty
                title={`No events in ${MODE_NAMES[mode]} yet`}
                action={<LinkButton to="/events/types">Event catalogue</LinkButton>}
              >
                Every change of a transaction, balance or key makes one. The catalogue shows what there can
                be.
              </Empty>
            )
          }
        >
          {(rows) => <EventTable rows={rows} />}
        </PagedList>
      </div>
    </>
  )
}

export function EventTable({ rows }: { rows: Event[] }) {
  const navigate = useNavigate()
  return (
    <div className="table-frame">
      <table className="table dense">
        <thead>
          <tr>
            <th>Event</th>
            <th>About</th>
            <th className="num">Sequence</th>
            <th>Event id</th>
            <th>Time</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={row.id}
              data-href
              // The link in the first cell is the way for keyboards; the rest of the row helps the mouse.
              onClick={() => void navigate({ to: '/events/$eventId', params: { eventId: row.id } })}
            >
              <td>
                <Link
                  to="/events/$eventId"
                  params={{ eventId: row.id }}
                  className="lead"
                  onClick={(event) => event.stopPropagation()}
                >
                  <code>{row.type}</code>
                </Link>
              </td>
              <td data-label="About">
                <code className="cut">{row.object_id}</code>
              </td>
              <td data-label="Sequence" className="num hide-narrow">
                {row.sequence}
              </td>
              <td data-label="Event id" className="hide-narrow">
                <code className="cut quiet">{row.id}</code>
              </td>
              <td data-label="Time">
                <Time at={row.created_at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
