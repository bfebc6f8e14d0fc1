import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { BackLink } from '../components/back-link.tsx'
import { DeliveryDetail } from '../components/delivery-detail.tsx'
import { Loaded } from '../components/loaded.tsx'
import { useMode } from '../mode.ts'
import { deliveryQuery } from '../webhooks.ts'

export function WebhookLogPage() {
  const { deliveryId } = useParams({ from: '/inside/webhook-logs/$deliveryId' })
  const delivery = useQuery(deliveryQuery(useMode(), deliveryId))
  return (
    <div className="stack">
      <BackLink to="/webhook-logs">Webhook Logs</BackLink>
      <Loaded query={delivery} what="This delivery" rows={10} isPage>
        {(data) => <DeliveryDetail delivery={data} level={1} />}
      </Loaded>
    </div>
  )
}
