import { Button, Progress } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { WebhookEndpoint, WebhookReplay } from '../api-types.ts'
import { useList } from '../use-list.ts'
import { cancelReplay, ENDPOINTS, newestReplayQuery, replaysPath } from '../webhooks.ts'
import { Badge } from './badges.tsx'
import { Disclosure } from './disclosure.tsx'
import { PagedList } from './paged-list.tsx'
import { FormError, type Tone } from './states.tsx'
import { Time } from './time.tsx'

const STATES: Record<WebhookReplay['status'], { tone: Tone; label: string }> = {
  running: { tone: 'busy', label: 'Running' },
  completed: { tone: 'good', label: 'Completed' },
  canceled: { tone: 'off', label: 'Canceled' },
  failed: { tone: 'bad', label: 'Stopped' },
}
const REASONS = {
  endpoint_disabled: 'The endpoint was disabled.',
  endpoint_deleted: 'The endpoint was deleted.',
}

/** The newest replay of an endpoint, and how far it is. Nothing where there was none. */
export function ReplayProgress({ endpoint }: { endpoint: WebhookEndpoint }) {
  const queryClient = useQueryClient()
  const [showsAll, setShowsAll] = useState(false)
  const replay = useQuery(newestReplayQuery(endpoint.mode, endpoint.id)).data?.data[0]
  const cancel = useMutation({
    mutationFn: (id: string) => cancelReplay(id),
    onSettled: () => queryClient.invalidateQueries({ queryKey: [ENDPOINTS, endpoint.mode, 'replays'] }),
  })
  if (!replay) return null
  const { tone, label } = STATES[replay.status]
  return (
    <section className="card card-pad stack-tight" aria-label="Replay">
      <div className="row ends">
        <span className="row">
          <h2>Replay</h2>
          <Badge tone={tone}>{label}</Badge>
        </span>
        {replay.status === 'running' && (
          <Button
            variant="default"
            size="xs"
            loading={cancel.isPending}
            onClick={() => cancel.mutate(replay.id)}
          >
            Cancel replay
          </Button>
        )}
      </div>
      <p className="second">{what(replay)}</p>
      <Progress
        value={done(replay)}
        color={replay.status === 'failed' ? 'var(--bad)' : 'var(--ink)'}
        aria-label="Progress of the replay"
      />
      <p className="small quiet">
        {replay.queued.toLocaleString('en')} of {replay.count_capped && 'more than '}
        {replay.count.toLocaleString('en')} on their way, at most {replay.rate_per_second} a second. Started{' '}
        <Time at={replay.created_at} />
        {replay.finished_at && (
          <>
            , ended <Time at={replay.finished_at} />
          </>
        )}
        .
      </p>
      {replay.reason && <p>{REASONS[replay.reason]}</p>}
      <FormError error={cancel.error} />
      <Disclosure title="Earlier replays" hint="Of this webhook" open={showsAll} onToggle={setShowsAll}>
        {showsAll && <Earlier endpoint={endpoint} newest={replay.id} />}
      </Disclosure>
    </section>
  )
}

function Earlier({ endpoint, newest }: { endpoint: WebhookEndpoint; newest: string }) {
  const state = useList<WebhookReplay>({ path: replaysPath(endpoint.id), itemsMax: 10 })
  const rows = state.rows.filter(({ id }) => id !== newest)
  return (
    <PagedList
      state={{ ...state, rows }}
      what="The replays"
      usually={2}
      empty={<p className="second">This is the only one.</p>}
    >
      {(replays) => (
        <div className="table-frame">
          <table className="table dense">
            <thead>
              <tr>
                <th>What</th>
                <th>Status</th>
                <th className="num">Sent</th>
                <th>Started</th>
              </tr>
            </thead>
            <tbody>
              {replays.map((replay) => (
                <tr key={replay.id}>
                  <td>{what(replay)}</td>
                  <td data-label="Status">
                    <Badge tone={STATES[replay.status].tone}>{STATES[replay.status].label}</Badge>
                  </td>
                  <td data-label="Sent" className="num nowrap">
                    {replay.queued.toLocaleString('en')}
                  </td>
                  <td data-label="Started">
                    <Time at={replay.created_at} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </PagedList>
  )
}

function done({ status, queued, count }: WebhookReplay): number {
  if (status === 'completed') return 100
  return count === 0 ? 0 : Math.min(100, (queued / count) * 100)
}

const short = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

/** The filter in a sentence. */
function what({ filter }: WebhookReplay): string {
  const kind = filter.status ? `${filter.status} deliveries` : 'deliveries'
  const type = filter.event_type ? ` of ${filter.event_type}` : ''
  const object = filter.object_id ? ` about ${filter.object_id}` : ''
  const from = short.format(new Date(filter.created_after))
  const until = short.format(new Date(filter.created_before))
  return `All ${kind}${type}${object}, ${from} to ${until}`
}
