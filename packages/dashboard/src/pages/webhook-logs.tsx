import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { WebhookDelivery } from '../api-types.ts'
import { DeliveryDetail } from '../components/delivery-detail.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { Loaded } from '../components/loaded.tsx'
import { LogExplorer, useExplorer } from '../components/log-explorer.tsx'
import type { RowLead } from '../components/log-table.tsx'
import { Empty } from '../components/states.tsx'
import { DELIVERIES } from '../explorer-sources.ts'
import { MODE_NAMES, useMode } from '../mode.ts'
import { useColumns } from '../row-columns.ts'
import { useOpenRow } from '../use-open-row.ts'
import { DELIVERY_COLUMNS, DELIVERY_COLUMNS_CHOSEN } from '../webhook-columns.tsx'
import { deliveryLanguage } from '../webhook-language.ts'
import { deliveryQuery, endpointsQuery, eventTypesQuery } from '../webhooks.ts'

export function WebhookLogsPage() {
  const explorer = useExplorer(DELIVERIES)
  const { rows } = explorer.logs
  const endpoints = useQuery(endpointsQuery(useMode())).data?.data
  const types = useQuery(eventTypesQuery).data?.data
  const language = useMemo(() => deliveryLanguage(endpoints ?? [], types ?? []), [endpoints, types])
  const columns = useColumns(DELIVERY_COLUMNS, DELIVERY_COLUMNS_CHOSEN)
  const row = useOpenRow(useMemo(() => rows.map(({ id }) => id), [rows]))
  return (
    <LogExplorer
      explorer={explorer}
      title="Webhook Logs"
      about="Every event, every endpoint, every attempt"
      language={language}
      placeholder="status:failed type:transaction.completed endpoint:… evt_… txn_… req_…"
      lead={LEAD}
      columns={columns}
      row={row}
      panel={(id) => ({ page: `/webhook-logs/${id}`, content: <OpenDelivery key={id} id={id} /> })}
      empty={<NoDeliveries />}
    />
  )
}

const LEAD: RowLead<WebhookDelivery> = {
  name: 'Event',
  words: (row) => row.event_type,
  cell: (row) => <code>{row.event_type}</code>,
}

function NoDeliveries() {
  return (
    <Empty
      title={`Nothing has happened in ${MODE_NAMES[useMode()]} yet`}
      action={<LinkButton to="/webhooks">Go to Webhooks</LinkButton>}
    >
      Each event shows here with what became of it: delivered, waiting, failed, or skipped with the reason.
    </Empty>
  )
}

function OpenDelivery({ id }: { id: string }) {
  const delivery = useQuery(deliveryQuery(useMode(), id))
  return (
    <Loaded query={delivery} what="This delivery" rows={10}>
      {(data) => <DeliveryDetail delivery={data} level={2} />}
    </Loaded>
  )
}
