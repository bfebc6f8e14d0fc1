import { Readable } from 'node:stream'
import type { Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import type { Log } from '../log.ts'
import { problem } from '../problems.ts'
import { deliveryId } from '../webhooks/delivery-id.ts'
import { attemptKey, findDue, markSeen, type DueDelivery } from './queries.ts'

export type ListenerStreams = {
  /** Server-sent events: what waits for a listener, until its reader leaves or may no longer read. */
  open(endpointId: string, isAllowed: () => Promise<boolean>): Readable
  close(): void
}

type Open = { stream: Readable; sent: Set<string>; isAllowed(): Promise<boolean> }

const LOOK_MS = 150
const CHECK_MS = 1_000
const SEEN_MS = 20_000
const HEARTBEAT_MS = 10_000
const OPEN_MAX = 500
/** Sent and not answered yet, for each listener. */
const UNANSWERED_MAX = 64
const UNREAD_BYTES_MAX = 4 * 1024 * 1024

/**
 * The connections of listeners to this server. Nothing is leased: a delivery waits in the queue until its answer is
 * recorded, and a new connection gets everything that waits. The listener knows what it has in hand.
 */
export function createListenerStreams(deps: { database: Database; clock: Clock; log: Log }): ListenerStreams {
  const { database, clock, log } = deps
  const open = new Map<string, Open>()
  let timers: NodeJS.Timeout[] = []
  let looking = false

  const end = (endpointId: string, one: Open) => {
    if (open.get(endpointId) === one) open.delete(endpointId)
    if (one.stream.readableLength > 0) one.stream.destroy()
    else one.stream.push(null)
    if (open.size > 0) return
    for (const timer of timers) clearInterval(timer)
    timers = []
  }

  /** One query for everybody who is connected, as often as makes a person wait for nothing. */
  const look = async () => {
    if (looking || open.size === 0) return
    looking = true
    try {
      const { due, fresh } = await findDue(database.pool, {
        endpointIds: [...open.keys()],
        sent: [...open.values()].flatMap(({ sent }) => [...sent]),
        now: new Date(clock.now()),
        rowsMax: UNANSWERED_MAX,
      })
      const waiting = new Set(due)
      for (const { sent } of open.values()) for (const key of sent) if (!waiting.has(key)) sent.delete(key)
      for (const delivery of fresh) send(delivery)
    } catch (err) {
      log.warn({ err }, 'the queues of listeners could not be read; trying again')
    } finally {
      looking = false
    }
  }

  const send = (delivery: DueDelivery) => {
    const one = open.get(delivery.endpointId)
    if (!one || one.stream.destroyed) return
    if (one.stream.readableLength > UNREAD_BYTES_MAX) {
      one.stream.destroy()
      return
    }
    one.sent.add(attemptKey(delivery))
    one.stream.push(eventOf(delivery))
  }

  const check = async () => {
    for (const [id, one] of open) if (!(await isStillAllowed(one))) end(id, one)
  }

  const seen = async () => {
    const ids = [...open.keys()]
    const living = await markSeen(database.pool, ids, new Date(clock.now()))
    for (const id of ids) {
      const one = open.get(id)
      if (one && !living.has(id)) end(id, one)
    }
  }

  const start = () => {
    const every = (ms: number, run: () => Promise<void>) =>
      // A failure is tried again at the next turn.
      setInterval(() => void run().catch((err: unknown) => log.warn({ err }, 'listeners')), ms)
    timers = [
      every(LOOK_MS, look),
      every(CHECK_MS, check),
      every(SEEN_MS, seen),
      setInterval(() => {
        for (const { stream } of open.values()) stream.push(': still here\n\n')
      }, HEARTBEAT_MS),
    ]
  }

  return {
    open(endpointId, isAllowed) {
      const before = open.get(endpointId)
      if (before) end(endpointId, before)
      if (open.size >= OPEN_MAX)
        throw problem('limit-reached', { detail: 'Too many listeners are connected. Try again in a moment.' })
      const stream = new Readable({ read() {}, highWaterMark: UNREAD_BYTES_MAX })
      const one: Open = { stream, sent: new Set(), isAllowed }
      open.set(endpointId, one)
      if (timers.length === 0) start()
      stream.once('close', () => end(endpointId, one))
      stream.push('retry: 1000\n: connected\n\n')
      return stream
    },
    close() {
      for (const [id, one] of open) end(id, one)
    },
  }
}

/** When nobody can tell (the database is away), the stream ends too; its owner opens it again. */
async function isStillAllowed(one: Open): Promise<boolean> {
  try {
    return await one.isAllowed()
  } catch {
    return false
  }
}

function eventOf(delivery: DueDelivery): string {
  const { eventId, eventType, endpointNumber, attemptCount, body } = delivery
  const data = {
    delivery_id: deliveryId(eventId, endpointNumber),
    event_id: eventId,
    event_type: eventType,
    number: attemptCount + 1,
    body,
  }
  return `id: ${eventId}\nevent: delivery\ndata: ${JSON.stringify(data)}\n\n`
}
