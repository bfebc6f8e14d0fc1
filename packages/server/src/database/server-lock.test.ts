import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { acquireServerLock, type ServerLock, type ServerLockOptions } from './server-lock.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

let made: TestDatabase
const locks: ServerLock[] = []
beforeAll(async () => {
  made = await createTestDatabase()
})
afterEach(async () => {
  for (const lock of locks.splice(0)) await lock.release()
})
afterAll(() => made.drop())

const acquire = async (kind: ServerLockOptions['kind']) => {
  const result = await acquireServerLock(made.url, { kind, waitMs: 100 })
  if ('held' in result) locks.push(result)
  return result
}

const breakConnections = () =>
  made.database.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where application_name like 'countersign server %' and datname = current_database()`,
  )

test('a second exclusive lock is refused and names the process that holds the first', async () => {
  expect(await acquire('exclusive')).toHaveProperty('held')
  expect(await acquire('exclusive')).toEqual({ heldBy: process.pid })
  expect(await acquire('shared')).toEqual({ heldBy: process.pid })
})

test('shared locks stand beside each other and keep an exclusive one out', async () => {
  expect(await acquire('shared')).toHaveProperty('held')
  expect(await acquire('shared')).toHaveProperty('held')
  expect(await acquire('exclusive')).toEqual({ heldBy: process.pid })
})

test('a released lock is free at once', async () => {
  const first = (await acquire('exclusive')) as ServerLock
  await first.release()
  expect(first.held()).toBe(false)
  expect(await acquire('exclusive')).toHaveProperty('held')
})

test('a lost lock is noticed, reported and taken again', async () => {
  const lock = (await acquire('exclusive')) as ServerLock
  const changes: boolean[] = []
  lock.onChange((held) => changes.push(held))
  await breakConnections()
  await vi.waitFor(() => expect(changes).toEqual([false, true]), { timeout: 5000 })
  expect(lock.held()).toBe(true)
})

test('a lost lock that another server took meanwhile stays lost', async () => {
  const lock = (await acquire('exclusive')) as ServerLock
  let other: unknown
  lock.onChange((held) => {
    if (!held) other = acquire('exclusive')
  })
  await breakConnections()
  await vi.waitFor(() => expect(other).toBeDefined(), { timeout: 5000 })
  const taken = await other
  // Whoever was first holds it; never both.
  expect([lock.held(), 'held' in (taken as object)].filter(Boolean)).toHaveLength(1)
})
