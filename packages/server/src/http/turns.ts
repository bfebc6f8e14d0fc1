import { problem } from '../problems.ts'

type TurnsOptions = {
  atOnceMax: number
  atOncePerWorkspace: number
  waitingPerWorkspace: number
  /** Told to whoever may not even wait. */
  detail: string
}

/** Counts over time, whatever they count: each holds a connection of the pool, which has 20 for everybody, for seconds. */
export const COUNTING: TurnsOptions = {
  atOnceMax: 4,
  atOncePerWorkspace: 2,
  waitingPerWorkspace: 8,
  detail: 'Too many counts are running. Try again in a moment.',
}

/** Runs work of a workspace in its turn. */
export type Turns = ReturnType<typeof createTurns>

type Waiting = { workspaceId: string; start: () => void }

/**
 * Lets so much of a kind of work run at once; the rest waits its turn, and no workspace waits behind the many of another.
 * @returns runs work in its turn; throws Problem `limit-reached` when too much of the workspace waits
 */
export function createTurns(options: TurnsOptions) {
  const running = new Map<string, number>()
  let waiting: Waiting[] = []
  let total = 0
  const runningOf = (workspaceId: string) => running.get(workspaceId) ?? 0

  function step(workspaceId: string, by: 1 | -1): void {
    total += by
    const left = runningOf(workspaceId) + by
    if (left === 0) running.delete(workspaceId)
    else running.set(workspaceId, left)
  }

  function startNext(): void {
    while (total < options.atOnceMax) {
      const next = waiting.find(({ workspaceId }) => runningOf(workspaceId) < options.atOncePerWorkspace)
      if (!next) return
      waiting = waiting.filter((each) => each !== next)
      step(next.workspaceId, 1)
      next.start()
    }
  }

  return async <T>(workspaceId: string, work: () => Promise<T>): Promise<T> => {
    const before = waiting.filter((each) => each.workspaceId === workspaceId).length
    if (before >= options.waitingPerWorkspace) throw problem('limit-reached', { detail: options.detail })
    await new Promise<void>((start) => {
      waiting.push({ workspaceId, start })
      startNext()
    })
    try {
      return await work()
    } finally {
      step(workspaceId, -1)
      startNext()
    }
  }
}
