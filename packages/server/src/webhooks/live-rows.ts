import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import type { Database, Executor } from '../database/database.ts'
import { createLiveTopics, liveTopic } from '../http/live-topics.ts'
import type { Log } from '../log.ts'
import type { EventRow } from './event-queries.ts'
import {
  databaseNow,
  deliveriesOf,
  eventsOf,
  newEventIds,
  newOutcomes,
  type Change,
  type Place,
  type Since,
} from './live-queries.ts'
import type { DeliveryRow } from './log-queries.ts'

/** Where live rows come from: what has changed since a time, and the rows of that as they are now. */
export type LiveSource<Row> = {
  changes(executor: Executor, place: Place, since: Since): Promise<Change[]>
  read(executor: Executor, place: Place, changes: readonly Change[]): Promise<Row[]>
}

export type LiveSubscriber<Row> = {
  /** @param atMs when they were read; whoever begins again there misses nothing */
  onRows(rows: readonly Row[], atMs: number): void
  /** More has changed than is told. */
  onGap(): void
  /** Nobody knows what has changed. */
  onBroken(): void
}

export type LiveRows<Row> = {
  /**
   * Calls back with every row of a place that is new or has changed, from now on.
   * @returns ends the subscription
   * @throws Problem `limit-reached` when the workspace, or the server, has as many as it may
   */
  subscribe(place: Place, subscriber: LiveSubscriber<Row>): Promise<() => void>
  /** What has changed since a time that `onRows` told, with some of what was before it. */
  since(place: Place, atMs: number, rowsMax: number): Promise<{ rows: Row[]; isGap: boolean; nowMs: number }>
  close(): void
}

/** Where somebody watches, it looks this often; and rests so many times as long as the looks took. */
const LOOK_MS = 400
const REST_TIMES = 4
// Rows become visible when their transaction commits, which is a little after the time that they name, by clocks that
// differ a little: every look goes back so far, and knows what it has told already.
const LOOK_BACK_MS = 10_000
const CHANGES_MAX = 5_000
const ROWS_MAX = 2_000

type Topic = {
  place: Place
  told: Map<string, number>
  /** When it was looked at the last time, by both clocks: the next look begins no later, however long the rest was. */
  lookedAt: Pick<Since, 'eventMs' | 'recordedMs'> | null
  primed: Promise<void>
  isPrimed: boolean
}

/**
 * Rows that other processes write (deliverers, publishers, other servers), for whoever watches them live. It looks into
 * the database, and only for places that somebody watches: whoever writes knows nothing of it and waits for nobody.
 */
