import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import type { Log } from '../log.ts'
import { completeDeliveries, type AttemptOutcome } from './delivery-queries.ts'
import { disableGoneEndpoint } from './disable-endpoint.ts'

const BATCH_MAX = 128
const BATCH_WAIT_MS = 3
const ERROR_PAUSE_MS = 500
// Classes of SQLSTATE in which PostgreSQL refuses a value, and will refuse it for ever: data exceptions, violated
// constraints, more than fits.
const REFUSED_VALUE = /^(?:22|23|54)/

export type Recorder = {
  add(outcome: AttemptOutcome): void
  /** How many are not written yet. */
  waiting(): number
  /** Writes what is left, as far as the database answers. */
  close(): Promise<void>
}

/** Writes outcomes in batches: one statement for as many as came while the last one ran. */
export function createRecorder(deps: {
  database: Database
  clock: Clock
  log: Log
  onRecorded: () => void
}): Recorder {
  const { database, clock, log } = deps
  let queue: AttemptOutcome[] = []
  let writing: Promise<void> | null = null
  let unwritten = 0
  let closing = false

  const write = async (): Promise<void> => {
    while (queue.length > 0) {
      if (queue.length < BATCH_MAX && !closing) await delay(BATCH_WAIT_MS)
      const batch = queue.slice(0, BATCH_MAX)
      try {
        await store(batch)
        queue = queue.slice(batch.length)
        unwritten -= batch.length
        await disableGone(batch)
        deps.onRecorded()
      } catch (err) {
        log.error({ err, attempts: batch.length }, 'webhook attempts could not be recorded; trying again')
        // At the stop it is left to the leases: those webhooks go out twice, which at least once allows.
        if (closing) return
        await delay(ERROR_PAUSE_MS)
      }
    }
  }

  /** What PostgreSQL does not take is found by halves, so that nobody's attempts wait behind it for ever. */
  const store = async (batch: readonly AttemptOutcome[]): Promise<void> => {
    try {
      await completeDeliveries(database.pool, batch, new Date(clock.now()))
    } catch (err) {
      if (!isRefused(err)) throw err
      const [only] = batch
      if (batch.length === 1 && only) return storeBare(only, err)
      const half = batch.length >> 1
      await store(batch.slice(0, half))
      await store(batch.slice(half))
    }
  }

  /** The attempt counts and its delivery moves on, without what the other side said. */
  const storeBare = async (outcome: AttemptOutcome, refused: unknown): Promise<void> => {
    const { endpoint_id: endpointId, event_id: eventId } = outcome
    log.error(
      { err: refused, endpointId, eventId },
      'an answer could not be stored; its attempt is, without it',
    )
    try {
      await completeDeliveries(database.pool, [withoutAnswer(outcome)], new Date(clock.now()))
    } catch (err) {
      if (!isRefused(err)) throw err
      // Its lease ends by itself, and the webhook goes out again.
      log.error({ err, endpointId, eventId }, 'a webhook attempt could not be recorded')
    }
  }

  const disableGone = async (batch: readonly AttemptOutcome[]): Promise<void> => {
    const gone = new Set(batch.flatMap((row) => (row.reason === 'endpoint_gone' ? [row.endpoint_id] : [])))
    for (const endpointId of gone) await disableGoneEndpoint(database, { endpointId, now: clock.now() })
  }

  const start = () => {
    writing ??= write().finally(() => {
      writing = null
      if (queue.length > 0 && !closing) start()
    })
  }
  return {
    add(outcome) {
      queue.push(outcome)
      unwritten += 1
      start()
    },
    waiting: () => unwritten,
    async close() {
      closing = true
      await writing
      if (queue.length > 0) await write()
    },
  }
}

function isRefused(err: unknown): boolean {
  return REFUSED_VALUE.test((err as { code?: string }).code ?? '')
}

/** An attempt with the values of ours alone. */
function withoutAnswer(outcome: AttemptOutcome): AttemptOutcome {
  return {
    ...outcome,
    remote_address: null,
    response_headers: outcome.response_headers && [],
    response_body: null,
    error_detail: 'what the endpoint answered could not be stored',
  }
}
