import { useQuery } from '@tanstack/react-query'
import type { WebhookDelivery } from '../api-types.ts'
import { DeliveryTable } from '../components/delivery-table.tsx'
import { FilterBar, SelectFilter, TextFilter, TimeFilter } from '../components/filter-fields.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { NoMatch, PagedList } from '../components/paged-list.tsx'
import { Empty, PageHead } from '../components/states.tsx'
import { MODE_NAMES, useMode } from '../mode.ts'
import { useFilters } from '../use-filters.ts'
import { useList } from '../use-list.ts'
import { DELIVERY_FILTER_NAMES, endpointsQuery, eventTypesQuery, WEBHOOK_LOGS } from '../webhooks.ts'

const STATUSES = [
  { value: 'pending', label: 'Pending' },
  { value: 'delivered', label: 'Delivered' },
  { value: 'failed', label: 'Failed' },
  { value: 'skipped', label: 'Skipped' },
]

export function WebhookLogsPage() {
  const mode = useMode()
  const { filters, set, isFiltered, clear } = useFilters(DELIVERY_FILTER_NAMES)
  const deliveries = useList<WebhookDelivery>({ path: WEBHOOK_LOGS, query: filters, live: true })
  const endpoints = useQuery(endpointsQuery(mode)).data?.data ?? []
  const types = useQuery(eventTypesQuery).data?.data ?? []
  return (
    <>
      <PageHead title="Webhook Logs" lead="Every event, every endpoint, every attempt" />
      <div className="stack">
        <FilterBar isFiltered={isFiltered} onClear={clear}>
          <SelectFilter
            label="Endpoint"
            placeholder="Any endpoint"
            options={endpoints.map(({ id, url }) => ({ value: id, label: url }))}
            value={filters.endpoint_id}
            onChange={(endpoint_id) => set({ endpoint_id })}
            searchable
          />
          <SelectFilter
            label="Event type"
            placeholder="Any event type"
            options={types.map(({ type }) => ({ value: type, label: type }))}
            value={filters.event_type}
            onChange={(event_type) => set({ event_type })}
            searchable
          />
          <SelectFilter
            label="Status"
            placeholder="Any status"
            options={STATUSES}
            value={filters.status}
            onChange={(status) => set({ status })}
          />
          <TextFilter label="Event id" value={filters.event_id} onChange={(event_id) => set({ event_id })} />
          <TextFilter
            label="Request id"
            value={filters.request_id}
            onChange={(request_id) => set({ request_id })}
          />
          <TextFilter
            label="Transaction or account"
            value={filters.object_id}
            onChange={(object_id) => set({ object_id })}
          />
          <TimeFilter filters={filters} onChange={set} />
        </FilterBar>
        <PagedList
          state={deliveries}
          what="Webhook Logs"
          empty={
            isFiltered ? (
              <NoMatch what="delivery" onClear={clear} />
            ) : (
              <Empty
                title={`Nothing has happened in ${MODE_NAMES[mode]} yet`}
                action={<LinkButton to="/webhooks">Go to Webhooks</LinkButton>}
              >
                Each event shows here with what became of it: delivered, waiting, failed, or skipped with the
                reason.
              </Empty>
            )
          }
        >
          {(rows) => <DeliveryTable rows={rows} />}
        </PagedList>
      </div>
    </>
  )
}
