import { Button } from '@mantine/core'
import { ResetIcon } from '@radix-ui/react-icons'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import type { WebhookDeliveryWithAttempts } from '../api-types.ts'
import { Attempts } from '../components/attempts.tsx'
import { BackLink } from '../components/back-link.tsx'
import { DeliveryBadge, ModeBadge } from '../components/badges.tsx'
import { Chip } from '../components/chip.tsx'
import { Fact, Facts } from '../components/facts.tsx'
import { HeldBackNote } from '../components/held-back.tsx'
import { ObjectLink } from '../components/object-link.tsx'
import { RequestLink } from '../components/request-link.tsx'
import { Failed, FormError, LoadingRows, Note, PageHead } from '../components/states.tsx'
import { ExactTime, Time } from '../components/time.tsx'
import { useMode } from '../mode.ts'
import { deliveryReason } from '../webhook-words.ts'
import { deliveryQuery, resendDelivery, WEBHOOK_LOGS } from '../webhooks.ts'

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
      {delivery.isSuccess && <DeliveryDetail delivery={delivery.data} />}
    </div>
  )
}

function DeliveryDetail({ delivery }: { delivery: WebhookDeliveryWithAttempts }) {
  const queryClient = useQueryClient()
  const resend = useMutation({
    mutationFn: () => resendDelivery(delivery.id),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [WEBHOOK_LOGS, delivery.mode] }),
  })
  return (
    <>
      <PageHead
        title={
          <span className="row">
            <code className="title-code">{delivery.event_type}</code>
            <DeliveryBadge status={delivery.status} />
          </span>
        }
        lead={<ExactTime at={delivery.created_at} />}
        action={
          delivery.endpoint_id && (
            <Button leftSection={<ResetIcon />} loading={resend.isPending} onClick={() => resend.mutate()}>
              Resend
            </Button>
          )
        }
      />
      <FormError error={resend.error} />
      <WhatNow delivery={delivery} />
      <DeliveryFacts delivery={delivery} />
      <Attempts attempts={delivery.attempts} />
    </>
  )
}

/** Why it was skipped or failed, or when it goes on. */
function WhatNow({ delivery }: { delivery: WebhookDeliveryWithAttempts }) {
  const reason = deliveryReason(delivery)
  if (reason) return <Note tone={delivery.status === 'failed' ? 'bad' : 'off'}>{reason}</Note>
  if (delivery.held_back) return <HeldBackNote delivery={delivery} />
  if (delivery.status !== 'pending' || !delivery.next_attempt_at) return null
  return (
    <Note tone="soon">
      {delivery.attempt_count === 0 ? 'The first attempt is due ' : 'The next attempt is due '}
      <Time at={delivery.next_attempt_at} />. Resend makes it due now.
    </Note>
  )
}

function DeliveryFacts({ delivery }: { delivery: WebhookDeliveryWithAttempts }) {
  return (
    <Facts>
      <Fact name="Event">
        <Link to="/events/$eventId" params={{ eventId: delivery.event_id }} className="link">
          <code>{delivery.event_id}</code>
        </Link>
      </Fact>
      <Fact name="Endpoint">
        {delivery.endpoint_id ? (
          <Link to="/webhooks/$endpointId" params={{ endpointId: delivery.endpoint_id }} className="link">
            <code className="break">{delivery.endpoint_url ?? delivery.endpoint_id}</code>
          </Link>
        ) : (
          <span className="quiet">None</span>
        )}
      </Fact>
      <Fact name={delivery.object_id.startsWith('txn_') ? 'Transaction' : 'About'}>
        <ObjectLink id={delivery.object_id} />
      </Fact>
      <Fact name="Request">
        <RequestLink requestId={delivery.request_id} />
      </Fact>
      <Fact name="Delivery id">
        <Chip value={delivery.id} what="delivery id" />
      </Fact>
      <Fact name="Mode">
        <ModeBadge mode={delivery.mode} />
      </Fact>
      <Fact name="Attempts">{delivery.attempt_count}</Fact>
    </Facts>
  )
}
