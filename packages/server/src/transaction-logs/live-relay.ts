import { randomUUID } from 'node:crypto'
import type { SharedStore } from '../database/redis.ts'
import type { LogRow } from './queries.ts'

/** Carries rows to the live views on other servers. A topic is a workspace and mode. */
export type LiveRelay = {
  watch(topic: string): void
  unwatch(topic: string): void
  /** Costs a look into a set while nobody on another server watches. */
  publish(topic: string, row: LogRow): void
  close(): void
}

export type LiveRelayDeps = Pick<SharedStore, 'redis' | 'subscriber'> & {
  onRow(topic: string, row: LogRow): void
  /** Rows of other servers may have been missed. */
  onGap(): void
}

const PREFIX = 'countersign:live:'
const NEWS = 'countersign:live-news'
const LOOK_MS = 1_000

/**
 * Over Redis: who watches subscribes to a channel, and Redis tells everybody else which channels have subscribers.
 * They ask once a second, and at once when a new view says so.
 */
export function openLiveRelay({ redis, subscriber, onRow, onGap }: LiveRelayDeps): LiveRelay {
  const self = randomUUID()
  const own = new Set<string>()
  let watched: ReadonlySet<string> = new Set()

  async function look(): Promise<void> {
    if (redis.status !== 'ready') return
    const channels = (await redis.pubsub('CHANNELS', `${PREFIX}*`)) as string[]
    const counts =
      channels.length === 0 ? [] : ((await redis.pubsub('NUMSUB', ...channels)) as (string | number)[])
    const byOthers = new Set<string>()
    for (let index = 0; index < counts.length; index += 2) {
      const topic = String(counts[index]).slice(PREFIX.length)
      if (Number(counts[index + 1]) > (own.has(topic) ? 1 : 0)) byOthers.add(topic)
    }
    watched = byOthers
  }
  // What fails now is asked again in a second; a view that misses rows hears of the gap.
  const tryLook = () => void look().catch(() => {})

  function onMessage(channel: string, text: string): void {
    if (channel === NEWS) return tryLook()
    const { from, row } = parse(text)
    if (row !== null && from !== self) onRow(channel.slice(PREFIX.length), row)
  }

  subscriber.on('message', onMessage)
  subscriber.on('close', onGap)
  subscriber.on('ready', onGap)
  // ioredis subscribes again by itself after every reconnect.
  void subscriber.subscribe(NEWS).catch(() => {})
  const timer = setInterval(tryLook, LOOK_MS).unref()

  return {
    watch(topic) {
      own.add(topic)
      // While Redis is away there is nothing to hear; its return ends the view, which then opens anew.
      subscriber.subscribe(PREFIX + topic).then(
        () => redis.publish(NEWS, '').catch(() => {}),
        () => {},
      )
    },
    unwatch(topic) {
      own.delete(topic)
      void subscriber.unsubscribe(PREFIX + topic).catch(() => {})
    },
    publish(topic, row) {
      if (!watched.has(topic)) return
      // A live view is a convenience: what cannot be sent now is in the log all the same.
      void redis.publish(PREFIX + topic, JSON.stringify({ from: self, row })).catch(() => {})
    },
    close() {
      clearInterval(timer)
    },
  }
}

/** What others publish on our channels is passed over: a throw in here would end the process. */
function parse(text: string): { from: string; row: LogRow | null } {
  try {
    const { from, row } = JSON.parse(text) as { from: string; row: LogRow }
    return { from, row: typeof row?.id === 'string' && typeof row.path === 'string' ? row : null }
  } catch {
    return { from: '', row: null }
  }
}
