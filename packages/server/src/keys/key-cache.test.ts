import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import type { Executor } from '../database/database.ts'
import { createSealer } from '../encryption.ts'
import { newPublicKey } from './credentials.ts'
import { createKeyCache } from './key-cache.ts'

/** A cache whose reads of the database end when the test says so, each with what the database held at its start. */
function slowCache() {
  const state = { revoked: false }
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
  return { state, reads, cache: createKeyCache({ executor, sealer: createSealer([randomBytes(32)]) }) }
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
