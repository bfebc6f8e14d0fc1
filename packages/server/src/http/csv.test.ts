import { expect, it } from 'vitest'
import { csvLine } from './csv.ts'

it('a line is one of RFC 4180, whatever its fields hold', () => {
  expect(csvLine(['a', 1, null, true, undefined])).toBe('a,1,,true,\r\n')
  expect(csvLine(['comma, "quote"', 'line\r\nbreak'])).toBe('"comma, ""quote""","line\r\nbreak"\r\n')
})

it('no field is run as a formula by a spreadsheet, and a negative amount stays a number', () => {
  expect(csvLine(['=cmd()', '+1', '@x', '-2+3', '\t=1', '-0.30'])).toBe(
    `"'=cmd()","'+1","'@x","'-2+3","'\t'=1",-0.30\r\n`,
  )
  expect(csvLine(['\uFF1D1', '\n=1'])).toBe(`"'\uFF1D1","'\n'=1"\r\n`)
})

it('nor where the file is opened with another separator, at which a cell would begin anew', () => {
  expect(csvLine(['a;=cmd()', 'b\t@x', 'c\n-2+3', 'd; e=f', 'g;h'])).toBe(
    `"a;'=cmd()","b\t'@x","c\n'-2+3",d; e=f,g;h\r\n`,
  )
})
