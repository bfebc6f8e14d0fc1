import { problem } from '../problems.ts'

const SUBSCRIBERS_PER_TOPIC_MAX = 20
const SUBSCRIBERS_MAX = 1_000

export type LiveTopics<Subscriber> = {
  /**
   * @returns ends the subscription
   * @throws Problem `limit-reached` when the topic, or the server, has as many as it may
   */
  add(topic: string, subscriber: Subscriber): () => void
  of(topic: string): Iterable<Subscriber>
  topics(): string[]
  readonly count: number
}

/**
 * Who watches what is live on this server. A topic is a workspace and mode.
 * @param hooks told of the first who watches a topic, before it is added, and of the last who left
 */
export function createLiveTopics<Subscriber extends object>(
  hooks: { onFirst?(topic: string): void; onLast?(topic: string): void } = {},
): LiveTopics<Subscriber> {
  const topics = new Map<string, Set<Subscriber>>()
  let count = 0

  return {
    add(topic, subscriber) {
      const watching = topics.get(topic) ?? new Set()
      if (watching.size >= SUBSCRIBERS_PER_TOPIC_MAX || count >= SUBSCRIBERS_MAX)
        throw problem('limit-reached', { detail: 'Too many live views are open. Close one and try again.' })
      if (watching.size === 0) hooks.onFirst?.(topic)
      // A place of its own, however often the same object subscribes.
      const own = { ...subscriber }
      topics.set(topic, watching.add(own))
      count += 1
      return () => {
        if (!watching.delete(own)) return
        count -= 1
        if (watching.size > 0 || topics.get(topic) !== watching) return
        topics.delete(topic)
        hooks.onLast?.(topic)
      }
    },
    of: (topic) => topics.get(topic) ?? [],
    topics: () => [...topics.keys()],
    get count() {
      return count
    },
  }
}

export const liveTopic = (workspaceId: string, mode: string) => `${workspaceId} ${mode}`
