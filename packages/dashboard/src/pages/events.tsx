import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { Event } from '../api-types.ts'
import { EventDetail } from '../components/event-detail.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { Loaded } from '../components/loaded.tsx'
import { LogExplorer, useExplorer } from '../components/log-explorer.tsx'
import type { RowLead } from '../components/log-table.tsx'
import { Empty } from '../components/states.tsx'
import { HAPPENINGS } from '../explorer-sources.ts'
import { MODE_NAMES, useMode } from '../mode.ts'
import { useColumns } from '../row-columns.ts'
import { useOpenRow } from '../use-open-row.ts'
import { EVENT_COLUMNS, EVENT_COLUMNS_CHOSEN } from '../webhook-columns.tsx'
import { eventLanguage } from '../webhook-language.ts'
import { eventQuery, eventTypesQuery } from '../webhooks.ts'

export function EventsPage() {
  const explorer = useExplorer(HAPPENINGS)
  const { rows } = explorer.logs
  const types = useQuery(eventTypesQuery).data?.data
  const language = useMemo(() => eventLanguage(types ?? []), [types])
  const columns = useColumns(EVENT_COLUMNS, EVENT_COLUMNS_CHOSEN)
  const row = useOpenRow(useMemo(() => rows.map(({ id }) => id), [rows]))
  return (
    <LogExplorer
      explorer={explorer}
      title="Events"
      about="What happened, in order; webhooks carry the same."
      action={
        <LinkButton to="/events/types" variant="default">
          Event catalogue
        </LinkButton>
      }
      language={language}
      placeholder="type:transaction.completed txn_… key_… req_…"
      lead={LEAD}
      columns={columns}
      row={row}
      panel={(id) => ({ page: `/events/${id}`, content: <OpenEvent key={id} id={id} /> })}
      empty={<NoEvents />}
    />
  )
}

const LEAD: RowLead<Event> = {
  name: 'Event',
  words: ({ type }) => type,
  cell: ({ type }) => <code>{type}</code>,
}

function NoEvents() {
  return (
    <Empty
      title={`No events in ${MODE_NAMES[useMode()]} yet`}
      action={<LinkButton to="/events/types">Event catalogue</LinkButton>}
    >
      Every change of a transaction, balance or key makes one. The catalogue shows what there can be.
    </Empty>
  )
}

function OpenEvent({ id }: { id: string }) {
  const event = useQuery(eventQuery(useMode(), id))
  return (
    <Loaded query={event} what="This event" rows={10}>
      {(data) => <EventDetail event={data} level={2} />}
    </Loaded>
  )
}
