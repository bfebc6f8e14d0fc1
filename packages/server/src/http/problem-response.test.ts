import { expect, it } from 'vitest'
import { toProblem } from './problem-response.ts'

it('a broken connection to the database is ours to mend, a broken one to the caller is not', () => {
  const broken = (extra: object) =>
    toProblem(Object.assign(new Error('broken'), { code: 'ECONNRESET', ...extra }))
  // As a 4xx it would be stored under the Idempotency-Key and replayed for a day.
  expect(broken({ syscall: 'read' }).code).toBe('service-unavailable')
  expect(broken({}).code).toBe('request-timeout')
})
