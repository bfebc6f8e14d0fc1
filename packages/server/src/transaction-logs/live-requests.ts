import type { SharedStore } from '../database/redis.ts'
import { createLiveTopics, liveTopic } from '../http/live-topics.ts'
import type { Mode } from '../sessions/principal.ts'
import { openLiveRelay } from './live-relay.ts'
import type { LogRow } from './queries.ts'

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
  const topics = createLiveTopics<Subscriber>({
    onFirst: (topic) => relay?.watch(topic),
    onLast: (topic) => relay?.unwatch(topic),
  })
  const deliver = (topic: string, row: LogRow) => {
    for (const { onRow } of topics.of(topic)) onRow(row)
  }
  const relay =
    shared &&
    openLiveRelay({
      ...shared,
      onRow: deliver,
      onGap: () => topics.topics().forEach((topic) => [...topics.of(topic)].forEach(({ onGap }) => onGap())),
    })

  return {
    subscribe: (workspaceId, mode, subscriber) => topics.add(liveTopic(workspaceId, mode), subscriber),
    publish(workspaceId, mode, make) {
      if (topics.count === 0 && !relay) return
      const topic = liveTopic(workspaceId, mode)
      const row = make()
      deliver(topic, row)
      relay?.publish(topic, row)
    },
    close: () => relay?.close(),
  }
}
