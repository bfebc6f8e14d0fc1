import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import type { Executor } from '../database/database.ts'
import { createSealer } from '../encryption.ts'
import { newPublicKey } from './credentials.ts'
import { createKeyCache } from './key-cache.ts'

/** A cache whose reads of the database end when the test says so, each with what the database held at its start. */
function slowCache() {
  const state = { revoked: false }
  const hearing = { is: true }
  const reads: { publicKey: string; finish(): void }[] = []
  const executor = {
    query: ({ values: [publicKey] }: { values: [string] }) => {
      const row = {
        id: 'key_1',
        public_key: publicKey,
        scopes: [],
        ip_allowlist: [],
        expires_at: null,
        revoked_at: state.revoked ? new Date() : null,
        secrets: [],
      }
      return new Promise((resolve) => reads.push({ publicKey, finish: () => resolve({ rows: [row] }) }))
    },
  } as unknown as Executor
  const sealer = createSealer([randomBytes(32)])
  const cache = createKeyCache({ executor, sealer, isHearing: () => hearing.is })
  return { state, reads, hearing, cache }
}

it('a read that an eviction overtook never comes back, however the reads of other keys end', async () => {
  const { state, reads, cache } = slowCache()
  const key = newPublicKey('test')
  const before = cache.find(key)
  state.revoked = true
  cache.evict(key)
  const other = cache.find(newPublicKey('test'))
  reads[1]?.finish()
  await other
  reads[0]?.finish()
  await Promise.resolve()
  const after = cache.find(key)
  await new Promise(setImmediate)
  for (const read of reads.slice(2)) read.finish()
  expect((await after)?.revokedAt).not.toBeNull()
  // Who waited for the old read is answered with the new state as well.
  expect((await before)?.revokedAt).not.toBeNull()
  expect((await cache.find(key))?.revokedAt).not.toBeNull()
})

it('a read that failed is forgotten', async () => {
  let fails = true
  const executor = {
    query: async () => {
      if (fails) throw new Error('away')
      return { rows: [] }
    },
  } as unknown as Executor
  const cache = createKeyCache({ executor, sealer: createSealer([randomBytes(32)]) })
  const key = newPublicKey('test')
  await expect(cache.find(key)).rejects.toThrow('away')
  fails = false
  expect(await cache.find(key)).toBeNull()
  expect(cache.find(key)).toBeNull()
})

it('while changes of other servers may go unheard every look reads the database, and nothing old comes back', async () => {
  const { state, reads, cache, hearing } = slowCache()
  const key = newPublicKey('test')
  const find = async () => {
    const found = cache.find(key)
    for (const read of reads.splice(0)) read.finish()
    return (await found)?.revokedAt ?? null
  }
  expect(await find()).toBeNull()
  hearing.is = false
  state.revoked = true
  expect(await find()).not.toBeNull()
  state.revoked = false
  expect(await find()).toBeNull()
  // Two looks at once read twice: the second began later and may see a later change.
  const both = [cache.find(key), cache.find(key)]
  expect(reads).toHaveLength(2)
  for (const read of reads) read.finish()
  for (const one of both) expect(await one).not.toBeNull()
})
