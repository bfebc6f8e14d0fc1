import { vi } from 'vitest'

const WAIT_LIMIT_MS = 15_000

// `expect.poll` takes its limit from the configuration; `vi.waitFor` has one second of its own, which a busy machine
// takes for anything.
const { waitFor } = vi
vi.waitFor = (callback, options) =>
  waitFor(callback, {
    timeout: WAIT_LIMIT_MS,
    ...(typeof options === 'number' ? { timeout: options } : options),
  })
