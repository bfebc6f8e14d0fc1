import { expect, it } from 'vitest'
import { newReferenceCode, printedReferenceCode, readReferenceCode } from './reference-code.ts'

it('checks as ISO 11649 does', () => {
  expect(readReferenceCode('RF18 5390 0754 7034')).toBe('RF18539007547034')
  // Worked out by hand from ISO 7064 MOD 97-10: the number that the code stands for leaves 1 when divided by 97.
  for (let count = 0; count < 200; count += 1) {
    const code = newReferenceCode()
    const moved = code.slice(4) + code.slice(0, 4)
    const number = BigInt([...moved].map((character) => Number.parseInt(character, 36)).join(''))
    expect([code, number % 97n]).toEqual([code, 1n])
  }
})

it('is read as people write it: in fours, in lower case', () => {
  const code = newReferenceCode()
  expect(readReferenceCode(` ${printedReferenceCode(code).toLowerCase()} `)).toBe(code)
  expect(printedReferenceCode(code)).toMatch(/^RF\d\d (\d{4} ){2}\d{4}$/)
})

it('one character misread, or two that changed places, is found every time', () => {
  const code = newReferenceCode()
  for (let at = 2; at < code.length; at += 1) {
    for (const other of '0123456789ABCDEFGHJKMNPQRSTVWXYZ') {
      if (other === code[at]) continue
      const wrong = code.slice(0, at) + other + code.slice(at + 1)
      expect([wrong, readReferenceCode(wrong)]).toEqual([wrong, null])
    }
    const [one, next] = [code[at]!, code[at + 1]]
    if (!next || one === next) continue
    const swapped = code.slice(0, at) + next + one + code.slice(at + 2)
    expect([swapped, readReferenceCode(swapped)]).toEqual([swapped, null])
  }
})

it.each(['', 'RF', 'RF18 5390 0754 703I', 'txn_01kasqf0000000000000000001', 'RF00 0000 0000 0000'])(
  '%j is no code',
  (text) => {
    expect(readReferenceCode(text)).toBeNull()
  },
)
