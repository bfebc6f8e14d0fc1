import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { idFloor, idTime, isId, newId } from './ids.ts'

describe('ids', () => {
  it('ids made one after the other sort in that order and never repeat', () => {
    const ids = Array.from({ length: 20_000 }, () => newId('req'))
    expect([...ids].sort()).toEqual(ids)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('ids of one millisecond sort in the order they were made, whatever other times came between', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 47 }),
        fc.array(fc.integer({ min: 0, max: 1023 }), { minLength: 1, maxLength: 500 }),
        (start, steps) => {
          const made = new Map<number, string[]>()
          for (const step of steps) {
            const ids = made.get(step) ?? []
            ids.push(newId('evt', start + step))
            made.set(step, ids)
          }
          for (const ids of made.values()) {
            expect([...ids].sort()).toEqual(ids)
            expect(new Set(ids).size).toBe(ids.length)
          }
        },
      ),
    )
  })

  it('an id gives back its kind and the millisecond it was made in', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), (ms) => {
        const id = newId('txn', ms)
        expect(isId('txn', id)).toBe(true)
        expect(isId('req', id)).toBe(false)
        expect(idTime(id)).toBe(ms)
        expect(idFloor('txn', ms) <= id).toBe(true)
        expect(idFloor('txn', ms + 1) > id).toBe(true)
      }),
    )
  })

  it('a text that is not an id is told apart', () => {
    for (const text of [
      '',
      'key_',
      'key_01',
      `key_${'i'.repeat(26)}`,
      `key_${'0'.repeat(27)}`,
      `key_8${'0'.repeat(25)}`,
    ])
      expect(isId('key', text)).toBe(false)
  })
})
