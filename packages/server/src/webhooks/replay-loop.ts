import type { Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import type { Log } from '../log.ts'
import {
  finishReplay,
  listRunningReplays,
  lockRunningReplay,
  moveReplay,
  requeueNext,
  type Replay,
  type ReplayTarget,
} from './replay-queries.ts'
import { countDue } from './health-queries.ts'
import { wakeDeliverers } from './resend-queries.ts'

export type ReplayDeps = { database: Database; clock: Clock; log: Log }

const INTERVAL_MS = 250
/** After a failure, before the next try. */
const REST_MS = 10_000
/** What a pause of the worker may be caught up with at once. */
const BURST_MS = 1_000
/** One round reads no more than this, however rare what it looks for. */
const SEEN_MAX = 5_000
/** An endpoint that does not keep up is given no more than this, or two seconds' worth, before the rest waits. */
const DUE_MAX = 50

/** Feeds the queue from the replays that run, each at its own rate. One that fails rests, and holds up nobody else's. */
export function replayLoop(deps: ReplayDeps) {
  let resting = new Map<string, number>()
  return {
    name: 'replay',
    intervalMs: INTERVAL_MS,
    async run(signal: AbortSignal): Promise<'more' | void> {
      let more = false
      const running = await listRunningReplays(deps.database.pool)
      const now = performance.now()
      resting = new Map([...resting].filter(([id, until]) => until > now && running.includes(id)))
      for (const id of running) {
        if (signal.aborted) return
        if (resting.has(id)) continue
        try {
          more = (await feedReplay(deps, id)) || more
        } catch (err) {
          deps.log.error({ err, replay_id: id }, 'a replay could not go on; it is tried again')
          resting.set(id, now + REST_MS)
        }
      }
      return more ? 'more' : undefined
    },
  }
}

/**
 * One step of a replay in one transaction: what goes into the queue and how far the replay came are written together.
 * @returns whether the next step may follow at once, because this one only looked for what matches
 */
async function feedReplay(
  { database, clock }: Pick<ReplayDeps, 'database' | 'clock'>,
  id: string,
): Promise<boolean> {
  return database.transaction(async (client) => {
    const replay = await lockRunningReplay(client, id)
    if (!replay) return false
    const nowMs = clock.now()
    const now = new Date(nowMs)
    if (replay.deleted || !replay.enabled) {
      const reason = replay.deleted ? 'endpoint_deleted' : 'endpoint_disabled'
      await finishReplay(client, { id, status: 'failed', reason, now })
      return false
    }
    const fedUntilMs = spentUntil(replay, nowMs)
    const due = await countDue(client, { endpointId: replay.endpointId, now, rowsMax: dueMax(replay) })
    const rowsMax = Math.min(
      Math.floor(((nowMs - fedUntilMs) * replay.ratePerSecond) / 1000),
      dueMax(replay) - due,
    )
    if (rowsMax <= 0) return false
    const input = { range: replay, position: replay.position, now, rowsMax, seenMax: SEEN_MAX }
    const { queued, position } = await requeueNext(client, input)
    await moveReplay(client, {
      id,
      queued,
      position: position ?? replay.position,
      fedUntil: new Date(fedUntilMs + (queued * 1000) / replay.ratePerSecond),
    })
    if (queued > 0) await wakeDeliverers(client)
    if (position === null) await finishReplay(client, { id, status: 'completed', reason: null, now })
    return position !== null && queued < rowsMax
  })
}

/** Until when the rate is used up. A long pause does not count in full, nor does a time ahead of a clock that was set back. */
function spentUntil({ fedUntil }: Replay, nowMs: number): number {
  const burst = nowMs - BURST_MS
  return fedUntil.getTime() > nowMs + BURST_MS ? burst : Math.max(fedUntil.getTime(), burst)
}

/** How much may be due at the endpoint: while its breaker is open or half open, no more than a probe. */
function dueMax({ broken, ratePerSecond }: Replay & ReplayTarget): number {
  return broken ? 1 : Math.max(DUE_MAX, 2 * ratePerSecond)
}
