import { PlusIcon } from '@radix-ui/react-icons'
import { Link, useNavigate } from '@tanstack/react-router'
import type { WebhookEndpoint } from '../api-types.ts'
import { Badge, EndpointBadge } from '../components/badges.tsx'
import { HealthInShort } from '../components/endpoint-health.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { FilterBar, SelectFilter } from '../components/filter-fields.tsx'
import { NoMatch, PagedList } from '../components/paged-list.tsx'
import { Empty, PageHead } from '../components/states.tsx'
import { Time } from '../components/time.tsx'
import { CURRENCY_TYPE_NAMES } from '../key-words.ts'
import { useFilters } from '../use-filters.ts'
import { useList } from '../use-list.ts'
import { eventTypesInShort } from '../webhook-words.ts'
import { ENDPOINT_FILTER_NAMES, ENDPOINTS } from '../webhooks.ts'

export function WebhooksPage() {
  const { filters, set, isFiltered, clear } = useFilters(ENDPOINT_FILTER_NAMES)
  const endpoints = useList<WebhookEndpoint>({
    path: ENDPOINTS,
    query: { ...filters, include_listeners: filters.include_listeners ?? 'true' },
    live: true,
  })
  const add = (
    <LinkButton to="/webhooks/new" leftSection={<PlusIcon />}>
      Add Webhook
    </LinkButton>
  )
  return (
    <>
      <PageHead
        title="Webhooks"
        lead="Countersign tells these endpoints what happens, as it happens."
        action={add}
      />
      <div className="stack">
        {(isFiltered || endpoints.rows.length > 0) && (
          <FilterBar isFiltered={isFiltered} onClear={clear}>
            <SelectFilter
              label="Status"
              placeholder="Enabled and disabled"
              options={[
                { value: 'true', label: 'Enabled' },
                { value: 'false', label: 'Disabled' },
              ]}
              value={filters.enabled}
              onChange={(enabled) => set({ enabled })}
            />
            <SelectFilter
              label="Listeners"
              placeholder="With listeners"
              options={[{ value: 'false', label: 'Without listeners' }]}
              value={filters.include_listeners}
              onChange={(include_listeners) => set({ include_listeners })}
            />
          </FilterBar>
        )}
        <PagedList
          state={endpoints}
          what="The list of webhooks"
          inUrl
          empty={
            isFiltered ? (
              <NoMatch what="webhook" onClear={clear} />
            ) : (
              <Empty title="No webhooks yet" action={add}>
                A webhook is a URL of yours that receives each event as a signed POST: a deposit completed, a
                payout failed, a key about to expire.
              </Empty>
            )
          }
        >
          {(rows) => <EndpointTable rows={rows} />}
        </PagedList>
      </div>
    </>
  )
}

function EndpointTable({ rows }: { rows: WebhookEndpoint[] }) {
  return (
    <div className="table-frame">
      <table className="table">
        <thead>
          <tr>
            <th>Endpoint URL</th>
            <th>Events</th>
            <th>Currency Type</th>
            <th>Status</th>
            <th>Last delivery</th>
            <th>Health, 24 h</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <EndpointRow key={row.id} endpoint={row} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function EndpointRow({ endpoint }: { endpoint: WebhookEndpoint }) {
  const navigate = useNavigate()
  const params = { endpointId: endpoint.id }
  return (
    <tr
      data-href
      // The link in the first cell is the way for keyboards; the rest of the row helps the mouse.
      onClick={() => void navigate({ to: '/webhooks/$endpointId', params })}
    >
      <td>
        <span className="stack-tight endpoint">
          <Link
            to="/webhooks/$endpointId"
            params={params}
            className="lead"
            onClick={(event) => event.stopPropagation()}
          >
            <code className="break">{endpoint.url}</code>
          </Link>
          {endpoint.description && <span className="small quiet">{endpoint.description}</span>}
          {endpoint.listener && (
            <span className="small quiet">
              <code>countersign listen</code> on somebody’s machine fetches these events itself.
            </span>
          )}
        </span>
      </td>
      <td data-label="Events">
        <span
          className={endpoint.event_types.includes('*') ? 'nowrap' : undefined}
          title={endpoint.event_types.join('\n')}
        >
          {eventTypesInShort(endpoint.event_types)}
        </span>
      </td>
      <td data-label="Currency Type">
        <span>{endpoint.currency_type ? CURRENCY_TYPE_NAMES[endpoint.currency_type] : 'Both'}</span>
      </td>
      <td data-label="Status">
        <EndpointBadge endpoint={endpoint} />
      </td>
      <td data-label="Last delivery">
        <LastDelivery endpoint={endpoint} />
      </td>
      <td data-label="Health, 24 h">
        <HealthInShort endpoint={endpoint} />
      </td>
    </tr>
  )
}

function LastDelivery({
  endpoint: { last_success_at: success, last_failure_at: failure },
}: {
  endpoint: WebhookEndpoint
}) {
  if (!success && !failure) return <span className="quiet">Never</span>
  const failed = failure !== null && (success === null || failure > success)
  return (
    <span className="row nowrap">
      <Badge tone={failed ? 'bad' : 'good'}>{failed ? 'Failed' : 'Delivered'}</Badge>
      <Time at={failed ? failure : (success ?? '')} />
    </span>
  )
}