export function createLiveRows<Row>(
  deps: { database: Database; clock: Clock; log: Log },
  source: LiveSource<Row>,
): LiveRows<Row> {
  const { pool } = deps.database
  const watched = new Map<string, Topic>()
  const subscribers = createLiveTopics<LiveSubscriber<Row>>({ onLast: (topic) => watched.delete(topic) })
  const closing = new AbortController()
  let isLooking = false

  const timesOf = async () => {
    const recordedMs = await databaseNow(pool)
    // The earlier of two clocks: what is told of a time later on is then no later than either.
    return { recordedMs, eventMs: deps.clock.now(), nowMs: Math.min(recordedMs, deps.clock.now()) }
  }

  /** What has changed and was not told yet. */
  async function untold(topic: Topic): Promise<{ news: Change[]; isGap: boolean; nowMs: number }> {
    const { place, told, lookedAt } = topic
    const { eventMs, recordedMs, nowMs } = await timesOf()
    const since = {
      eventMs: Math.min(eventMs, lookedAt?.eventMs ?? eventMs) - LOOK_BACK_MS,
      recordedMs: Math.min(recordedMs, lookedAt?.recordedMs ?? recordedMs) - LOOK_BACK_MS,
      limit: CHANGES_MAX,
    }
    const changes = await source.changes(pool, place, since)
    topic.lookedAt = { eventMs, recordedMs }
    const news = changes.filter(({ key }) => !told.has(key))
    // By a clock that goes on, whatever those of the rows do: what is no more among the changes is forgotten.
    const at = performance.now()
    for (const { key } of changes) told.set(key, at)
    for (const [key, toldAt] of told) if (at - toldAt > LOOK_BACK_MS) told.delete(key)
    return { news, isGap: news.length > ROWS_MAX, nowMs }
  }

  async function look(name: string, topic: Topic): Promise<void> {
    try {
      const { news, isGap, nowMs } = await untold(topic)
      if (news.length === 0) return
      const rows = await source.read(pool, topic.place, news.slice(0, ROWS_MAX))
      for (const one of subscribers.of(name)) {
        if (isGap) one.onGap()
        one.onRows(rows, nowMs)
      }
    } catch (err) {
      deps.log.warn({ err }, 'what a live view shows could not be read; its readers open it again')
      for (const one of subscribers.of(name)) one.onBroken()
    }
  }

  async function run(): Promise<void> {
    if (isLooking) return
    isLooking = true
    while (watched.size > 0 && !closing.signal.aborted) {
      const startedAt = performance.now()
      for (const [name, topic] of watched) if (topic.isPrimed) await look(name, topic)
      const restMs = Math.max(LOOK_MS, REST_TIMES * (performance.now() - startedAt))
      await delay(restMs, undefined, { signal: closing.signal, ref: false }).catch(() => {})
    }
    isLooking = false
  }

  /** What is there already is no news. */
  function watch(name: string, place: Place): Topic {
    const topic: Topic = {
      place,
      told: new Map(),
      lookedAt: null,
      isPrimed: false,
      primed: Promise.resolve(),
    }
    topic.primed = untold(topic).then(() => void (topic.isPrimed = true))
    watched.set(name, topic)
    return topic
  }

  return {
    async subscribe(place, subscriber) {
      const name = liveTopic(place.workspaceId, place.mode)
      const unsubscribe = subscribers.add(name, subscriber)
      const topic = watched.get(name) ?? watch(name, place)
      try {
        await topic.primed
      } catch (error) {
        // Others that wait for the same look hear of it as well; the next one looks anew.
        if (watched.get(name) === topic) watched.delete(name)
        unsubscribe()
        throw error
      }
      // It never throws.
      void run()
      return unsubscribe
    },
    async since(place, atMs, rowsMax) {
      const { nowMs } = await timesOf()
      const from = Math.max(0, atMs - LOOK_BACK_MS)
      const changes = await source.changes(pool, place, {
        eventMs: from,
        recordedMs: from,
        limit: rowsMax + 1,
      })
      const rows = await source.read(pool, place, changes.slice(0, rowsMax))
      return { rows, isGap: changes.length > rowsMax, nowMs }
    },
    close: () => closing.abort(),
  }
}

/** Every event. */
export const eventSource: LiveSource<EventRow> = {
  async changes(executor, place, since) {
    const ids = await newEventIds(executor, place, since)
    return ids.map((eventId) => ({ eventId, endpointId: null, key: eventId }))
  },
  read: (executor, place, changes) =>
    eventsOf(
      executor,
      place,
      changes.map(({ eventId }) => eventId),
    ),
}

/** Every delivery: when it comes to be, when it was tried, and when it is given up. */
export const deliverySource: LiveSource<DeliveryRow> = {
  async changes(executor, place, since) {
    const tried = await newOutcomes(executor, place, since)
    return [...(await eventSource.changes(executor, place, since)), ...tried]
  },
  async read(executor, place, changes) {
    const isNew = new Set(changes.flatMap(({ eventId, endpointId }) => (endpointId === null ? eventId : [])))
    const tried = new Set(changes.map(({ eventId, endpointId }) => `${eventId} ${endpointId}`))
    const rows = await deliveriesOf(executor, place, [...new Set(changes.map(({ eventId }) => eventId))])
    return rows.filter((row) => isNew.has(row.eventId) || tried.has(`${row.eventId} ${row.endpointId}`))
  },
}
