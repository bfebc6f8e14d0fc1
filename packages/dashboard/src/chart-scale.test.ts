import { expect, test } from 'vitest'
import { placedTicks, timeTicks, valueTicks } from './chart-scale.ts'

test('values of an axis are round, begin at 0 and reach the largest', () => {
  expect(valueTicks(0, { whole: true })).toEqual([0, 1])
  expect(valueTicks(0)).toEqual([0, 0.5, 1])
  expect(valueTicks(1, { whole: true })).toEqual([0, 1])
  expect(valueTicks(7, { whole: true })).toEqual([0, 5, 10])
  expect(valueTicks(3.4)).toEqual([0, 2, 4])
  expect(valueTicks(0.03)).toEqual([0, 0.01, 0.02, 0.03])
  for (const max of [0, 1e-9, 1, 2, 3, 9, 10, 99, 101, 12_345, 0.2, 1e7]) {
    const ticks = valueTicks(max)
    expect(ticks.at(-1)).toBeGreaterThanOrEqual(max)
    expect(ticks.length).toBeLessThanOrEqual(4)
  }
})

test('times of an axis lie in its range, at whole steps of the clock, and are few', () => {
  const from = new Date(2026, 10, 26, 9, 7).getTime()
  const labels = (ms: number) => timeTicks(from, from + ms, 6)
  expect(labels(3_600_000).map(({ ms }) => new Date(ms).getMinutes())).toEqual([10, 20, 30, 40, 50, 0])
  expect(labels(86_400_000).map(({ ms }) => new Date(ms).getHours())).toEqual([12, 18, 0, 6])
  const month = labels(30 * 86_400_000)
  expect(month.length).toBeGreaterThan(3)
  for (const { ms } of month) {
    expect(new Date(ms).getHours()).toBe(0)
    expect(ms).toBeGreaterThanOrEqual(from)
  }
})

test('a day on a phone has three times or more, inside the chart and apart from each other', () => {
  const width = 262
  for (let hour = 0; hour < 24; hour += 1) {
    const from = new Date(2026, 10, 25, hour, 10).getTime()
    const to = from + 25 * 3_600_000
    const ticks = timeTicks(from, to, width / 56).map(({ ms, label }) => ({
      x: (width * (ms - from)) / (to - from),
      label,
    }))
    const placed = placedTicks(ticks, { from: 0, to: width, room: 52 })
    expect(placed.length).toBeGreaterThanOrEqual(3)
    for (const [index, { x }] of placed.entries()) {
      expect(x).toBeGreaterThanOrEqual(26)
      expect(x).toBeLessThanOrEqual(width - 26)
      if (index > 0) expect(x - placed[index - 1]!.x).toBeGreaterThanOrEqual(52)
    }
  }
})

test('a time of seconds is told by seconds', () => {
  const from = new Date(2026, 10, 26, 9, 7, 4).getTime()
  const labels = timeTicks(from, from + 30_000, 6).map(({ label }) => label)
  expect(labels.length).toBeGreaterThan(3)
  expect(new Set(labels).size).toBe(labels.length)
})
