import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../database/test-database.ts'
import {
  countLatency,
  latencySlot,
  latencyText,
  noLatencies,
  percentiles,
  readLatency,
  slotStart,
  type Latency,
} from './latency.ts'

let testDatabase: TestDatabase
beforeAll(async () => {
  testDatabase = await createTestDatabase()
})
afterAll(() => testDatabase.drop())

const durationMs = fc.oneof(
  fc.double({ min: 0, max: 40_000, noNaN: true }),
  fc.integer({ min: 0, max: 2 ** 31 - 1 }).map((microseconds) => microseconds / 1_000),
  fc.integer({ min: 0, max: 30 }).map((bit) => 2 ** bit / 1_000),
)

test('a duration lies in its slot, and no slot is wider than an eighth of where it begins', () => {
  fc.assert(
    fc.property(durationMs, (ms) => {
      const slot = latencySlot(ms)
      const microseconds = Math.round(ms * 1_000)
      expect(slotStart(slot)).toBeLessThanOrEqual(microseconds)
      expect(slotStart(slot + 1)).toBeGreaterThan(microseconds)
      expect(slotStart(slot + 1) - slotStart(slot)).toBeLessThanOrEqual(Math.max(1, slotStart(slot) / 8))
    }),
  )
  expect([latencySlot(-1), latencySlot(0), latencySlot(1e12)]).toEqual([0, 0, 231])
})

test('the database puts every duration into the same slot', async () => {
  const microseconds = [
    ...fc.sample(fc.integer({ min: 0, max: 2 ** 31 - 1 }), 2_000),
    ...Array.from({ length: 232 }, (_, slot) => slotStart(slot)).filter((start) => start < 2 ** 31),
    ...Array.from({ length: 231 }, (_, slot) => slotStart(slot + 1) - 1),
  ]
  const { rows } = await testDatabase.database.pool.query<{ slot: number }>(
    'select usage_slot(microseconds) as slot from unnest($1::integer[]) with ordinality as t (microseconds, place) order by place',
    [microseconds],
  )
  expect(rows.map(({ slot }) => slot)).toEqual(microseconds.map((one) => latencySlot(one / 1_000)))
})

test('percentiles of merged counts are an eighth off at most', () => {
  const fractions = [0.5, 0.95, 0.99]
  fc.assert(
    fc.property(
      fc.array(fc.array(durationMs, { maxLength: 50 }), { minLength: 1, maxLength: 5 }),
      (parts) => {
        const merged: Latency = new Map()
        for (const part of parts) for (const ms of part) countLatency(merged, latencySlot(ms), 1)
        const all = parts.flat().sort((one, other) => one - other)
        const counts = noLatencies()
        readLatency(latencyText(merged), (slot, count) => (counts[slot]! += count))
        const found = percentiles(counts, fractions)
        if (all.length === 0) expect(found).toBeNull()
        else
          for (const [index, fraction] of fractions.entries()) {
            const exact = all[Math.ceil(fraction * all.length) - 1]!
            expect(Math.abs(found![index]! - exact)).toBeLessThanOrEqual(Math.max(0.002, exact / 8))
          }
      },
    ),
  )
})
