import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isoTime } from './clock.ts'

test('isoTime writes every time as a Date does, in whatever order they come', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (ms) => {
      for (const one of [ms, ms + 1, ms - 1, ms])
        if (one >= 0) expect(isoTime(one)).toBe(new Date(one).toISOString())
    }),
  )
})
