import { newId } from '../ids.ts'
import { problem } from '../problems.ts'
import { changing } from './change-endpoint.ts'
import type { Acting, WebhooksDeps } from './deps.ts'
import { probeNow } from './queries.ts'
import {
  countReplayed,
  findReplay,
  findRunningReplay,
  finishReplay,
  insertReplay,
  type Replay,
  type ReplayFilter,
} from './replay-queries.ts'
import { assertEnabled } from './send-again.ts'

/** Counting ends here, so that it ends within a request's time; a replay itself has no limit. */
const COUNTED_MAX = 100_000

export type ReplayInput = Omit<ReplayFilter, 'createdBefore'> & {
  endpointId: string
  createdBefore: Date | null
}

export type ReplayCount = { count: number; capped: boolean }

/** How many deliveries a replay would send. @throws Problem `not-found`, `currency-type-mismatch` */
export async function countReplay(
  deps: WebhooksDeps,
  acting: Acting,
  input: ReplayInput,
): Promise<ReplayCount> {
  return changing(deps, acting, input.endpointId, (client, endpoint, now) =>
    countReplayed(
      client,
      { ...endpoint, ...rangeOf(acting, input, now), endpointId: endpoint.id },
      COUNTED_MAX,
    ),
  )
}

/**
 * Begins to send a range of an endpoint's finished deliveries again, so many a second; the worker goes on with it.
 * @throws Problem `not-found`; `conflict` when the endpoint is off, or a replay runs already
 */
export async function startReplay(
  deps: WebhooksDeps,
  acting: Acting,
  input: ReplayInput & { ratePerSecond: number },
): Promise<Replay> {
  return changing(deps, acting, input.endpointId, async (client, endpoint, now) => {
    assertEnabled(endpoint)
    const running = await findRunningReplay(client, endpoint.id)
    if (running !== null)
      throw problem('conflict', {
        detail: `The replay ${running} of this endpoint still runs. Wait for its end, or cancel it first.`,
      })
    const range = rangeOf(acting, input, now)
    const { count, capped } = await countReplayed(
      client,
      { ...endpoint, ...range, endpointId: endpoint.id },
      COUNTED_MAX,
    )
    const replay = await insertReplay(client, {
      ...range,
      id: newId('rpl', now),
      workspaceId: endpoint.workspaceId,
      mode: endpoint.mode,
      endpointId: endpoint.id,
      ratePerSecond: input.ratePerSecond,
      count,
      countCapped: capped,
    })
    await probeNow(client, endpoint.id, new Date(now))
    await acting.record(client, {
      action: 'webhook_endpoint.replay_started',
      target: { kind: 'webhook_endpoint', id: endpoint.id },
      after: {
        replay_id: replay.id,
        event_type: range.eventType,
        status: range.deliveryStatus,
        object_id: range.objectId,
        created_after: range.createdAfter.toISOString(),
        created_before: range.createdBefore.toISOString(),
        rate_per_second: input.ratePerSecond,
        count,
      },
      mode: endpoint.mode,
      now,
    })
    return replay
  })
}

/** Stops a replay; what it has queued already still goes out. @throws Problem `not-found`; `conflict` at its end */
export async function cancelReplay(deps: WebhooksDeps, acting: Acting, id: string): Promise<Replay> {
  const found = await findReplay(deps.database.pool, acting.scope, id)
  if (!found) throw problem('not-found')
  return changing(deps, acting, found.endpointId, async (client, endpoint, now) => {
    const canceled = await finishReplay(client, { id, status: 'canceled', reason: null, now: new Date(now) })
    if (!canceled) throw problem('conflict', { detail: 'The replay has ended already.' })
    const replay = await findReplay(client, acting.scope, id)
    if (!replay) throw problem('not-found')
    await acting.record(client, {
      action: 'webhook_endpoint.replay_canceled',
      target: { kind: 'webhook_endpoint', id: endpoint.id },
      after: { replay_id: id, queued: replay.queued },
      mode: endpoint.mode,
      now,
    })
    return replay
  })
}

/** The range with its end fixed: what happens from now on is no part of a replay. */
function rangeOf(acting: Acting, input: ReplayInput, now: number) {
  const { eventType, deliveryStatus, objectId, createdAfter } = input
  const createdBefore = new Date(Math.min(input.createdBefore?.getTime() ?? Infinity, now + 1))
  return {
    eventType,
    deliveryStatus,
    objectId,
    createdAfter,
    createdBefore,
    currencyTypes: [...acting.scope.currencyTypes],
    createdAt: new Date(now),
  }
}
