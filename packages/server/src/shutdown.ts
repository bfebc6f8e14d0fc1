import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from './log.ts'

export type Shutdown = {
  /** Registers what ends something that was just begun. Steps run in reverse order, whatever happens to the others. */
  add(step: ShutdownStep): void
  /** Runs every step once; a second call waits for the first. Resolves to whether all went well. */
  run(): Promise<boolean>
  /** What cannot be left behind even when nobody waits. */
  force(): void
}

export type ShutdownStep = {
  name: string
  run(): Promise<void>
  force?(): void
}

const STEP_LIMIT_MS = 30_000
// A terminal and npm both pass one Ctrl-C on: a second signal this soon is the same wish.
const SAME_WISH_MS = 1000

/** Ends what was started, last first. */
export function createShutdown(log: Log): Shutdown {
  const steps: ShutdownStep[] = []
  let running: Promise<boolean> | undefined

  const runAll = async (): Promise<boolean> => {
    let clean = true
    for (const step of steps.toReversed()) {
      try {
        const limit = delay(STEP_LIMIT_MS, 'late', { ref: false })
        if ((await Promise.race([step.run(), limit])) === 'late') throw new Error('it took too long')
      } catch (err) {
        clean = false
        log.error({ err, step: step.name }, 'a step of the shutdown failed')
      }
    }
    return clean
  }

  return {
    add: (step) => void steps.push(step),
    run: () => (running ??= runAll()),
    force: () => steps.toReversed().forEach((step) => step.force?.()),
  }
}

/** Calls `stop` at the first Ctrl-C, SIGTERM or SIGHUP, and `force` at a second one. */
export function onStopSignal(stop: () => void, force: () => void): void {
  let firstAt: number | undefined
  const onSignal = (): void => {
    if (firstAt === undefined) {
      firstAt = performance.now()
      stop()
    } else if (performance.now() - firstAt > SAME_WISH_MS) {
      force()
    }
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal)
}
