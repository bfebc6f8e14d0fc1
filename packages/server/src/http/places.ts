import { problem } from '../problems.ts'

export type Places = ReturnType<typeof createPlaces>

const RETRY_AFTER_SECONDS = '5'

/**
 * Room for work that is heavy or long: so many at once for a workspace, so that it holds its own places and nobody
 * else's, and so many on this server, so that connections are left for everything else.
 */
export function createPlaces(limits: { what: string; perWorkspaceMax: number; totalMax: number }) {
  const { what, perWorkspaceMax, totalMax } = limits
  const taken = new Map<string, number>()
  let total = 0
  const count = (workspaceId: string, step: 1 | -1) => {
    total += step
    const ofWorkspace = (taken.get(workspaceId) ?? 0) + step
    if (ofWorkspace === 0) taken.delete(workspaceId)
    else taken.set(workspaceId, ofWorkspace)
  }

  /**
   * A place; call what it answers with, once, to give it back.
   * @throws Problem `too-many-at-once` for the workspace, `service-unavailable` where the server has none left
   */
  function take(workspaceId: string): () => void {
    const headers = { 'retry-after': RETRY_AFTER_SECONDS }
    if ((taken.get(workspaceId) ?? 0) >= perWorkspaceMax)
      throw problem('too-many-at-once', {
        detail: `The workspace has ${perWorkspaceMax} ${what} under way, as many as it may at a time.`,
        headers,
      })
    if (total >= totalMax)
      throw problem('service-unavailable', {
        detail: `This server makes as many ${what} at this moment as it can.`,
        headers,
      })
    count(workspaceId, 1)
    return () => count(workspaceId, -1)
  }

  return {
    take,
    /** Does the work in a place of its own. @throws as `take` */
    async during<T>(workspaceId: string, work: () => Promise<T>): Promise<T> {
      const giveBack = take(workspaceId)
      try {
        return await work()
      } finally {
        giveBack()
      }
    },
  }
}
