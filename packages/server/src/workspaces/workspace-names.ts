import type { Clock } from '../clock.ts'
import type { Executor } from '../database/database.ts'
import { findWorkspace } from './queries.ts'

export type WorkspaceNames = {
  /** The name, at most a second old; null when there is no such workspace. At once when it is remembered. */
  find(workspaceId: string): string | null | Promise<string | null>
}

const FRESH_MS = 1_000
const NAMES_MAX = 10_000

/** Names of workspaces for answers that come thousands of times a second, so that each does not cost a query. */
export function createWorkspaceNames(deps: { executor: Executor; clock: Clock }): WorkspaceNames {
  const names = new Map<string, { name: string | Promise<string | null>; readAt: number }>()

  async function read(workspaceId: string, readAt: number): Promise<string | null> {
    try {
      const workspace = await findWorkspace(deps.executor, workspaceId)
      if (workspace) names.set(workspaceId, { name: workspace.name, readAt })
      else names.delete(workspaceId)
      return workspace?.name ?? null
    } catch (error) {
      names.delete(workspaceId)
      throw error
    }
  }

  return {
    find(workspaceId) {
      const now = deps.clock.now()
      const known = names.get(workspaceId)
      if (known && now - known.readAt < FRESH_MS && now >= known.readAt) return known.name
      if (names.size >= NAMES_MAX) names.clear()
      // Whoever asks meanwhile waits for the same query.
      const name = read(workspaceId, now)
      names.set(workspaceId, { name, readAt: now })
      return name
    },
  }
}
