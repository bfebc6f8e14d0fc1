import { afterEach, expect, test, vi } from 'vitest'
import { createLog } from './log.ts'
import { startWorker, type Loop, type Worker } from './worker.ts'

const HOUR_MS = 3_600_000
let worker: Worker | undefined
afterEach(() => worker?.stop())

const start = (...loops: Loop[]) => {
  worker = startWorker(loops, { log: createLog('silent') })
  return worker
}

test('a loop runs at once and again after its interval', async () => {
  let rounds = 0
  start({ name: 'count', intervalMs: 5, run: async () => void rounds++ })
  await vi.waitFor(() => expect(rounds).toBeGreaterThan(3))
})

test('a wake ends the pause, and a wake during a round is not lost', async () => {
  let rounds = 0
  let finish = () => {}
  const loops = start({
    name: 'count',
    intervalMs: HOUR_MS,
    run: () => {
      rounds++
      return new Promise<void>((resolve) => (finish = resolve))
    },
  })
  loops.wake('count')
  finish()
  await vi.waitFor(() => expect(rounds).toBe(2))
  finish()
  await new Promise(setImmediate)
  loops.wake('count')
  await vi.waitFor(() => expect(rounds).toBe(3))
  finish()
})

test('a round that asks for more is followed by the next without a pause', async () => {
  let left = 5
  start({ name: 'drain', intervalMs: HOUR_MS, run: async () => (--left > 0 ? 'more' : undefined) })
  await vi.waitFor(() => expect(left).toBe(0))
})

test('an error ends neither its own loop nor the others', async () => {
  let failures = 0
  let rounds = 0
  const fail = async () => {
    failures++
    throw new Error('no')
  }
  start(
    { name: 'fails', intervalMs: 1, run: fail },
    { name: 'works', intervalMs: 1, run: async () => void rounds++ },
  )
  await vi.waitFor(() => expect([failures > 1, rounds > 1]).toEqual([true, true]), { timeout: 3000 })
})

test('a stop waits for the round that runs, tells it, and starts no other', async () => {
  let rounds = 0
  let finished = false
  const loops = start({
    name: 'slow',
    intervalMs: 0,
    run: (signal) => {
      rounds++
      return new Promise<void>((resolve) =>
        signal.addEventListener('abort', () => {
          finished = true
          resolve()
        }),
      )
    },
  })
  await loops.stop()
  expect({ rounds, finished }).toEqual({ rounds: 1, finished: true })
})
