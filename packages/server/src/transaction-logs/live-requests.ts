import { problem } from '../problems.ts'
import type { Mode } from '../sessions/principal.ts'
import type { LogRow } from './queries.ts'

const SUBSCRIBERS_PER_WORKSPACE_MAX = 20
const SUBSCRIBERS_MAX = 1_000

export type LiveRequests = {
  /**
   * Calls back with every row of a workspace and mode that this process commits, in the order of commits.
   * @returns ends the subscription
   * @throws Problem `limit-reached` when the workspace, or the server, has as many as it may
   */
  subscribe(workspaceId: string, mode: Mode, onRow: (row: LogRow) => void): () => void
  publish(workspaceId: string, row: LogRow): void
}

/** Hands committed rows to whoever watches them live. */
export function createLiveRequests(): LiveRequests {
  const subscribers = new Map<string, Set<(row: LogRow) => void>>()
  let count = 0

  return {
    subscribe(workspaceId, mode, onRow) {
      const key = `${workspaceId} ${mode}`
      const watching = subscribers.get(key) ?? new Set()
      if (watching.size >= SUBSCRIBERS_PER_WORKSPACE_MAX || count >= SUBSCRIBERS_MAX)
        throw problem('limit-reached', { detail: 'Too many live views are open. Close one and try again.' })
      const subscriber = (row: LogRow) => onRow(row)
      subscribers.set(key, watching.add(subscriber))
      count += 1
      return () => {
        if (!watching.delete(subscriber)) return
        count -= 1
        if (watching.size === 0 && subscribers.get(key) === watching) subscribers.delete(key)
      }
    },
    publish(workspaceId, row) {
      if (count === 0) return
      for (const subscriber of subscribers.get(`${workspaceId} ${row.mode}`) ?? []) subscriber(row)
    },
  }
}
