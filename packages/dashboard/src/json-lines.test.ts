import { describe, expect, test } from 'vitest'
import { foldedAtFirst, jsonLines, readJson, shownLines } from './json-lines.ts'

const VALUE = { id: 'a', list: [1, null, { deep: true }], none: [], object: {} }

const textOf = (value: unknown, folded = new Set<number>()) => {
  const lines = jsonLines(value)
  return shownLines(lines, folded)
    .map((at) => {
      const { depth, key, text, kind, comma } = lines[at]!
      const hasComma = comma && (kind !== 'open' || folded.has(at))
      return `${'  '.repeat(depth)}${key ? `${key}: ` : ''}${text}${hasComma ? ',' : ''}`
    })
    .join('\n')
}

describe('A body as lines', () => {
  test('reads as JSON indented by two', () => {
    for (const value of [VALUE, [], [[['x']]], 'text', 12.5, null])
      expect(textOf(value)).toBe(JSON.stringify(value, null, 2))
  })

  test('hides what lies inside a fold, and nothing else', () => {
    const at = jsonLines(VALUE).findIndex((line) => line.key === '"list"')
    expect(textOf(VALUE, new Set([at]))).toBe(
      '{\n  "id": "a",\n  "list": [,\n  "none": [],\n  "object": {}\n}',
    )
  })

  test('folds long lists inside at first, but never the outermost', () => {
    const long = Array.from({ length: 100 }, (_, index) => index)
    expect(foldedAtFirst(jsonLines(long)).size).toBe(0)
    expect(foldedAtFirst(jsonLines({ data: long })).size).toBe(0)
    expect(foldedAtFirst(jsonLines({ data: [{ tags: long }] })).size).toBe(1)
  })

  test('is not made of what is cut off, or nested without end', () => {
    expect(readJson('{"a":')).toBeNull()
    expect(readJson('['.repeat(8_000) + ']'.repeat(8_000))).toBeNull()
    expect(readJson('{"a":1}')).toEqual({ value: { a: 1 } })
  })
})
