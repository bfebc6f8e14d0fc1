import { Button } from '@mantine/core'
import { ResetIcon } from '@radix-ui/react-icons'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { WebhookDeliveryWithAttempts } from '../api-types.ts'
import { deliveryReason } from '../webhook-words.ts'
import { resendDelivery, WEBHOOK_LOGS } from '../webhooks.ts'
import { Attempts } from './attempts.tsx'
import { DeliveryBadge, ModeBadge } from './badges.tsx'
import { Chip } from './chip.tsx'
import { Fact, Facts } from './facts.tsx'
import { HeldBackNote } from './held-back.tsx'
import { IdLink } from './id-link.tsx'
import { ObjectLink } from './object-link.tsx'
import { RequestLink } from './request-link.tsx'
import { FormError, Note, PageHead } from './states.tsx'
import { ExactTime, Time } from './time.tsx'

type DeliveryDetailProps = { delivery: WebhookDeliveryWithAttempts; level: 1 | 2 }

/**
 * One delivery with every attempt, and the way to send it again.
 * @param props.level of its heading: 1 on a page of its own, 2 beside the list
 */
export function DeliveryDetail({ delivery, level }: DeliveryDetailProps) {
  const queryClient = useQueryClient()
  const resend = useMutation({
    mutationFn: () => resendDelivery(delivery.id),
    // The list beside it hears of the attempt by itself, and is too long to be asked for again.
    onSuccess: () =>
      Promise.all(
        ['one', 'list'].map((part) =>
          queryClient.invalidateQueries({ queryKey: [WEBHOOK_LOGS, delivery.mode, part] }),
        ),
      ),
  })
  return (
    <>
      <PageHead
        level={level}
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
        <IdLink
          to="/events/$eventId"
          params={{ eventId: delivery.event_id }}
          value={delivery.event_id}
          what="event id"
        />
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
