import { problem } from '../problems.ts'
import type { SharedStore } from '../database/redis.ts'
import type { Mode } from '../sessions/principal.ts'
import { openLiveRelay } from './live-relay.ts'
import type { LogRow } from './queries.ts'

const SUBSCRIBERS_PER_WORKSPACE_MAX = 20
const SUBSCRIBERS_MAX = 1_000

export type LiveRequests = {
  /**
   * Calls back with every row of a workspace and mode that is committed, in the order of this process's commits; with
   * several servers, those of the others come in between. `onGap`: rows of others may have been missed.
   * @returns ends the subscription
   * @throws Problem `limit-reached` when the workspace, or the server, has as many as it may
   */
  subscribe(workspaceId: string, mode: Mode, subscriber: Subscriber): () => void
  /** @param row made only where somebody may watch */
  publish(workspaceId: string, mode: Mode, row: () => LogRow): void
  close(): void
}

export type Subscriber = { onRow(row: LogRow): void; onGap(): void }

/**
 * Hands committed rows to whoever watches them live.
 * @param shared where the servers that share the database meet; null where this is the only one
 */
export function createLiveRequests(shared: SharedStore | null): LiveRequests {
  const subscribers = new Map<string, Set<Subscriber>>()
  let count = 0
  const deliver = (topic: string, row: LogRow) => {
    for (const { onRow } of subscribers.get(topic) ?? []) onRow(row)
  }
  const relay =
    shared &&
    openLiveRelay({
      ...shared,
      onRow: deliver,
      onGap: () => [...subscribers.values()].forEach((watching) => watching.forEach(({ onGap }) => onGap())),
    })

  return {
    subscribe(workspaceId, mode, { onRow, onGap }) {
      const topic = `${workspaceId} ${mode}`
      const watching = subscribers.get(topic) ?? new Set()
      if (watching.size >= SUBSCRIBERS_PER_WORKSPACE_MAX || count >= SUBSCRIBERS_MAX)
        throw problem('limit-reached', { detail: 'Too many live views are open. Close one and try again.' })
      const subscriber = { onRow, onGap }
      if (watching.size === 0) relay?.watch(topic)
      subscribers.set(topic, watching.add(subscriber))
      count += 1
      return () => {
        if (!watching.delete(subscriber)) return
        count -= 1
        if (watching.size > 0 || subscribers.get(topic) !== watching) return
        subscribers.delete(topic)
        relay?.unwatch(topic)
      }
    },
    publish(workspaceId, mode, make) {
      if (count === 0 && !relay) return
      const topic = `${workspaceId} ${mode}`
      const row = make()
      deliver(topic, row)
      relay?.publish(topic, row)
    },
    close: () => relay?.close(),
  }
}
