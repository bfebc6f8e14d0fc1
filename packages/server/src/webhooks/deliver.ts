import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import { openDatabase, type Database } from '../database/database.ts'
import type { Sealer } from '../encryption.ts'
import type { Log } from '../log.ts'
import { attemptDelivery, type AttemptDeps, type PlatformSigner } from './attempt-delivery.ts'
import { createConcurrency, LIMIT_START } from './concurrency.ts'
import {
  claimDeliveries,
  DELIVERY_CONNECTION_OPTIONS,
  failQueues,
  nextDueAt,
  livingDeliverers,
  releaseAbandoned,
  releaseDeliverers,
  releaseLeases,
  stepBack,
  type AttemptOutcome,
  type ClaimedDelivery,
} from './delivery-queries.ts'
import { createRecorder } from './record-attempts.ts'
import { RETRY_SCHEDULE_SECONDS } from './retry-schedule.ts'
import { ATTEMPT_TIMEOUT_MS, createSender } from './send-request.ts'
import type { Lookup } from './resolve-name.ts'
import type { TargetGuard } from './target-guard.ts'
import { ALIVE_LOCK_CLASS, openWakeSignal } from './wake-signal.ts'

export type DelivererDeps = {
  /** The deliverer opens connections of its own, so that a burst of requests cannot hold it up. */
  databaseUrl: string
  clock: Clock
  sealer: Sealer
  log: Log
  guard: TargetGuard
  platformSigner: PlatformSigner
  /** Seconds before each attempt; null: the schedule of the product. */
  retrySchedule: readonly number[] | null
  lookup?: Lookup
  attemptTimeoutMs?: number
}

export type Deliverer = {
  /** There is something due: look now. */
  wake(): void
  /** Attempts since the start. */
  attempts(): { succeeded: number; failed: number }
  /** Finishes the tries that run, up to a limit, records them, and gives the rest back. */
  stop(): Promise<void>
}

const CONNECTIONS_MAX = 4
const IN_FLIGHT_MAX = 512
const CLAIM_MAX = 256
/** Awake: how often it looks by itself, and for how long after the last delivery. */
const AWAKE_POLL_MS = 8
const AWAKE_FOR_MS = 1_000
/** Asleep: the longest it waits, should a notification be lost. */
const ASLEEP_POLL_MS = 500
const CLAIM_PAUSE_MS = 2
/** An attempt ends within its own limit; the rest is for recording it. */
const LEASE_MARGIN_MS = 15_000
const DRAIN_LIMIT_MS = 5_000
const SWEEP_ROWS_MAX = 1_000
const SWEEP_INTERVAL_MS = 500
const STEP_BACK_ROWS_MAX = 1_000
const PEERS_LOOK_MS = 1_000
/** A deliverer that only lost its connection shows itself again within a second or two. */
const PEER_DEAD_AFTER_MS = 4_000
const ERROR_PAUSE_MS = 500

/**
 * Starts the loop that sends webhooks: claims what is due in fair shares per endpoint, tries it, records every
 * attempt. What it had claimed when it was killed, the others send within seconds, and the next start at once.
 */
