import { expect, test } from 'vitest'
import { createConcurrency, LIMIT_START } from './concurrency.ts'

test('an endpoint that answers keeps the room that it has earned while nothing runs; one that fails keeps one slot', () => {
  const concurrency = createConcurrency()
  const attempt = (id: string, succeeded: boolean) => {
    concurrency.started(id)
    concurrency.ended(id, succeeded)
  }
  for (let n = 0; n < 10; n += 1) attempt('ep_quick', true)
  for (let n = 0; n < 10; n += 1) attempt('ep_dead', false)
  expect(concurrency.running()).toBe(0)
  expect(concurrency.rooms().get('ep_quick')).toEqual({ free: LIMIT_START + 10, running: 0 })
  expect(concurrency.rooms().get('ep_dead')).toEqual({ free: 1, running: 0 })
  concurrency.started('ep_quick')
  expect(concurrency.rooms().get('ep_quick')).toEqual({ free: LIMIT_START + 9, running: 1 })
})

test('of any number of endpoints a bounded number is remembered, and none that is busy is forgotten', () => {
  const concurrency = createConcurrency()
  concurrency.started('ep_busy')
  for (let n = 0; n < 5_000; n += 1) {
    concurrency.started(`ep_${n}`)
    concurrency.ended(`ep_${n}`, true)
  }
  expect(concurrency.rooms().size).toBeLessThanOrEqual(300)
  expect(concurrency.rooms().get('ep_busy')).toEqual({ free: LIMIT_START - 1, running: 1 })
  expect(concurrency.rooms().has('ep_4999')).toBe(true)
})
