import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPages, piecesOf } from './pages.ts'

test('lines come back byte by byte and in order, across pages and longer than one', () => {
  const unit = fc.constantFrom('a', 'é', '€', '🎉', '\ud800')
  const text = fc.tuple(unit, fc.nat(120_000)).map(([character, count]) => `${character.repeat(count)}\n`)
  fc.assert(
    fc.property(fc.array(text, { maxLength: 12 }), (texts) => {
      const pages = createPages()
      const lines = texts.map((one) => pages.add(one))
      expect(Buffer.concat([...piecesOf(lines)]).equals(Buffer.from(texts.join('')))).toBe(true)
      for (const [index, { page, start, end }] of lines.entries())
        expect(page.subarray(start, end).equals(Buffer.from(texts[index] as string))).toBe(true)
    }),
    { numRuns: 60 },
  )
})

test('lines that lie one after the other are one piece, and a line left out parts them', () => {
  const pages = createPages()
  const lines = ['a\n', 'b\n', 'c\n', 'd\n'].map((text) => pages.add(text))
  expect([...piecesOf(lines)].map(String)).toEqual(['a\nb\nc\nd\n'])
  expect([...piecesOf(lines.toSpliced(1, 1))].map(String)).toEqual(['a\n', 'c\nd\n'])
})