export async function startDeliverer(deps: DelivererDeps): Promise<Deliverer> {
  const { clock, log } = deps
  const database = openDeliveryDatabase(deps)
  const bell = createBell()
  const signal = await openWakeSignal(deps.databaseUrl, { onWake: bell.ring, log })
  await releaseAbandoned(database.pool, ALIVE_LOCK_CLASS)

  const attemptTimeoutMs = deps.attemptTimeoutMs ?? ATTEMPT_TIMEOUT_MS
  const sender = createSender({ guard: deps.guard, lookup: deps.lookup, timeoutMs: attemptTimeoutMs })
  const attempts: AttemptDeps = {
    clock,
    sealer: deps.sealer,
    sender,
    platformSigner: deps.platformSigner,
    schedule: deps.retrySchedule ?? RETRY_SCHEDULE_SECONDS,
  }
  const concurrency = createConcurrency()
  const recorder = createRecorder({ database, clock, log, onRecorded: bell.ring })
  /** Claimed, and neither recorded nor given back. */
  const claimed = new Set<ClaimedDelivery>()
  const counts = { succeeded: 0, failed: 0 }
  let leases = 0
  let stopping = false

  const claim = async (): Promise<number> => {
    const rowsMax = Math.min(CLAIM_MAX, IN_FLIGHT_MAX - concurrency.running() - recorder.waiting())
    if (rowsMax <= 0) return 0
    const now = clock.now()
    leases += 1
    const rows = await claimDeliveries(database.pool, {
      now: new Date(now),
      leasedUntil: new Date(now + attemptTimeoutMs + LEASE_MARGIN_MS),
      leaseId: String((BigInt(signal.number) << 32n) + BigInt(leases % 2 ** 32)),
      rowsMax,
      roomDefault: LIMIT_START,
      rooms: concurrency.rooms(),
    })
    for (const row of rows) {
      claimed.add(row)
      concurrency.started(row.endpointId)
      // Ends by itself within the attempt's limit; `send` handles its own errors.
      void send(row)
    }
    return rows.length
  }

  const send = async (delivery: ClaimedDelivery): Promise<void> => {
    let outcome: AttemptOutcome | null = null
    try {
      outcome = await attemptDelivery(attempts, delivery)
    } catch (err) {
      // A fault of ours (a secret that does not open): the lease ends and the row comes back.
      log.error({ err, endpointId: delivery.endpointId }, 'a webhook could not be attempted')
    }
    concurrency.ended(delivery.endpointId, outcome?.error === null)
    if (outcome) {
      counts[outcome.error === null ? 'succeeded' : 'failed'] += 1
      claimed.delete(delivery)
      recorder.add(outcome)
    } else if (!stopping) claimed.delete(delivery)
  }

  const watchPeers = createPeerWatch(database)
  let sweepAt = 0
  /** Beside the traffic: what waits for endpoints that are off or gone fails, a batch at a time. */
  const sweep = async (): Promise<void> => {
    if (performance.now() < sweepAt) return
    const now = new Date(clock.now())
    const swept = await failQueues(database.pool, { now, rowsMax: SWEEP_ROWS_MAX })
    await stepBack(database.pool, { now, rowsMax: STEP_BACK_ROWS_MAX })
    await watchPeers(performance.now())
    sweepAt = swept > 0 ? 0 : performance.now() + SWEEP_INTERVAL_MS
  }

  const run = async (): Promise<void> => {
    let activeAt = performance.now()
    while (!stopping) {
      bell.hush()
      try {
        const found = await claim()
        await sweep()
        if (found > 0) {
          activeAt = performance.now()
          await signal.awake()
          await delay(CLAIM_PAUSE_MS)
        } else if (performance.now() - activeAt < AWAKE_FOR_MS || claimed.size > 0) {
          await bell.wait(AWAKE_POLL_MS)
        } else {
          await signal.asleep()
          if ((await claim()) === 0) await bell.wait(await pauseMs())
          if (bell.rang()) activeAt = performance.now()
        }
      } catch (err) {
        log.error({ err }, 'webhooks could not be claimed; trying again')
        await delay(ERROR_PAUSE_MS)
      }
    }
  }

  const pauseMs = async (): Promise<number> => {
    const due = await nextDueAt(database.pool)
    return due
      ? Math.min(Math.max(due.getTime() - clock.now(), AWAKE_POLL_MS), ASLEEP_POLL_MS)
      : ASLEEP_POLL_MS
  }

  const running = run()
  const stop = async (): Promise<void> => {
    stopping = true
    bell.ring()
    await running
    await until(() => concurrency.running() === 0, DRAIN_LIMIT_MS)
    await sender.close()
    await until(() => concurrency.running() === 0, DRAIN_LIMIT_MS)
    await recorder.close()
    const leaseIds = [...new Set([...claimed].map((delivery) => delivery.leaseId))]
    await releaseLeases(database.pool, leaseIds).catch((err: unknown) =>
      log.warn({ err }, 'leases were left to end by themselves'),
    )
    await signal.close()
    await database.close()
  }
  let stopped: Promise<void> | null = null
  return { wake: bell.ring, attempts: () => counts, stop: () => (stopped ??= stop()) }
}

function openDeliveryDatabase({ databaseUrl, log }: DelivererDeps): Database {
  return openDatabase(
    { connectionString: databaseUrl, options: DELIVERY_CONNECTION_OPTIONS },
    {
      connectionsMax: CONNECTIONS_MAX,
      onIdleError: (err) => log.warn({ err }, 'a connection of the deliverer broke; the pool replaces it'),
    },
  )
}

/** Frees what other deliverers had claimed that lived a moment ago and live no more. */
function createPeerWatch({ pool }: Database): (nowMs: number) => Promise<void> {
  /** Since when each is missing; null while it lives. */
  const peers = new Map<number, number | null>()
  let lookAt = 0
  let lookedAt = 0
  return async (nowMs) => {
    if (nowMs < lookAt) return
    lookAt = nowMs + PEERS_LOOK_MS
    const living = await livingDeliverers(pool, ALIVE_LOCK_CLASS)
    // While PostgreSQL was away nobody could show that they live: the time of the missing begins anew.
    const wasBlind = nowMs - lookedAt > PEER_DEAD_AFTER_MS
    lookedAt = nowMs
    for (const number of living) peers.set(number, null)
    for (const [number, since] of peers)
      if (!living.has(number)) peers.set(number, wasBlind ? nowMs : (since ?? nowMs))
    const dead = [...peers].flatMap(([number, since]) =>
      since !== null && nowMs - since >= PEER_DEAD_AFTER_MS ? [number] : [],
    )
    if (dead.length === 0) return
    await releaseDeliverers(pool, dead)
    for (const number of dead) peers.delete(number)
  }
}

/** A pause that can be ended early; a ring since the last `hush` counts. */
function createBell() {
  let rung = false
  let end: (() => void) | null = null
  return {
    ring: () => {
      rung = true
      end?.()
    },
    hush: () => {
      rung = false
    },
    rang: () => rung,
    wait(ms: number): Promise<void> {
      if (rung) return Promise.resolve()
      return new Promise((resolve) => {
        const timer = setTimeout(done, ms)
        end = done
        function done(): void {
          clearTimeout(timer)
          end = null
          resolve()
        }
      })
    },
  }
}

async function until(condition: () => boolean, limitMs: number): Promise<void> {
  const end = performance.now() + limitMs
  while (!condition() && performance.now() < end) await delay(10)
}
