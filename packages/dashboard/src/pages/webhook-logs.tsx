import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { WebhookDelivery } from '../api-types.ts'
import { DeliveryDetail } from '../components/delivery-detail.tsx'
import { DeliveryTable } from '../components/delivery-table.tsx'
import { Explorer } from '../components/explorer.tsx'
import { TimeFilter } from '../components/filter-fields.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { LiveToggle, NewRows } from '../components/live-toggle.tsx'
import { NoMatch, PagedList } from '../components/paged-list.tsx'
import { QueryBar } from '../components/query-bar.tsx'
import { Empty, Failed, LoadingRows, PageHead } from '../components/states.tsx'
import { MODE_NAMES, useMode } from '../mode.ts'
import { useFilters } from '../use-filters.ts'
import { useList } from '../use-list.ts'
import { useNews } from '../use-news.ts'
import { useOpenRow } from '../use-open-row.ts'
import { deliveryLanguage } from '../webhook-language.ts'
import {
  DELIVERY_FILTER_NAMES,
  deliveryQuery,
  endpointsQuery,
  eventTypesQuery,
  WEBHOOK_LOGS,
} from '../webhooks.ts'

export function WebhookLogsPage() {
  const mode = useMode()
  const { filters, set, isFiltered, clear } = useFilters(DELIVERY_FILTER_NAMES)
  const [live, setLive] = useState(true)
  const deliveries = useList<WebhookDelivery>({ path: WEBHOOK_LOGS, query: filters, live })
  const news = useNews({ path: WEBHOOK_LOGS, query: filters, state: deliveries, isLive: live })
  const endpoints = useQuery(endpointsQuery(mode)).data?.data
  const types = useQuery(eventTypesQuery).data?.data
  const language = useMemo(() => deliveryLanguage(endpoints ?? [], types ?? []), [endpoints, types])
  const row = useOpenRow(deliveries.rows.map(({ id }) => id))
  return (
    <Explorer
      row={row}
      what="delivery"
      panel={(id) => ({ page: `/webhook-logs/${id}`, content: <OpenDelivery key={id} id={id} /> })}
    >
      <PageHead title="Webhook Logs" lead="Every event, every endpoint, every attempt" />
      <div className="stack">
        <QueryBar
          language={language}
          filters={filters}
          onChange={set}
          label="Search deliveries"
          placeholder="status:failed type:transaction.completed endpoint:… evt_… txn_… req_…"
        />
        <div className="list-tools">
          <TimeFilter filters={filters} onChange={set} />
          {filters.created_before === undefined && (
            <LiveToggle
              isLive={live}
              onChange={setLive}
              state={deliveries.list.isError ? 'waiting' : 'live'}
            />
          )}
        </div>
        <NewRows words={news.hasNews ? 'New at the top' : null} onShow={news.show} />
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
          {(rows) => <DeliveryTable rows={rows} beside={row} />}
        </PagedList>
      </div>
    </Explorer>
  )
}

function OpenDelivery({ id }: { id: string }) {
  const delivery = useQuery(deliveryQuery(useMode(), id))
  if (delivery.isPending) return <LoadingRows rows={10} />
  if (delivery.isError)
    return <Failed what="This delivery" error={delivery.error} onRetry={() => void delivery.refetch()} />
  return <DeliveryDetail delivery={delivery.data} level={2} />
}
