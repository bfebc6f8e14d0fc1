import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { createSealer } from '../encryption.ts'
import { assertMasterKeyFits } from './seal-check.ts'
import { StartUpError } from './start-up-error.ts'
import { createTestDatabase } from './test-database.ts'

it('a start with another master key ends in one line, and one with the old key added goes on', async () => {
  const { database, drop } = await createTestDatabase()
  const [first, second] = [randomBytes(32), randomBytes(32)]
  await assertMasterKeyFits(database.pool, createSealer([first]))
  await assertMasterKeyFits(database.pool, createSealer([first]))
  await expect(assertMasterKeyFits(database.pool, createSealer([second]))).rejects.toThrow(StartUpError)
  await assertMasterKeyFits(database.pool, createSealer([second, first]))
  await drop()
})
