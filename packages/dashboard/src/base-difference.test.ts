import { describe, expect, it } from 'vitest'
import { compareBases, visible } from './base-difference.ts'

describe('two signature bases', () => {
  it('that are equal differ nowhere', () => {
    expect(compareBases('"@method": GET\n"@path": /', '"@method": GET\n"@path": /').firstByte).toBeNull()
  })

  it('are told apart at the first byte, in UTF-8, and the line that holds it', () => {
    const { lines, firstByte } = compareBases('"a": é\n"@path": /v1/me', '"a": é\n"@path": /v1/me/')
    expect(firstByte).toBe(8 + '"@path": /v1/me'.length)
    expect(lines.map((line) => line.at)).toEqual([null, '"@path": /v1/me'.length])
  })

  it('show a missing last line, and a line end too many', () => {
    expect(compareBases('a\nb', 'a').lines[1]).toEqual({ ours: 'b', theirs: null, at: 0 })
    expect(compareBases('a', 'a\n').lines[1]).toEqual({ ours: null, theirs: '', at: 0 })
    expect(compareBases('a\nb', 'a\r\nb').lines[0]).toEqual({ ours: 'a', theirs: 'a\r', at: 1 })
  })

  it('hold no character that cannot be seen', () => {
    expect(['\r', '\t', ' ', 'a', '\u00a0', 'é'].map(visible)).toEqual([
      '\\r',
      '→',
      '·',
      'a',
      '⟨U+00A0⟩',
      '⟨U+00E9⟩',
    ])
  })
})
