import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createSealer, readMasterKeyFile, SealError } from './encryption.ts'
import { addMasterKey, removeMasterKey } from './master-key/key-file.ts'

let folder: string
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'countersign-seal-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const plain = Buffer.from('sk_test_something')

it('a sealed value opens under its own name and its own key only, and not when one character was changed', () => {
  const sealer = createSealer([randomBytes(32)])
  const sealed = sealer.seal(plain, 'key/1')
  expect(sealer.open(sealed, 'key/1')).toEqual(plain)
  expect(sealed).not.toContain(plain.toString('base64url'))
  expect(() => sealer.open(sealed, 'key/2')).toThrow(SealError)
  expect(() => createSealer([randomBytes(32)]).open(sealed, 'key/1')).toThrow(/not among the master keys/)
  const changed = sealed.slice(0, -3) + (sealed.at(-3) === 'A' ? 'B' : 'A') + sealed.slice(-2)
  expect(() => sealer.open(changed, 'key/1')).toThrow(SealError)
  expect(sealer.seal(plain, 'key/1')).not.toBe(sealed)
})

it('a running sealer opens what was sealed under a key that was added to the file, and seals under it from then on', () => {
  const path = join(folder, 'master.key')
  const read = () => readMasterKeyFile(path, { mayCreate: false })
  const running = createSealer(readMasterKeyFile(path, { mayCreate: true }), read)
  const first = running.masterKeyId
  const old = running.seal(plain, 'x')

  const added = addMasterKey(path)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(running.masterKeyId).toBe(first)
  expect(running.open(createSealer(read()).seal(plain, 'x'), 'x')).toEqual(plain)
  expect(running.masterKeyIds()).toEqual([added, first])
  expect(running.seal(plain, 'x')).toContain(`v1.${added}.`)
  expect(running.open(old, 'x')).toEqual(plain)

  expect(() => removeMasterKey(path, added)).toThrow(/the one that seals/)
  expect(() => removeMasterKey(path, 'ffffffff')).toThrow(/holds no key/)
  removeMasterKey(path, first)
  expect(createSealer(read()).masterKeyIds()).toEqual([added])
  expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(1)
})

it('keeps the keys that it has when the file is unreadable for a moment', () => {
  const path = join(folder, 'broken.key')
  const running = createSealer(readMasterKeyFile(path, { mayCreate: true }), () =>
    readMasterKeyFile(path, { mayCreate: false }),
  )
  const sealed = running.seal(plain, 'x')
  writeFileSync(path, 'not a key\n')
  expect(() => running.refresh()).toThrow(SealError)
  expect(running.open(sealed, 'x')).toEqual(plain)
})
