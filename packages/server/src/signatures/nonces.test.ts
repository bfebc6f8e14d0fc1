import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { steadyClock, testClock } from '../clock.ts'
import { createTestDatabase } from '../database/test-database.ts'
import { Problem } from '../problems.ts'
import { createFailureLimit } from './failure-limit.ts'
import { openNonceFloor, type NonceFloor } from './nonce-floor.ts'
import { createNonceStore } from './nonces.ts'

const keyed = (id: string, rateLimitPerMinute = 6_000) => ({ id, rateLimitPerMinute })
const seconds = (ms: number) => Math.floor(ms / 1000)
const openFloor: NonceFloor = {
  earlyNonces: [],
  admit: () => {},
  reopen: async () => [],
  close: async () => {},
}
const codeOf = async (work: () => unknown) => {
  try {
    await work()
    return 'passed'
  } catch (error) {
    if (error instanceof Problem) return error.code
    throw error
  }
}

describe('the nonce store', () => {
  it('a nonce is claimed once per key and forgotten when its window has ended', () => {
    const clock = testClock()
    const store = createNonceStore({ clock, floor: openFloor })
    const created = seconds(clock.now())
    expect(store.claim(keyed('a'), 'n', created)).toBe(true)
    expect(store.claim(keyed('a'), 'n', created)).toBe(false)
    expect(store.claim(keyed('b'), 'n', created)).toBe(true)
    clock.advance(300_000)
    expect(store.claim(keyed('a'), 'n', created)).toBe(false)
    clock.advance(2_000)
    expect(store.claim(keyed('c'), 'other', seconds(clock.now()))).toBe(true)
    expect(store.size).toBe(1)
    expect(store.bytes).toBeLessThan(1_000)
  })

  it('what was forgotten is refused, also when the clock is set back to where it was fresh', () => {
    const clock = testClock()
    const store = createNonceStore({ clock: steadyClock(clock), floor: openFloor })
    const created = seconds(clock.now())
    expect(store.claim(keyed('a'), 'n', created)).toBe(true)
    clock.advance(400_000)
    expect(store.claim(keyed('a'), 'later', seconds(clock.now()))).toBe(true)
    clock.advance(-400_000)
    expect(() => store.claim(keyed('a'), 'n', created)).toThrow(Problem)
  })

  it('when it is full it refuses with 503 and forgets nothing', () => {
    const clock = testClock()
    const store = createNonceStore({ clock, floor: openFloor, bytesMax: 8_000 })
    const created = seconds(clock.now())
    let claimed = 0
    expect(() => {
      for (;;) claimed += store.claim(keyed('key'), `nonce-${claimed}`, created) ? 1 : 0
    }).toThrow(Problem)
    expect(claimed).toBeGreaterThan(5)
    expect(store.claim(keyed('key'), 'nonce-0', created)).toBe(false)
  })
})

