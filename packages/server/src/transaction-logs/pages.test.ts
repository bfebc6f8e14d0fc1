import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPages, piecesOf, type Line } from './pages.ts'

test('lines come back byte by byte and in order, across pages and longer than one', () => {
  const unit = fc.constantFrom('a', 'é', '€', '🎉', '\ud800')
  const text = fc.tuple(unit, fc.nat(120_000)).map(([character, count]) => `${character.repeat(count)}\n`)
  fc.assert(
    fc.property(fc.array(text, { maxLength: 12 }), (texts) => {
      const pages = createPages()
      const lines = texts.map((one) => pages.add(one))
      expect(Buffer.concat([...piecesOf(lines)]).equals(Buffer.from(texts.join('')))).toBe(true)
      for (const [index, { page, start, end }] of lines.entries())
        expect(page.bytes.subarray(start, end).equals(Buffer.from(texts[index] as string))).toBe(true)
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

test('a page is written to again when all of its lines are freed, and not before', () => {
  const text = `${'x'.repeat(100_000)}\n`
  const pages = createPages()
  // Two lines fill a page.
  const [first, second, third] = [pages.add(text), pages.add(text), pages.add(text)]
  expect(second.page).toBe(first.page)
  expect(third.page).not.toBe(first.page)
  pages.free(first)
  pages.free(first)
  pages.add(text)
  const fifth = pages.add(text)
  expect(fifth.page).not.toBe(first.page)
  expect(second.page.bytes.toString('utf8', second.start, second.end)).toBe(text)
  pages.free(second)
  pages.add(text)
  expect(pages.add(text).page).toBe(first.page)
})

test('whatever is freed in whatever order, what is left stays as it was', () => {
  const action = fc.record({ length: fc.nat(90_000), free: fc.nat(20) })
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
      const pages = createPages()
      const kept: { line: Line; text: string }[] = []
      for (const [index, { length, free }] of actions.entries()) {
        const text = `${index}:${'é'.repeat(length)}`
        kept.push({ line: pages.add(text), text })
        if (free < kept.length) pages.free(kept.splice(free, 1)[0]!.line)
      }
      for (const { line, text } of kept)
        expect(line.page.bytes.toString('utf8', line.start, line.end)).toBe(text)
    }),
    { numRuns: 40 },
  )
})
