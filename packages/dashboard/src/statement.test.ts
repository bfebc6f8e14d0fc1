import { expect, it } from 'vitest'
import { textOf } from './statement.ts'

const bytes = (...values: number[]) => new Uint8Array(values).buffer

it('a file of a bank loses no letter, whatever it was written with', () => {
  expect(textOf(new TextEncoder().encode('Müller €').buffer)).toBe('Müller €')
  // No UTF-8: where Node's own table and browsers' agree.
  expect(textOf(bytes(0x4d, 0xfc, 0x6c, 0x6c, 0x65, 0x72))).toBe('Müller')
  expect(textOf(bytes(0xff, 0xfe, 0x4d, 0x00, 0xfc, 0x00))).toBe('Mü')
  expect(textOf(bytes(0xfe, 0xff, 0x00, 0x4d, 0x00, 0xfc))).toBe('Mü')
  expect(textOf(bytes())).toBe('')
})