describe('against a plain Set of texts', () => {
  it('the store claims, refuses and forgets alike, whatever the keys, seconds and order', () => {
    const step = fc.record({
      wait: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.nat(400)),
      key: fc.nat(3),
      nonce: fc.nat(60),
      age: fc.integer({ min: -30, max: 310 }),
    })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 400 }), (steps) => {
        const clock = testClock()
        const store = createNonceStore({ clock, floor: openFloor })
        const model = new Map<string, number>()
        for (const { wait, key, nonce, age } of steps) {
          clock.advance(wait * 1_000)
          const ended = seconds(clock.now()) - 300
          for (const [entry, created] of model) if (created < ended) model.delete(entry)
          const [entry, created] = [`${key} ${nonce}`, seconds(clock.now()) - age]
          if (created < ended) {
            expect(() => store.claim(keyed(`${key}`), `${nonce}`, created)).toThrow(Problem)
            continue
          }
          expect(store.claim(keyed(`${key}`), `${nonce}`, created)).toBe(!model.has(entry))
          if (!model.has(entry)) model.set(entry, created)
          expect(store.size).toBe(model.size)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('a hundred thousand nonces over eight minutes: none is lost, none is made up, and old room is used again', () => {
    const clock = testClock()
    const store = createNonceStore({ clock, floor: openFloor })
    let bytesAtFive = 0
    let claimed = 0
    for (let second = 0; second < 480; second += 1) {
      const created = seconds(clock.now())
      for (let index = 0; index < 200; index += 1)
        claimed += store.claim(keyed('key'), `${second}-${index}`, created) ? 1 : 0
      const earlier = Math.max(0, second - 300)
      expect(store.claim(keyed('key'), `${earlier}-7`, created - (second - earlier))).toBe(false)
      if (second === 300) bytesAtFive = store.bytes
      clock.advance(1_000)
    }
    expect(claimed).toBe(480 * 200)
    expect(store.size).toBe(301 * 200)
    expect(store.bytes).toBeLessThan(bytesAtFive * 1.5)
  })

  it('256 MiB hold the nonces of 12 000 requests a second for as long as they live, those of one key or many', () => {
    const clock = testClock()
    const bytesMax = 16 * 1024 * 1024
    const store = createNonceStore({ clock, floor: openFloor, bytesMax })
    let claimed = 0
    // A sixteenth of the room, for a sixteenth of the rate.
    for (let second = 0; second < 320; second += 1) {
      const created = seconds(clock.now())
      for (let index = 0; index < 750; index += 1)
        claimed += store.claim(keyed(`key-${index % 40}`), `${second}-${index}`, created) ? 1 : 0
      clock.advance(1_000)
    }
    expect(claimed).toBe(320 * 750)
    expect(store.size).toBe(301 * 750)
  })
})

describe('one key that floods', () => {
  it('holds twice what its rate limit allows, and other keys go on', () => {
    const clock = testClock()
    const store = createNonceStore({ clock, floor: openFloor })
    const created = seconds(clock.now())
    expect(() => {
      for (let index = 0; ; index += 1) void store.claim(keyed('flood', 10), `nonce-${index}`, created)
    }).toThrow(Problem)
    expect(store.size).toBe(10 * 5.5 * 2)
    expect(store.claim(keyed('other', 10), 'nonce', created)).toBe(true)
    clock.advance(302_000)
    expect(store.claim(keyed('flood', 10), 'again', seconds(clock.now()))).toBe(true)
  })
})

describe('restarts', () => {
  /** One run of a server on a database: its floor and its store. `close` is a clean stop, its absence a crash. */
  async function run(
    database: Awaited<ReturnType<typeof createTestDatabase>>['database'],
    clock: ReturnType<typeof testClock>,
  ) {
    const waited: number[] = []
    const floor = await openNonceFloor({
      database,
      clock,
      wait: async (ms) => {
        waited.push(ms)
        clock.advance(ms)
      },
    })
    return { waited, close: floor.close, reopen: floor.reopen, store: createNonceStore({ clock, floor }) }
  }

  it('after a crash nothing that was accepted before it passes again, and requests made after the start do', async () => {
    const { database, drop } = await createTestDatabase()
    const clock = testClock()
    const first = await run(database, clock)
    const created = seconds(clock.now())
    expect(await first.store.claim(keyed('key'), 'nonce-1', created)).toBe(true)

    const second = await run(database, clock)
    // The lease was at most 2 s ahead, so the start waits at most 3 s for the clock to pass it.
    expect(second.waited.every((ms) => ms <= 3_000)).toBe(true)
    expect(await codeOf(() => second.store.claim(keyed('key'), 'nonce-1', created))).toBe('signature-expired')
    expect(await second.store.claim(keyed('key'), 'nonce-2', seconds(clock.now()))).toBe(true)
    await drop()
  })

  it('after a clean stop the floor is exact: an older unused signature passes only if it is above it', async () => {
    const { database, drop } = await createTestDatabase()
    const clock = testClock()
    const first = await run(database, clock)
    const created = seconds(clock.now())
    await first.store.claim(keyed('key'), 'nonce-1', created)
    await first.close()
    const second = await run(database, clock)
    expect(second.waited).toHaveLength(1)
    expect(second.waited[0]).toBeLessThanOrEqual(1_000)
    expect(await codeOf(() => second.store.claim(keyed('key'), 'nonce-1', created))).toBe('signature-expired')
    expect(await second.store.claim(keyed('key'), 'nonce-2', created + 1)).toBe(true)
    await drop()
  })

  it('a request from a clock that runs ahead is remembered over a crash without shutting out others', async () => {
    const { database, drop } = await createTestDatabase()
    const clock = testClock()
    const first = await run(database, clock)
    const ahead = seconds(clock.now()) + 25
    expect(await first.store.claim(keyed('key'), 'early', ahead)).toBe(true)
    const second = await run(database, clock)
    expect(await second.store.claim(keyed('key'), 'early', ahead)).toBe(false)
    expect(await second.store.claim(keyed('key'), 'other', ahead)).toBe(true)
    expect(await second.store.claim(keyed('key'), 'now', seconds(clock.now()) + 1)).toBe(true)
    await drop()
  })

  it('after its lock was away, a server knows what another accepted meanwhile', async () => {
    const { database, drop } = await createTestDatabase()
    const clock = testClock()
    const first = await run(database, clock)
    const second = await run(database, clock)
    const created = seconds(clock.now()) + 1
    const ahead = seconds(clock.now()) + 25
    expect(await second.store.claim(keyed('key'), 'now', created)).toBe(true)
    expect(await second.store.claim(keyed('key'), 'early', ahead)).toBe(true)

    first.store.remember(await first.reopen())
    expect(await codeOf(() => first.store.claim(keyed('key'), 'now', created))).toBe('signature-expired')
    expect(await first.store.claim(keyed('key'), 'early', ahead)).toBe(false)
    await drop()
  })

  it('a server that stops after it lost its lock does not lower the floor of the one that runs', async () => {
    const { database, drop } = await createTestDatabase()
    const clock = testClock()
    const first = await run(database, clock)
    await first.store.claim(keyed('key'), 'before', seconds(clock.now()))
    clock.advance(5_000)
    const second = await run(database, clock)
    const created = seconds(clock.now())
    expect(await second.store.claim(keyed('key'), 'copied', created)).toBe(true)
    await first.close()
    const third = await run(database, clock)
    expect(await codeOf(() => third.store.claim(keyed('key'), 'copied', created))).toBe('signature-expired')
    await drop()
  })

  it('when the floor cannot be raised the request is refused with 503', async () => {
    const { database, drop } = await createTestDatabase()
    const clock = testClock()
    const floor = await openNonceFloor({ database, clock })
    const store = createNonceStore({ clock, floor })
    await drop()
    expect(await codeOf(() => store.claim(keyed('key'), 'n', seconds(clock.now())))).toBe(
      'service-unavailable',
    )
  })
})

describe('the failure limit', () => {
  it('counts an IPv6 network of 64 bits as one address, and every IPv4 address by itself', () => {
    const limit = createFailureLimit({ clock: testClock(), failuresPerMinute: 2 })
    for (const address of ['2001:db8::1', '2001:db8:0:0:ffff::2', '203.0.113.1']) limit.count(address)
    expect(() => limit.assertBelow('2001:db8::abcd')).toThrow(Problem)
    expect(() => limit.assertBelow('2001:db8:0:1::1')).not.toThrow()
    expect(() => limit.assertBelow('203.0.113.1')).not.toThrow()
  })
})
