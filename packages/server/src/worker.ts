import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from './log.ts'
import type { LoopState } from './operations/queries.ts'

/** Work that repeats for as long as the process runs. */
export type Loop = {
  /** What it does, for the log: `deliver`, `settle`, `expire`, `prune`. */
  name: string
  intervalMs: number
  /**
   * One bounded round. Returning `more` asks for the next round at once. A long round watches the
   * signal, which aborts at the stop.
   */
  run(signal: AbortSignal): Promise<'more' | void>
}

export type Worker = {
  /** Ends the loop's pause: there is something to do now. A round that runs already is followed by another. */
  wake(name: string): void
  /** How each loop does: when it last ended a round, and since when it fails. */
  states(): LoopState[]
  /** Lets the running rounds finish, within a limit, and starts no other. */
  stop(): Promise<void>
}

const BACKOFF_MAX_MS = 30_000
const STOP_LIMIT_MS = 10_000

/** Starts every loop. An error ends its round, is logged, and doubles the pause until a round succeeds. */
export function startWorker(loops: readonly Loop[], deps: { log: Log }): Worker {
  const stopping = new AbortController()
  const bells = new Map(loops.map((loop) => [loop.name, createBell()]))
  const states = loops.map(({ name }): LoopState => ({
    name,
    last_run_at: null,
    failures: 0,
    failing_since: null,
  }))
  const running = loops.map((loop, index) =>
    repeat(loop, {
      bell: bells.get(loop.name)!,
      state: states[index]!,
      signal: stopping.signal,
      log: deps.log,
    }),
  )
  return {
    wake: (name) => bells.get(name)?.ring(),
    states: () => states.map((state) => ({ ...state })),
    async stop() {
      stopping.abort()
      for (const bell of bells.values()) bell.ring()
      await Promise.race([Promise.all(running), delay(STOP_LIMIT_MS, undefined, { ref: false })])
    },
  }
}

type Run = { bell: Bell; state: LoopState; signal: AbortSignal; log: Log }

async function repeat(loop: Loop, { bell, state, signal, log }: Run): Promise<void> {
  while (!signal.aborted) {
    bell.hush()
    let more = false
    try {
      more = (await loop.run(signal)) === 'more'
      state.failures = 0
      state.failing_since = null
    } catch (err) {
      if (signal.aborted) return
      state.failures += 1
      state.failing_since ??= new Date().toISOString()
      log.error({ err, loop: loop.name, failures: state.failures }, 'a loop failed; it goes on')
    }
    state.last_run_at = new Date().toISOString()
    // With `more`, others still get their turn between two rounds.
    if (more) await new Promise(setImmediate)
    else await bell.wait(pauseMs(loop.intervalMs, state.failures))
  }
}

function pauseMs(intervalMs: number, failures: number): number {
  return failures === 0 ? intervalMs : Math.min(Math.max(intervalMs, 100) * 2 ** failures, BACKOFF_MAX_MS)
}

type Bell = { ring(): void; hush(): void; wait(limitMs: number): Promise<void> }

/** A pause that can be ended early; a ring during the round before it counts. */
function createBell(): Bell {
  let rung = false
  let wakeUp: (() => void) | undefined
  return {
    ring() {
      rung = true
      wakeUp?.()
    },
    hush() {
      rung = false
    },
    wait(limitMs) {
      if (rung) return Promise.resolve()
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, limitMs)
        wakeUp = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    },
  }
}
