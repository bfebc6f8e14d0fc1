import { queryOptions } from '@tanstack/react-query'
import { call, ProblemError } from './api.ts'
import type { List, MovedTestClock, TestCase, TestClock, TestReset } from './api-types.ts'

// Every call about what exists in Test Mode only.
const CLOCK = '/v1/test/clock'
const RESET = '/v1/test/reset'
const CLOCK_POLL_MS = 30_000
const RUNNING_POLL_MS = 1_000
const mode = 'test'

export const testCasesQuery = queryOptions({
  queryKey: ['test-cases'],
  queryFn: ({ signal }) => call<List<TestCase>>('GET', '/v1/test/cases', { signal, mode }),
  staleTime: Infinity, // they change with the server's version only
})

export const testClockQuery = queryOptions({
  queryKey: [CLOCK],
  queryFn: ({ signal }) => call<TestClock>('GET', CLOCK, { signal, mode }),
  refetchInterval: CLOCK_POLL_MS,
})

export type ClockChange = { advance_seconds: number } | { frozen_at: string | null } | 'set back'

export const changeTestClock = (change: ClockChange) =>
  change === 'set back'
    ? call<MovedTestClock>('DELETE', CLOCK, { mode })
    : call<MovedTestClock>('POST', CLOCK, { body: change, mode })

/** The last reset, or null where there was none; asked again while it runs. */
export const testResetQuery = queryOptions({
  queryKey: [RESET],
  queryFn: ({ signal }) =>
    call<TestReset>('GET', RESET, { signal, mode }).catch((error: unknown) => {
      if (error instanceof ProblemError && error.status === 404) return null
      throw error
    }),
  refetchInterval: ({ state }) => state.data?.status === 'running' && RUNNING_POLL_MS,
})

export const resetTestData = () => call<TestReset>('POST', RESET, { mode })
