import { Button } from '@mantine/core'
import { Pencil1Icon, ReloadIcon, TrashIcon } from '@radix-ui/react-icons'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import type { WebhookDelivery, WebhookEndpoint } from '../api-types.ts'
import { BackLink } from '../components/back-link.tsx'
import { EndpointBadge } from '../components/badges.tsx'
import { DeleteWebhook } from '../components/delete-webhook.tsx'
import { DeliveryTable } from '../components/delivery-table.tsx'
import { EditWebhook } from '../components/edit-webhook.tsx'
import { EndpointFacts } from '../components/endpoint-facts.tsx'
import { PagedList } from '../components/paged-list.tsx'
import { EndpointHealth } from '../components/endpoint-health.tsx'
import { PingEndpoint } from '../components/ping-endpoint.tsx'
import { RecoverWebhook } from '../components/recover-webhook.tsx'
import { ReplayProgress } from '../components/replay-progress.tsx'
import { ReplayWebhook } from '../components/replay-webhook.tsx'
import { RotateWebhookSecret } from '../components/rotate-webhook-secret.tsx'
import { Loaded } from '../components/loaded.tsx'
import { Empty, FormError, Note, PageHead } from '../components/states.tsx'
import { Time } from '../components/time.tsx'
import { useMode } from '../mode.ts'
import { useList } from '../use-list.ts'
import { editEndpoint, endpointQuery, ENDPOINTS, WEBHOOK_LOGS } from '../webhooks.ts'

export function WebhookPage() {
  const { endpointId } = useParams({ from: '/inside/webhooks/$endpointId' })
  const endpoint = useQuery({ ...endpointQuery(useMode(), endpointId), refetchInterval: 5_000 })
  return (
    <div className="stack read-width">
      <BackLink to="/webhooks">Webhooks</BackLink>
      <Loaded query={endpoint} what="This webhook" isPage>
        {(data) => <EndpointDetail endpoint={data} />}
      </Loaded>
    </div>
  )
}

type Dialog = 'edit' | 'rotate' | 'delete' | 'recover' | 'replay'

function EndpointDetail({ endpoint }: { endpoint: WebhookEndpoint }) {
  const queryClient = useQueryClient()
  const [open, setOpen] = useState<Dialog>()
  const close = () => setOpen(undefined)
  const enable = useMutation({
    mutationFn: (enabled: boolean) => editEndpoint(endpoint.id, { enabled }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [ENDPOINTS, endpoint.mode] }),
  })
  return (
    <>
      <PageHead
        title={
          <span className="row">
            <code className="title-code">{endpoint.url}</code> <EndpointBadge endpoint={endpoint} />
          </span>
        }
        lead={endpoint.description}
        action={
          <div className="row">
            {!endpoint.listener && (
              <>
                <Button variant="default" leftSection={<Pencil1Icon />} onClick={() => setOpen('edit')}>
                  Edit
                </Button>
                <Button
                  variant="default"
                  loading={enable.isPending}
                  onClick={() => enable.mutate(!endpoint.enabled)}
                >
                  {endpoint.enabled ? 'Disable' : 'Enable'}
                </Button>
                <Button variant="default" leftSection={<ReloadIcon />} onClick={() => setOpen('rotate')}>
                  Rotate secret
                </Button>
              </>
            )}
            <Button
              variant="default"
              leftSection={<TrashIcon />}
              c="var(--bad)"
              onClick={() => setOpen('delete')}
            >
              Delete
            </Button>
          </div>
        }
      />
      <FormError error={enable.error} />
      <Trouble endpoint={endpoint} />
      <EndpointHealth endpoint={endpoint} />
      <EndpointFacts endpoint={endpoint} />
      <PingEndpoint endpoint={endpoint} />
      <ReplayProgress endpoint={endpoint} />
      <RecentDeliveries endpoint={endpoint} onOpen={setOpen} />
      {open === 'edit' && <EditWebhook endpoint={endpoint} onClose={close} />}
      {open === 'rotate' && <RotateWebhookSecret endpoint={endpoint} onClose={close} />}
      {open === 'replay' && <ReplayWebhook endpoint={endpoint} onClose={close} />}
      {open === 'delete' && <DeleteWebhook endpoint={endpoint} onClose={close} />}
      {open === 'recover' && <RecoverWebhook endpoint={endpoint} onClose={close} />}
    </>
  )
}

/** What keeps this endpoint from receiving, and what to do about it. */
function Trouble({ endpoint }: { endpoint: WebhookEndpoint }) {
  if (endpoint.listener)
    return (
      <Note>
        <strong>This is a listener, not a server of yours.</strong> Somebody runs{' '}
        <code>countersign listen</code>, which fetches the test events over its own connection, forwards them
        on that machine, signed with a secret of its own, and reports the answers. It ends with the command,
        or 15 minutes after its connection was lost.
      </Note>
    )
  if (!endpoint.enabled) {
    const why = {
      gone: 'It answered 410 Gone, so the server switched it off.',
      failing: 'It failed for 5 days, so the server switched it off.',
    }
    return (
      <Note tone={endpoint.disabled_reason ? 'bad' : 'off'}>
        <strong>This webhook is disabled.</strong> {endpoint.disabled_reason && why[endpoint.disabled_reason]}{' '}
        Events meanwhile show in Webhook Logs as skipped. Enable it to receive again.
      </Note>
    )
  }
  if (!endpoint.failing_since) return null
  return (
    <Note tone="bad">
      <strong>It has been failing since </strong>
      <Time at={endpoint.failing_since} />. What fails is tried again by the schedule; after 5 days the
      endpoint is switched off.
      {endpoint.breaker.state !== 'closed' && endpoint.breaker.next_probe_at && (
        <>
          {' '}
          Deliveries wait meanwhile; the next one is tried <Time at={endpoint.breaker.next_probe_at} />.
        </>
      )}
    </Note>
  )
}

const RECENT_ROWS = 8

type RecentDeliveriesProps = { endpoint: WebhookEndpoint; onOpen: (dialog: 'recover' | 'replay') => void }

function RecentDeliveries({ endpoint, onOpen }: RecentDeliveriesProps) {
  const query = { endpoint_id: endpoint.id }
  const state = useList<WebhookDelivery>({ path: WEBHOOK_LOGS, query, itemsMax: RECENT_ROWS, live: true })
  return (
    <section className="stack-tight">
      <div className="row ends">
        <h2>Recent deliveries</h2>
        <span className="row">
          <button type="button" className="link-button" onClick={() => onOpen('recover')}>
            Resend what failed
          </button>
          <button type="button" className="link-button" onClick={() => onOpen('replay')}>
            Replay a range
          </button>
          <Link to="/webhook-logs" search={query} className="link">
            All in Webhook Logs
          </Link>
        </span>
      </div>
      <PagedList
        state={state}
        what="The deliveries"
        empty={<Empty title="No deliveries yet">Send a test event above, and it appears here.</Empty>}
      >
        {(rows) => <DeliveryTable rows={rows} without="endpoint" />}
      </PagedList>
    </section>
  )
}
