import { Button, Select } from '@mantine/core'
import { PaperPlaneIcon } from '@radix-ui/react-icons'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import type { WebhookDeliveryWithAttempts, WebhookEndpoint } from '../api-types.ts'
import { attemptOutcome, groupEventTypes } from '../webhook-words.ts'
import { deliveryQuery, eventTypesQuery, pingEndpoint, WEBHOOK_LOGS } from '../webhooks.ts'
import { HeldBackNote } from './held-back.tsx'
import { FormError, Note } from './states.tsx'
import { milliseconds, Time } from './time.tsx'

const PING = 'webhook_endpoint.ping'
const LIVE_POLL_MS = 400

/** Sends an example of any event type to this endpoint and shows what came of it. */
export function PingEndpoint({ endpoint }: { endpoint: WebhookEndpoint }) {
  const queryClient = useQueryClient()
  const { test } = useSearch({ strict: false })
  const [eventType, setEventType] = useState<string>(test ?? PING)
  const catalogue = useQuery(eventTypesQuery)
  const ping = useMutation({
    mutationFn: () => pingEndpoint(endpoint.id, eventType),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [WEBHOOK_LOGS, endpoint.mode] }),
  })
  const options = groupEventTypes<{ type: string }>(catalogue.data?.data ?? [{ type: PING }]).map(
    ({ name, items }) => ({
      group: name,
      items: items.map(({ type }) => type),
    }),
  )
  return (
    <section className="card card-pad stack">
      <div>
        <h2>Send a test event</h2>
        <p className="second">
          An example event, signed like a real one and sent to this endpoint alone. No money moves.
        </p>
      </div>
      <div className="field-row wrap">
        <Select
          label="Event type"
          data={options}
          value={eventType}
          onChange={(value) => value && setEventType(value)}
          searchable
        />
        <Button
          leftSection={<PaperPlaneIcon />}
          loading={ping.isPending}
          disabled={!endpoint.enabled}
          onClick={() => ping.mutate()}
        >
          Send test event
        </Button>
      </div>
      {!endpoint.enabled && (
        <Note>The endpoint is disabled and receives nothing. Enable it to send a test event.</Note>
      )}
      <FormError error={ping.error} />
      <div aria-live="polite">
        {ping.data && (
          <PingResult key={ping.data.delivery_id} endpoint={endpoint} id={ping.data.delivery_id} />
        )}
      </div>
    </section>
  )
}

function PingResult({ endpoint, id }: { endpoint: WebhookEndpoint; id: string }) {
  const delivery = useQuery({
    ...deliveryQuery(endpoint.mode, id),
    refetchInterval: ({ state }) => (state.data?.status ?? 'pending') === 'pending' && LIVE_POLL_MS,
  })
  const queryClient = useQueryClient()
  const attempts = delivery.data?.attempt_count ?? 0
  useEffect(() => {
    // Lists on the page show the same delivery; they follow at once.
    if (attempts > 0) void queryClient.invalidateQueries({ queryKey: [WEBHOOK_LOGS, endpoint.mode, 'list'] })
  }, [attempts, endpoint.mode, queryClient])
  if (delivery.isError) return <FormError error={delivery.error} />
  const attempt = delivery.data?.attempts.at(-1)
  if (delivery.data?.held_back && !attempt) return <HeldBackNote delivery={delivery.data} />
  if (!delivery.data || !attempt) {
    return (
      <div className="note" data-tone="busy">
        <span className="pulse" />
        <div>
          <strong>On its way.</strong> The answer appears here.
        </div>
      </div>
    )
  }
  return <Answered delivery={delivery.data} attempt={attempt} />
}

type AnsweredProps = {
  delivery: WebhookDeliveryWithAttempts
  attempt: WebhookDeliveryWithAttempts['attempts'][number]
}

function Answered({ delivery, attempt }: AnsweredProps) {
  const received = delivery.status === 'delivered'
  return (
    <Note tone={received ? 'good' : 'bad'}>
      <strong>{received ? 'Test event received.' : 'The test event did not arrive.'}</strong>{' '}
      {attemptOutcome(attempt)} It took {milliseconds(attempt.duration_ms)}.
      {delivery.next_attempt_at && (
        <>
          {' '}
          The next attempt is <Time at={delivery.next_attempt_at} />.
        </>
      )}
      <p>
        <Link
          to="/webhook-logs/$deliveryId"
          params={{ deliveryId: delivery.id }}
          search={{ mode: delivery.mode }}
          className="link"
        >
          Open it in Webhook Logs
        </Link>
      </p>
    </Note>
  )
}
