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
    expect(store.bytes).toBeLessThan(200)
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
