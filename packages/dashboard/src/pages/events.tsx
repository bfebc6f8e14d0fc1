import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { Event } from '../api-types.ts'
import { EventDetail } from '../components/event-detail.tsx'
import { Explorer } from '../components/explorer.tsx'
import { TimeFilter } from '../components/filter-fields.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { LiveToggle, NewRows } from '../components/live-toggle.tsx'
import { OpenRowLink } from '../components/open-row-link.tsx'
import { NoMatch, PagedList } from '../components/paged-list.tsx'
import { QueryBar } from '../components/query-bar.tsx'
import { Empty, Failed, LoadingRows, PageHead } from '../components/states.tsx'
import { Time } from '../components/time.tsx'
import { MODE_NAMES, useMode } from '../mode.ts'
import { useFilters } from '../use-filters.ts'
import { useList } from '../use-list.ts'
import { useNews } from '../use-news.ts'
import { useOpenRow, type OpenRow } from '../use-open-row.ts'
import { eventLanguage } from '../webhook-language.ts'
import { EVENT_FILTER_NAMES, eventQuery, EVENTS, eventTypesQuery } from '../webhooks.ts'

export function EventsPage() {
  const mode = useMode()
  const { filters, set, isFiltered, clear } = useFilters(EVENT_FILTER_NAMES)
  const [live, setLive] = useState(true)
  const events = useList<Event>({ path: EVENTS, query: filters, live })
  const news = useNews({ path: EVENTS, query: filters, state: events, isLive: live })
  const types = useQuery(eventTypesQuery).data?.data
  const language = useMemo(() => eventLanguage(types ?? []), [types])
  const row = useOpenRow(events.rows.map(({ id }) => id))
  return (
    <Explorer
      row={row}
      what="event"
      panel={(id) => ({ page: `/events/${id}`, content: <OpenEvent key={id} id={id} /> })}
    >
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
        <QueryBar
          language={language}
          filters={filters}
          onChange={set}
          label="Search events"
          placeholder="type:transaction.completed txn_… key_… req_…"
        />
        <div className="list-tools">
          <TimeFilter filters={filters} onChange={set} />
          {filters.created_before === undefined && (
            <LiveToggle isLive={live} onChange={setLive} state={events.list.isError ? 'waiting' : 'live'} />
          )}
        </div>
        <NewRows words={news.hasNews ? 'New at the top' : null} onShow={news.show} />
        <PagedList
          state={events}
          what="Events"
          empty={isFiltered ? <NoMatch what="event" onClear={clear} /> : <NoEvents mode={MODE_NAMES[mode]} />}
        >
          {(rows) => <EventTable rows={rows} beside={row} />}
        </PagedList>
      </div>
    </Explorer>
  )
}

function NoEvents({ mode }: { mode: string }) {
  return (
    <Empty
      title={`No events in ${mode} yet`}
      action={<LinkButton to="/events/types">Event catalogue</LinkButton>}
    >
      Every change of a transaction, balance or key makes one. The catalogue shows what there can be.
    </Empty>
  )
}

function OpenEvent({ id }: { id: string }) {
  const event = useQuery(eventQuery(useMode(), id))
  if (event.isPending) return <LoadingRows rows={10} />
  if (event.isError)
    return <Failed what="This event" error={event.error} onRetry={() => void event.refetch()} />
  return <EventDetail event={event.data} level={2} />
}

function EventTable({ rows, beside }: { rows: Event[]; beside: OpenRow }) {
  return (
    <div className="table-frame">
      <table className="table dense">
        <thead>
          <tr>
            <th>Event</th>
            <th>About</th>
            <th className="num spare">Sequence</th>
            <th className="spare">Event id</th>
            <th>Time</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={row.id}
              data-href
              data-row={row.id}
              data-open={row.id === beside.id || undefined}
              // The link in the first cell is the way for keyboards; the rest of the row helps the mouse.
              onClick={() => beside.open(row.id)}
            >
              <td>
                <OpenRowLink id={row.id} isOpen={row.id === beside.id}>
                  <code>{row.type}</code>
                </OpenRowLink>
              </td>
              <td data-label="About">
                <code className="cut">{row.object_id}</code>
              </td>
              <td data-label="Sequence" className="num hide-narrow spare">
                {row.sequence}
              </td>
              <td data-label="Event id" className="hide-narrow spare">
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
