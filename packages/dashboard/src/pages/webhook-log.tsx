import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { BackLink } from '../components/back-link.tsx'
import { DeliveryDetail } from '../components/delivery-detail.tsx'
import { Failed, LoadingRows } from '../components/states.tsx'
import { useMode } from '../mode.ts'
import { deliveryQuery } from '../webhooks.ts'

export function WebhookLogPage() {
  const { deliveryId } = useParams({ from: '/inside/webhook-logs/$deliveryId' })
  const delivery = useQuery(deliveryQuery(useMode(), deliveryId))
  return (
    <div className="stack">
      <BackLink to="/webhook-logs">Webhook Logs</BackLink>
      {delivery.isPending && <LoadingRows rows={10} />}
      {delivery.isError && (
        <Failed what="This delivery" error={delivery.error} onRetry={() => void delivery.refetch()} />
      )}
      {delivery.isSuccess && <DeliveryDetail delivery={delivery.data} level={1} />}
    </div>
  )
}
